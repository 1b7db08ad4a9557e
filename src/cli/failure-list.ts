// What a run could not do, collected for its end.

import type { FailedEvent, UnreadableFolderEvent } from '../run/events.js';
import { integer, shownPath } from './format.js';
import type { Colors } from './screen.js';

/** Further failures are counted, and named in the manifest alone. */
const MOST_NAMED = 10_000;

export class FailureList {
  readonly #failures: Array<Pick<FailedEvent, 'path' | 'reason' | 'known'> & { readonly code: string }> = [];
  readonly #folders: UnreadableFolderEvent[] = [];
  #unnamed = 0;

  add({ path, reason, known, record }: FailedEvent): void {
    if (this.#failures.length === MOST_NAMED) this.#unnamed += 1;
    else this.#failures.push({ path, reason, known, code: record.error.code });
  }

  addFolder(folder: UnreadableFolderEvent): void {
    this.#folders.push(folder);
  }

  /** One line each, sorted by path, known failures last. The list is empty afterwards. @param retry A command line that tries them again. */
  takeLines(colors: Colors, retry: string): string[] {
    const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
    const failures = this.#failures.sort(byPath);
    const named = (isKnown: boolean) =>
      failures.filter(({ known }) => known === isKnown).map((failure) => failureLine(failure, colors));
    const known = named(true);
    const lines = [
      ...this.#folders.sort(byPath).map((folder) => unreadableLine(folder, colors)),
      ...named(false),
      ...(known.length === 0
        ? []
        : [`Known from an earlier run, unchanged and not tried again (${retry} tries them):`, ...known]),
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
  return failureLine({ ...folder, code: 'UNREADABLE FOLDER' }, colors);
}

function failureLine(
  { path, code, reason }: { path: string; code: string; reason: string },
  colors: Colors,
): string {
  return `${colors.red(code)} ${shownPath(path)}: ${reason}`;
}
