// Known vulnerabilities of the packages that users get, as `npm audit` tells them.

import { spawnSync } from 'node:child_process';

/** One known vulnerability of a package. */
export interface Advisory {
  /** `tar-fs <2.1.3 (high): title, https://...` */
  readonly line: string;
  readonly hasFix: boolean;
}

/** What `npm audit` has told; `unanswered` is why it has told nothing. */
export type Audit = { readonly advisories: readonly Advisory[] } | { readonly unanswered: string };

/** What is read of `npm audit --json`. */
interface AuditAnswer {
  readonly vulnerabilities?: Readonly<Record<string, Vulnerability>>;
  readonly message?: string;
  readonly error?: { readonly summary?: string };
}

interface Vulnerability {
  /** Advisories of the package itself, and names of its dependencies that have some. */
  readonly via: ReadonlyArray<
    | string
    | {
        readonly title: string;
        readonly url: string;
        readonly severity: string;
        readonly range: string;
      }
  >;
  /** True for `npm audit fix`; an object for a version outside the range of package.json. */
  readonly fixAvailable: boolean | object;
}

/** Without a connection the answer is late; npm would try three times, for five minutes each. */
const ARGUMENTS = ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=15000'];
const TIMEOUT_MS = 60_000;

/** Asks the registry. */
export function audit(folder: string): Audit {
  // With `offline` npm asks nobody and finds nothing.
  const options = { cwd: folder, encoding: 'utf8', timeout: TIMEOUT_MS } as const;
  const { stdout, stderr, error } = spawnSync('npm', [...ARGUMENTS, '--offline=false'], options);
  return error === undefined ? readAudit(stdout, stderr) : { unanswered: error.message };
}

/** What `npm audit --json` wrote. Its exit code does not tell an advisory from a registry that does not answer. */
export function readAudit(stdout: string, stderr: string): Audit {
  const answer = parse(stdout);
  if (answer?.vulnerabilities === undefined) {
    const said = [
      answer?.message,
      answer?.error?.summary,
      stderr.trim(),
      'it wrote nothing that can be read',
    ];
    return { unanswered: said.find((text) => text !== undefined && text !== '') ?? '' };
  }
  const advisories = Object.entries(answer.vulnerabilities).flatMap(([name, { via, fixAvailable }]) =>
    via.flatMap((cause) => {
      if (typeof cause === 'string') return [];
      const { title, url, severity, range } = cause;
      return { line: `${name} ${range} (${severity}): ${title}, ${url}`, hasFix: fixAvailable !== false };
    }),
  );
  return { advisories };
}

function parse(text: string): AuditAnswer | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The caller says what npm wrote instead.
  }
}

/** The lines that a person is to read, and those of them that are faults: advisories that have a fix. */
export function auditReport(result: Audit): { lines: string[]; faults: string[] } {
  if ('unanswered' in result)
    return { lines: [`npm audit --omit=dev was not answered: ${result.unanswered}`], faults: [] };
  const { advisories } = result;
  if (advisories.length === 0) return { lines: ['npm audit --omit=dev: no advisory'], faults: [] };
  const lines = advisories.map(({ line, hasFix }) => `${line}; ${hasFix ? 'a fix exists' : 'no fix yet'}`);
  return {
    lines: [
      `npm audit --omit=dev: ${lines.length === 1 ? '1 advisory' : `${lines.length} advisories`}`,
      ...lines,
    ],
    faults: lines.filter((_, index) => advisories[index]?.hasFix === true),
  };
}
