// Paths that a walk counts by group, of which only so many are kept.

/** Further paths are only counted. */
const MOST_NAMED = 10_000;

export interface GroupedPath {
  /** Absolute path. */
  readonly path: string;
  readonly group: string;
}

export class CountedPaths {
  readonly #counts = new Map<string, number>();
  readonly #named: GroupedPath[] = [];

  add(found: GroupedPath): void {
    this.#counts.set(found.group, (this.#counts.get(found.group) ?? 0) + 1);
    if (this.#named.length < MOST_NAMED) this.#named.push(found);
  }

  /** How many paths each group has; groups sorted by name. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Those that are named: the first ones that were found, sorted by path. */
  get named(): readonly GroupedPath[] {
    return this.#named.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }
}
