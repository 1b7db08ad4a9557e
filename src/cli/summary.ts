// What is said at the end of a run.

import type { FailedEvent, SummaryEvent, UnreadableFolderEvent } from '../index.js';
import type { Colors } from './screen.js';
import { count, duration, integer, megabytes, rate, shownPath } from './words.js';

/** More failures than this are counted, and named in the manifest alone. */
const NAMED_FAILURES = 10_000;

/** What the run could not do, kept for the end. */
export class Troubles {
  readonly #failures: Array<Pick<FailedEvent, 'path' | 'reason'> & { readonly code: string }> = [];
  readonly #folders: UnreadableFolderEvent[] = [];
  #unnamed = 0;

  failed({ path, reason, record }: FailedEvent): void {
    if (this.#failures.length === NAMED_FAILURES) this.#unnamed += 1;
    else this.#failures.push({ path, reason, code: record.error.code });
  }

  unreadable(folder: UnreadableFolderEvent): void {
    this.#folders.push(folder);
  }

  /** One line each, sorted by path; each is given out once. */
  take(colors: Colors): string[] {
    const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
    const line = (path: string, code: string, reason: string) =>
      `${colors.red(code)} ${shownPath(path)}: ${reason}`;
    const lines = [
      ...this.#folders.sort(byPath).map(({ path, reason }) => line(path, 'UNREADABLE FOLDER', reason)),
      ...this.#failures.sort(byPath).map(({ path, code, reason }) => line(path, code, reason)),
      ...(this.#unnamed === 0 ? [] : [`... and ${integer(this.#unnamed)} more, which the manifest names`]),
    ];
    this.#folders.length = 0;
    this.#failures.length = 0;
    this.#unnamed = 0;
    return lines;
  }
}

/** The figures of the run, a line or two, and where the manifest is. */
export function summaryLines(run: SummaryEvent, colors: Colors): string[] {
  const made = `${count(run.made, 'thumbnail')} made`;
  const shared = run.shared === 0 ? '' : `, ${integer(run.shared)} shared`;
  const failed = run.failed === 0 ? '' : `, ${colors.red(`${integer(run.failed)} failed`)}`;
  const speed = `${rate(run.imagesPerSecond)} images/s, ${megabytes(run.sourceBytes / run.seconds)}/s`;
  const figures = `${count(run.photos, 'photo')} in ${duration(run.seconds)} (${speed})`;
  return [
    ...(run.aborted ? [colors.yellow('Stopped before the end; what was done is in the manifest.')] : []),
    ...(run.photos === 0 && !run.aborted ? [colors.yellow('No photos found.')] : []),
    `${colors.bold(`${made}${shared}${failed}`)}: ${figures}`,
    ...(run.skippedLinks === 0
      ? []
      : [`${count(run.skippedLinks, 'symbolic link')} not followed (--follow)`]),
    `${colors.dim('manifest')} ${shownPath(run.manifest)}`,
    ...run.exports.map((file) => `${colors.dim('export')} ${shownPath(file)}`),
  ];
}
