// What is said at the end of a run.

import type { FailedEvent, Pruned, PrunedEvent, SummaryEvent, UnreadableFolderEvent } from '../index.js';
import type { Colors } from './screen.js';
import { byteSize, count, duration, integer, rate, shownPath } from './words.js';

/** More failures than this are counted, and named in the manifest alone. */
const NAMED_FAILURES = 10_000;

/** What the run could not do, kept for the end. */
export class Troubles {
  readonly #failures: Array<Pick<FailedEvent, 'path' | 'reason' | 'known'> & { readonly code: string }> = [];
  readonly #folders: UnreadableFolderEvent[] = [];
  #unnamed = 0;

  failed({ path, reason, known, record }: FailedEvent): void {
    if (this.#failures.length === NAMED_FAILURES) this.#unnamed += 1;
    else this.#failures.push({ path, reason, known, code: record.error.code });
  }

  unreadable(folder: UnreadableFolderEvent): void {
    this.#folders.push(folder);
  }

  /** One line each, sorted by path, what was tried before what was not; each is given out once. */
  take(colors: Colors): string[] {
    const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
    const failures = this.#failures.sort(byPath);
    const named = (isKnown: boolean) =>
      failures.filter(({ known }) => known === isKnown).map((failure) => troubleLine(failure, colors));
    const known = named(true);
    const lines = [
      ...this.#folders.sort(byPath).map((folder) => unreadableLine(folder, colors)),
      ...named(false),
      ...(known.length === 0
        ? []
        : [
            'Known from an earlier run, unchanged and not tried again (--retry-failed tries them):',
            ...known,
          ]),
      ...(this.#unnamed === 0 ? [] : [`... and ${integer(this.#unnamed)} more, which the manifest names`]),
    ];
    this.#folders.length = 0;
    this.#failures.length = 0;
    this.#unnamed = 0;
    return lines;
  }
}

/** `UNREADABLE FOLDER photos/shut: permission denied (EACCES)` */
export function unreadableLine(folder: UnreadableFolderEvent, colors: Colors): string {
  return troubleLine({ ...folder, code: 'UNREADABLE FOLDER' }, colors);
}

function troubleLine(
  { path, code, reason }: { path: string; code: string; reason: string },
  colors: Colors,
): string {
  return `${colors.red(code)} ${shownPath(path)}: ${reason}`;
}

/** What a decoder's maintainers ask for: `TIMEOUT, consumer 4711, try 2, 30.1 s, signal SIGKILL; it said: ...`. */
export function attemptWords({ record, attempt }: FailedEvent): string {
  if (attempt === undefined) return `${record.error.code}, known from an earlier run`;
  const { pid, tries, seconds, exitCode, signal, lastWords } = attempt;
  const parts = [
    record.error.code,
    `consumer ${pid}`,
    count(tries, 'try', 'tries'),
    duration(seconds),
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    ...(signal === undefined ? [] : [`signal ${signal}`]),
  ];
  return parts.join(', ') + (lastWords === undefined ? '' : `; it said: ${lastWords}`);
}

/** The figures of the run, a line or two, and where the manifest is. */
export function summaryLines(run: SummaryEvent, colors: Colors): string[] {
  const results = [
    ...(run.made === 0 && run.unchanged > 0 ? [] : [`${count(run.made, 'thumbnail')} made`]),
    ...(run.shared === 0 ? [] : [`${integer(run.shared)} shared`]),
    ...(run.unchanged === 0 ? [] : [unchangedWords(run)]),
    ...(run.failed === 0 ? [] : [`${colors.red(`${integer(run.failed)} failed`)} (${failureWords(run)})`]),
  ];
  const speed = [
    `${rate(run.imagesPerSecond)} images/s`,
    ...(run.sourceBytes === 0 ? [] : [`${byteSize(run.sourceBytes / run.seconds)}/s`]),
  ];
  const figures = `${count(run.photos, 'photo')} in ${duration(run.seconds)} (${speed.join(', ')})`;
  return [
    ...(run.stopped === undefined ? [] : [colors.yellow(stopWords(run))]),
    ...(run.photos === 0 && run.stopped === undefined ? [colors.yellow('No photos found.')] : []),
    `${colors.bold(results.join(', '))}: ${figures}`,
    ...(run.removed === 0
      ? []
      : [`${count(run.removed, 'photo')} left the manifest: gone, or not selected any more`]),
    ...(run.pruned === undefined ? [] : [prunedWords(run.pruned)]),
    ...(run.skippedLinks === 0
      ? []
      : [`${count(run.skippedLinks, 'symbolic link')} not followed (--follow)`]),
    `${colors.dim('manifest')} ${shownPath(run.manifest)}`,
    ...run.exports.map((file) => `${colors.dim('export')} ${shownPath(file)}`),
  ];
}

/** `12 files pruned, 1.20 MB freed`; `wouldBe` for what is only to be told. */
export function prunedWords({ files, bytes }: Pruned, wouldBe = false): string {
  const [pruned, freed] = wouldBe ? ['to prune', 'to free'] : ['pruned', 'freed'];
  return `${count(files, 'file')} ${pruned}, ${byteSize(bytes)} ${freed}`;
}

/** A file that was, or would be, pruned. */
export function prunedLine({ path, bytes }: PrunedEvent, colors: Colors): string {
  return `${colors.dim('prune')} ${shownPath(path)} (${byteSize(bytes)})`;
}

function unchangedWords({ unchanged, identified }: SummaryEvent): string {
  return `${integer(unchanged)} unchanged${identified === 0 ? '' : ` (${integer(identified)} by content)`}`;
}

/** `3 CORRUPT, 1 TIMEOUT; 2 known from an earlier run`. */
function failureWords(run: SummaryEvent): string {
  return byCode(run) + (run.known === 0 ? '' : `; ${integer(run.known)} known from an earlier run`);
}

/** `3 CORRUPT, 1 TIMEOUT`, the most frequent first. */
function byCode({ failures }: SummaryEvent): string {
  const groups = Object.entries(failures).sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  return groups.map(([code, amount]) => `${integer(amount)} ${code}`).join(', ');
}

function stopWords({ stopped, notReached, walked }: SummaryEvent): string {
  const why = stopped === 'deadline' ? 'The deadline passed' : 'Stopped';
  const left =
    !walked && notReached === 0
      ? 'not all photos were found yet'
      : `${walked ? '' : 'at least '}${count(notReached, 'photo')} not reached`;
  return `${why}: ${left}. What was done is in the manifest; the same command goes on.`;
}
