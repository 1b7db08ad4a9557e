// Where the records of a manifest are, by their sources. Names are kept by folder: looked up so they take a third of the time that whole
// paths take, and the path of a folder is kept once.

import type { LinePosition } from './lines.js';

/** A source's name in two parts. */
export interface SplitName {
  /** The folder with its slash; empty for none. */
  readonly folder: string;
  readonly name: string;
}

function splitName(source: string): SplitName {
  const end = source.lastIndexOf('/') + 1;
  return { folder: source.slice(0, end), name: source.slice(end) };
}

/** Positions of records by source, some 120 bytes of memory each. */
export class RecordPositions {
  readonly #folders = new Map<string, Map<string, number>>();
  readonly #offsets: number[] = [];
  readonly #lengths: number[] = [];
  /** The folder that was asked for last, because sources of one folder mostly come one after the other. */
  #folder = '';
  #rows: Map<string, number> | undefined;

  get size(): number {
    return this.#offsets.length;
  }

  /** Each source with its row: 0, 1, 2, ... in the order in which they were first set. Folder by folder. */
  *sources(): Generator<[source: string, row: number]> {
    for (const [folder, rows] of this.#folders) for (const [name, row] of rows) yield [folder + name, row];
  }

  rowOf(source: string): number | undefined {
    const { folder, name } = splitName(source);
    return this.#rowsIn(folder)?.get(name);
  }

  at(row: number): LinePosition {
    return { offset: this.#offsets[row] ?? 0, length: this.#lengths[row] ?? 0 };
  }

  /**
   * Sets the position of a source's record, in place of an earlier one, and returns the source's row.
   * @param split Strings of their own: a part of another one would keep that in memory.
   */
  set({ folder, name }: SplitName, { offset, length }: LinePosition): number {
    const rows = this.#rowsIn(folder) ?? this.#addFolder(folder);
    const row = rows.get(name) ?? this.size;
    rows.set(name, row);
    this.#offsets[row] = offset;
    this.#lengths[row] = length;
    return row;
  }

  #rowsIn(folder: string): Map<string, number> | undefined {
    if (this.#rows === undefined || folder !== this.#folder) {
      this.#rows = this.#folders.get(folder);
      this.#folder = folder;
    }
    return this.#rows;
  }

  #addFolder(folder: string): Map<string, number> {
    const rows = new Map<string, number>();
    this.#folders.set(folder, rows);
    [this.#folder, this.#rows] = [folder, rows];
    return rows;
  }
}

/** {@link splitName} for {@link RecordPositions.set}. */
export function ownSplitName(source: string): SplitName {
  const { folder, name } = splitName(source);
  return { folder: copyOf(folder), name: copyOf(name) };
}

/** V8 keeps a part of a string as a reference to the whole. A name that is not UTF-8 (path-bytes.ts) is rare. */
function copyOf(text: string): string {
  return text.isWellFormed() ? Buffer.from(text).toString() : text;
}
