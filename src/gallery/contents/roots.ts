// Which folders a gallery begins with: those that runs were given. Nothing above them is shown.

import path from 'node:path';
import { outermost } from '../../files/nested-folders.js';
import type { Location } from './photos.js';

export class Roots {
  /** Absolute paths, sorted; none lies in another, and each has a photo. */
  readonly all: readonly string[];
  /**
   * Whether each photo lies in a known root. Of the others, which an earlier version has recorded, a folder that has photos itself counts
   * as one: it cannot lie above the one that was given.
   */
  readonly areKnown: boolean;
  /** By root: its folder's name; with a number where another root has the same. */
  readonly #names: ReadonlyMap<string, string>;
  readonly #roots: ReadonlySet<string>;
  /** By folder: the root that it lies in. */
  readonly #found = new Map<string, string | undefined>();

  /** All paths absolute. @param known May be nested. @param sources Those of all records. */
  constructor(known: readonly string[], sources: readonly string[]) {
    this.#roots = new Set(known);
    const outside = sources.filter((source) => this.#rootOf(path.dirname(source)) === undefined);
    this.areKnown = outside.length === 0;
    this.#roots = new Set(outermost([...known, ...outside.map((source) => path.dirname(source))]));
    this.#found.clear();
    this.all = outermost(new Set(sources.map((source) => this.#rootOf(path.dirname(source)) ?? '')));
    this.#names = namesOf(this.all);
  }

  locate(source: string): Location {
    const root = this.#rootOf(path.dirname(source));
    const name = this.#names.get(root ?? '');
    if (root === undefined || name === undefined) throw new RangeError(`Expected ${source} to lie in a root`);
    return { root, name, inner: path.relative(root, source).replaceAll(path.sep, '/') };
  }

  /** The outermost root that a folder is, or lies in. */
  #rootOf(folder: string): string | undefined {
    if (this.#found.has(folder)) return this.#found.get(folder);
    const parent = path.dirname(folder);
    const above = parent === folder ? undefined : this.#rootOf(parent);
    const root = above ?? (this.#roots.has(folder) ? folder : undefined);
    this.#found.set(folder, root);
    return root;
  }
}

function namesOf(roots: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  const used = new Set<string>();
  for (const root of roots) {
    const base = path.basename(root) || path.sep;
    let name = base;
    for (let number = 2; used.has(name); number += 1) name = `${base} (${number})`;
    used.add(name);
    names.set(root, name);
  }
  return names;
}
