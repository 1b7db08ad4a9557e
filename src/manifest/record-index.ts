// What a manifest on disk says of a source, found by its name or by its content. The records stay on the disk; memory
// holds a row of numbers for each, and its name.

import fs from 'node:fs';
import { LineReader, type Place } from './lines.js';
import {
  entries,
  guarded,
  type HeaderLine,
  manifestError,
  openManifest,
  readHeader,
  wholeRecord,
} from './reading.js';
import { isRecord, type ManifestHeader, type ManifestRecord } from './record.js';

/** Places of lines by the source they are for, some 130 bytes of memory each. */
export class Places {
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

  at(row: number): Place {
    return { offset: this.#offsets[row] ?? 0, length: this.#lengths[row] ?? 0 };
  }

  /** Returns the source's row; an earlier place of it counts no more. */
  set(source: string, { offset, length }: Place): number {
    const row = this.#rows.get(source) ?? this.#rows.size;
    this.#rows.set(source, row);
    this.#offsets[row] = offset;
    this.#lengths[row] = length;
    return row;
  }
}

/** The size of a source that content does not find. */
const NOT_FOUND_BY_CONTENT = -1;

/** The end of a chain of rows. */
const NONE = -1;

/** How a manifest is looked at. */
export interface IndexOptions {
  /** The options digest under which content may find a record. @default the header's */
  readonly options?: string;
  /** Whether lines that are no records are passed over. @default false */
  readonly dropDamaged?: boolean;
}

/** The records of one manifest as they were when it was opened. */
export class RecordIndex {
  readonly file: string;
  readonly header: ManifestHeader;
  readonly descriptor: number;
  readonly places: Places = new Places();
  /** Bytes up to the end of the last whole line. */
  readonly end: number;
  /** Numbers of the lines that were passed over; the header is line 1. */
  readonly damagedLines: readonly number[];
  /** Whether its lines end as this program writes them. */
  readonly isPlain: boolean;
  /** Whether the file is just what its records make when they are written sorted. */
  readonly isSorted: boolean;
  readonly #reader: LineReader;
  /** By row: bytes of the source, if its record may answer for another file with the same content. */
  readonly #sizes: number[] = [];
  /** The last row of each size, and from each row to the one before it; made when it is first asked for. */
  #lastOfSize: Map<number, number> | undefined;
  #before: Int32Array = new Int32Array();
  /** Rows by content, of the sizes that were asked for. */
  readonly #byContent = new Map<number, Map<string, number>>();

  private constructor(file: string, descriptor: number, first: HeaderLine, how: IndexOptions) {
    const { options = first.header.options, dropDamaged = false } = how;
    this.file = file;
    this.descriptor = descriptor;
    this.header = first.header;
    this.isPlain = first.isPlain;
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
      const record = wholeRecord(file, entry);
      isSorted &&= last === undefined || last < record.source;
      last = record.source;
      const row = this.places.set(record.source, { offset, length });
      const mayAnswer =
        this.optionsOf(record) === options && record.redo !== true && 'sourceXxh128' in record;
      this.#sizes[row] = mayAnswer ? (record.sourceBytes ?? NOT_FOUND_BY_CONTENT) : NOT_FOUND_BY_CONTENT;
    }
    this.end = end;
    this.damagedLines = damagedLines;
    this.isSorted = isSorted && damagedLines.length === 0 && fs.fstatSync(descriptor).size === end;
  }

  /**
   * Undefined when `file` is not there, or holds nothing yet. {@link close} it.
   * @throws {ThumbsError} `MANIFEST`: it cannot be read, is of another version, is something else, or a line is damaged.
   */
  static open(file: string, how: IndexOptions = {}): RecordIndex | undefined {
    return guarded(file, 'read', () => {
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

  /** {@link open} of a manifest without which there is nothing to go on. */
  static openExisting(file: string, how?: IndexOptions): RecordIndex {
    guarded(file, 'read', () => fs.statSync(file));
    const records = RecordIndex.open(file, how);
    if (records === undefined) throw manifestError(file, 'there is nothing in it');
    return records;
  }

  close(): void {
    fs.closeSync(this.descriptor);
  }

  /** Different sources. */
  get size(): number {
    return this.places.size;
  }

  /** The options digest that a record was made under. */
  optionsOf({ options }: ManifestRecord): string {
    return options ?? this.header.options;
  }

  /** The record of a source, under whatever options it was made. */
  find(source: string): ManifestRecord | undefined {
    const row = this.places.rowOf(source);
    return row === undefined ? undefined : this.#read(row);
  }

  /** Every record, in no order. */
  *all(): Generator<ManifestRecord> {
    for (const [, row] of this.places.sources()) yield this.#read(row);
  }

  /** Whether there is a record of a source of this size that content may find. */
  hasSize(bytes: number): boolean {
    return this.#rowsBySize().has(bytes);
  }

  /** The records that {@link hasSize} tells of, with their rows, the last one first. */
  *ofSize(bytes: number): Generator<[record: ManifestRecord, row: number]> {
    for (let row = this.#rowsBySize().get(bytes) ?? NONE; row !== NONE; row = this.#before[row] ?? NONE)
      yield [this.#read(row), row];
  }

  /**
   * The first record of a source with this content, made under the options that were asked for. One that has a thumbnail
   * comes before one that failed, by limits that were other ones perhaps.
   */
  findContent(bytes: number, xxh128: string): ManifestRecord | undefined {
    let rows = this.#byContent.get(bytes);
    if (rows === undefined) {
      rows = new Map();
      const done = new Set<string>();
      // The last comes first, so that the first is what remains.
      for (const [{ sourceXxh128, status }, row] of this.ofSize(bytes)) {
        if (sourceXxh128 === undefined || (status === 'failed' && done.has(sourceXxh128))) continue;
        rows.set(sourceXxh128, row);
        if (status === 'done') done.add(sourceXxh128);
      }
      this.#byContent.set(bytes, rows);
    }
    const row = rows.get(xxh128);
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
    return guarded(this.file, 'read', () => {
      const record: unknown = JSON.parse(this.#reader.read(this.places.at(row)));
      if (!isRecord(record))
        throw manifestError(this.file, 'it was changed by something else during the run');
      return record;
    });
  }
}
