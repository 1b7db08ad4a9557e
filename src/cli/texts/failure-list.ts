// What a run could not do, collected for its end.

import { printable } from '../../printable.js';
import type { FailedEvent, UnreadableFolderEvent } from '../../run/events.js';
import type { Colors } from '../screen.js';
import { integer, shownPath } from './format.js';

/** Further failures are counted, and named in the manifest alone. */
const MOST_NAMED = 10_000;

/** A fault that many photos meet has one stack; further ones are in the events of `--json`. */
const MOST_STACKS = 5;

export class FailureList {
  readonly #failures: Array<Pick<FailedEvent, 'path' | 'reason' | 'known'> & { readonly code: string }> = [];
  readonly #folders: UnreadableFolderEvent[] = [];
  /** Where unexpected errors arose: each place once, with the first photo that met it. */
  readonly #stacks = new Map<string, string>();
  #unnamed = 0;

  add({ path, reason, known, record, attempt }: FailedEvent): void {
    const stack = attempt?.stack;
    if (stack !== undefined && !this.#stacks.has(stack) && this.#stacks.size < MOST_STACKS)
      this.#stacks.set(stack, path);
    if (this.#failures.length === MOST_NAMED) this.#unnamed += 1;
    else this.#failures.push({ path, reason, known, code: record.error.code });
  }

  addFolder(folder: UnreadableFolderEvent): void {
    this.#folders.push(folder);
  }

  /**
   * One line each, sorted by path, known failures last; then the stacks of unexpected errors. The list is empty afterwards.
   * @param retry A command line that tries the known ones again.
   */
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
      ...this.#stackLines(),
    ];
    this.#stacks.clear();
    this.#folders.length = 0;
    this.#failures.length = 0;
    this.#unnamed = 0;
    return lines;
  }

  *#stackLines(): Generator<string> {
    for (const [stack, path] of this.#stacks) {
      yield `An unexpected error at ${shownPath(path)}:`;
      for (const line of stack.split('\n')) yield printable(line);
    }
    if (this.#stacks.size > 0)
      yield 'INTERNAL is a fault of thumbs, not of the photo. Please report it with the lines above.';
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
