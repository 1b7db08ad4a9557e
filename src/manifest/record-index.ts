// Finds the record of a source by its name or by its content. The records stay on the disk; memory has the name and a row of numbers
// for each.

import fs from 'node:fs';
import { emptyManifestError, manifestError } from '../errors.js';
import { type Digests, oneDigest } from './digests.js';
import { type LinePosition, LineReader } from './lines.js';
import {
  entries,
  type HeaderLine,
  openManifest,
  readHeader,
  requireRecord,
  withManifestErrors,
} from './reading.js';
import { contentOf, isRecord, type ManifestHeader, type ManifestRecord } from './record.js';
import { compareNames, nameOf } from './source-names.js';

/** Positions of records by source, some 130 bytes of memory each. */
export class RecordPositions {
  readonly #rows = new Map<string, number>();
  readonly #offsets: number[] = [];
  readonly #lengths: number[] = [];

  get size(): number {
    return this.#rows.size;
  }

  /** Each source with its row: 0, 1, 2, ... in the order in which they were first set. */
  sources(): IterableIterator<[source: string, row: number]> {
    return this.#rows.entries();
  }

  rowOf(source: string): number | undefined {
    return this.#rows.get(source);
  }

  at(row: number): LinePosition {
    return { offset: this.#offsets[row] ?? 0, length: this.#lengths[row] ?? 0 };
  }

  /** Sets the position of a source's record, in place of an earlier one, and returns the source's row. */
  set(source: string, { offset, length }: LinePosition): number {
    const row = this.#rows.get(source) ?? this.#rows.size;
    this.#rows.set(source, row);
    this.#offsets[row] = offset;
    this.#lengths[row] = length;
    return row;
  }
}

/** In place of the size of a source whose record is not to be found by content. */
const NOT_FOUND_BY_CONTENT = -1;

/** The end of a chain of rows. */
const NONE = -1;

/** How a manifest is read. */
export interface IndexOptions {
  /** Only records under these options digests can be found by content. @default the header's */
  readonly digests?: Digests;
  /** Whether lines that are no records are skipped instead of refused. @default false */
  readonly dropDamaged?: boolean;
}

/** The records of one manifest as they were when it was opened. */
export class RecordIndex {
  readonly file: string;
  readonly header: ManifestHeader;
  readonly descriptor: number;
  readonly positions: RecordPositions = new RecordPositions();
  /** Bytes up to the end of the last complete line. */
  readonly end: number;
  /** Numbers of the lines that were skipped; the header is line 1. */
  readonly damagedLines: readonly number[];
  /** Whether its lines end in a newline alone. */
  readonly hasLfEndings: boolean;
  /** Whether the file is exactly its records, sorted. */
  readonly isSorted: boolean;
  readonly #reader: LineReader;
  /** By row: bytes of the source, if its record can be found by content. */
  readonly #sizes: number[] = [];
  /** The last row of each size, and for each row the one before it of the same size; built when first needed. */
  #lastOfSize: Map<number, number> | undefined;
  #before: Int32Array = new Int32Array();
  /** Rows by content, for the sizes that were asked for. */
  readonly #byContent = new Map<number, Map<string, number>>();

  private constructor(file: string, descriptor: number, first: HeaderLine, how: IndexOptions) {
    const { digests = oneDigest(first.header.options), dropDamaged = false } = how;
    this.file = file;
    this.descriptor = descriptor;
    this.header = first.header;
    this.hasLfEndings = first.hasLfEndings;
    this.#reader = new LineReader(descriptor);
    let end = first.length;
    const damagedLines: number[] = [];
    let isSorted = true;
    let last: string | undefined;
    for (const entry of entries(file, descriptor)) {
      const { offset, length } = entry;
      end = offset + length + 1;
      if (dropDamaged && entry.record === undefined) {
        damagedLines.push(entry.number);
        continue;
      }
      const record = requireRecord(file, entry);
      const source = nameOf(record);
      isSorted &&= last === undefined || compareNames(last, source) < 0;
      last = source;
      const row = this.positions.set(source, { offset, length });
      const isCurrent = this.digestOf(record) === digests.of(record) && record.redo !== true;
      const isFindable = isCurrent && contentOf(record) !== undefined;
      this.#sizes[row] = isFindable ? (record.sourceBytes ?? NOT_FOUND_BY_CONTENT) : NOT_FOUND_BY_CONTENT;
    }
    this.end = end;
    this.damagedLines = damagedLines;
    this.isSorted = isSorted && damagedLines.length === 0 && fs.fstatSync(descriptor).size === end;
  }

