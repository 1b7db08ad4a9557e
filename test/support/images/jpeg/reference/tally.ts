// Counts what came of comparisons with the reference, so that a test can see whether it has compared anything.

import type { Verdict } from './comparison.js';

const VERDICTS: readonly Verdict[] = ['read', 'declined', 'progressive'];

/** Comparisons of each kind of files, by verdict. */
export class Tally {
  readonly #counts: Map<string, Record<Verdict, number>> = new Map();

  count(kind: string, verdict: Verdict): void {
    const counts = this.#counts.get(kind) ?? { read: 0, declined: 0, progressive: 0 };
    counts[verdict] += 1;
    this.#counts.set(kind, counts);
  }

  /** Whether some of these kinds' files were read, and some declined. */
  hasBoth(...kinds: readonly string[]): boolean {
    const counts = kinds.map((kind) => this.#counts.get(kind));
    const has = (verdict: Verdict) => counts.some((each) => (each?.[verdict] ?? 0) > 0);
    return has('read') && has('declined');
  }

  /** A line for each kind. */
  toString(): string {
    const lines = [...this.#counts].sort(([one], [other]) => one.localeCompare(other));
    return lines
      .map(([kind, counts]) => `${kind}: ${VERDICTS.map((each) => `${counts[each]} ${each}`).join(', ')}`)
      .join('\n');
  }
}