  /**
   * Opens a manifest; {@link close} it. Undefined when `file` does not exist, or has nothing in it yet.
   * @throws {ThumbsError} `MANIFEST`: it cannot be read, is of another version, is something else, or a line is damaged.
   */
  static open(file: string, how: IndexOptions = {}): RecordIndex | undefined {
    return withManifestErrors(file, 'read', () => {
      if (fs.statSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
      const descriptor = openManifest(file);
      try {
        const first = readHeader(file, descriptor);
        if (first !== undefined) return new RecordIndex(file, descriptor, first, how);
      } catch (error) {
        fs.closeSync(descriptor);
        throw error;
      }
      fs.closeSync(descriptor);
      return undefined;
    });
  }

  /** {@link open} for a manifest that must exist. */
  static openExisting(file: string, how?: IndexOptions): RecordIndex {
    withManifestErrors(file, 'read', () => fs.statSync(file));
    const records = RecordIndex.open(file, how);
    if (records === undefined) throw emptyManifestError(file);
    return records;
  }

  close(): void {
    fs.closeSync(this.descriptor);
  }

  /** The number of sources. */
  get size(): number {
    return this.positions.size;
  }

  /** The options digest under which a record was made. */
  digestOf({ options }: ManifestRecord): string {
    return options ?? this.header.options;
  }

  /** The record of a source, made under any options. */
  find(source: string): ManifestRecord | undefined {
    const row = this.positions.rowOf(source);
    return row === undefined ? undefined : this.#read(row);
  }

  /** Every record, in no order. */
  *all(): Generator<ManifestRecord> {
    for (const [, row] of this.positions.sources()) yield this.#read(row);
  }

  /** Whether there is a record of a source of this size that can be found by content. */
  hasSize(bytes: number): boolean {
    return this.#rowsBySize().has(bytes);
  }

  /** The records of sources of this size that can be found by content, with their rows, the last one first. */
  *ofSize(bytes: number): Generator<[record: ManifestRecord, row: number]> {
    for (let row = this.#rowsBySize().get(bytes) ?? NONE; row !== NONE; row = this.#before[row] ?? NONE)
      yield [this.#read(row), row];
  }

  /**
   * The first record of a source with this content, made under the options of this index. One with a thumbnail is preferred to one
   * that failed, perhaps by other limits. @param content As `contentOf` gives it.
   */
  findContent(bytes: number, content: string): ManifestRecord | undefined {
    let rows = this.#byContent.get(bytes);
    if (rows === undefined) {
      rows = new Map();
      const done = new Set<string>();
      // The last comes first, so that the first is what remains.
      for (const [record, row] of this.ofSize(bytes)) {
        const found = contentOf(record);
        if (found === undefined || (record.status === 'failed' && done.has(found))) continue;
        rows.set(found, row);
        if (record.status === 'done') done.add(found);
      }
      this.#byContent.set(bytes, rows);
    }
    const row = rows.get(content);
    return row === undefined ? undefined : this.#read(row);
  }

  #rowsBySize(): Map<number, number> {
    if (this.#lastOfSize !== undefined) return this.#lastOfSize;
    const last = new Map<number, number>();
    this.#before = new Int32Array(this.#sizes.length);
    for (const [row, bytes] of this.#sizes.entries()) {
      if (bytes === NOT_FOUND_BY_CONTENT) continue;
      this.#before[row] = last.get(bytes) ?? NONE;
      last.set(bytes, row);
    }
    this.#lastOfSize = last;
    return last;
  }

  #read(row: number): ManifestRecord {
    return withManifestErrors(this.file, 'read', () => {
      const record: unknown = JSON.parse(this.#reader.read(this.positions.at(row)));
      if (!isRecord(record))
        throw manifestError(this.file, 'it was changed by something else during the run');
      return record;
    });
  }
}
