// Finds the record of a source by its name or by its content. The records stay on the disk; memory has the name and a row of numbers
// for each.

import fs from 'node:fs';
import { emptyManifestError, manifestError } from '../errors.js';
import { finish, type Steps } from '../steps.js';
import { LineReader } from './lines.js';
import {
  type LoadedRecords,
  type LoadOptions,
  loadRecords,
  NOT_FOUND_BY_CONTENT,
} from './loading/record-loading.js';
import {
  asManifestError,
  type HeaderLine,
  openManifest,
  parseRecord,
  readHeader,
  withManifestErrors,
} from './reading.js';
import { contentOf, type ManifestHeader, type ManifestRecord } from './record.js';
import type { RecordPositions } from './record-positions.js';

/** The end of a chain of rows. */
const NONE = -1;

/** The records of one manifest as they were when it was opened. */
export class RecordIndex {
  readonly file: string;
  readonly header: ManifestHeader;
  readonly descriptor: number;
  readonly positions: RecordPositions;
  /** Bytes up to the end of the last complete line. */
  readonly end: number;
  /** Numbers of the lines that were skipped; the header is line 1. */
  readonly damagedLines: readonly number[];
  /** Whether its lines end in a newline alone. */
  readonly hasLfEndings: boolean;
  /** Whether the file is exactly its records, sorted. */
  readonly isSorted: boolean;
  /** What a run with other versions would make anew, as `LoadedRecords` has it. */
  readonly outdated: LoadedRecords['outdated'];
  /** Sources with a thumbnail that lies elsewhere than the wanted layout has it. */
  readonly elsewhere: number;
  readonly #reader: LineReader;
  readonly #sizes: LoadedRecords['sizes'];
  /** The last row of each size, and for each row the one before it of the same size; built when first needed. */
  #lastOfSize: Map<number, number> | undefined;
  #before: Int32Array = new Int32Array();
  /** Rows by content, for the sizes that were asked for. */
  readonly #byContent = new Map<number, Map<string, number>>();

  private constructor(file: string, descriptor: number, first: HeaderLine, loaded: LoadedRecords) {
    this.file = file;
    this.descriptor = descriptor;
    this.header = first.header;
    this.hasLfEndings = first.hasLfEndings;
    this.positions = loaded.positions;
    this.end = loaded.end;
    this.damagedLines = loaded.damagedLines;
    this.outdated = loaded.outdated;
    this.elsewhere = loaded.elsewhere;
    this.isSorted =
      loaded.isSorted && loaded.damagedLines.length === 0 && fs.fstatSync(descriptor).size === loaded.end;
    this.#sizes = loaded.sizes;
    this.#reader = new LineReader(descriptor);
  }

  /**
   * Opens a manifest, in steps of some hundred records; {@link close} it. Undefined when `file` does not exist, or has nothing in it yet.
   * @throws {ThumbsError} `MANIFEST`: it cannot be read, is of another version, is something else, or a line is damaged.
   */
  static *openInSteps(file: string, how: LoadOptions = {}): Steps<RecordIndex | undefined> {
    try {
      if (fs.statSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
      const descriptor = openManifest(file);
      let index: RecordIndex | undefined;
      try {
        const first = readHeader(file, descriptor);
        if (first === undefined) return undefined;
        const loaded = yield* loadRecords(file, descriptor, first, how);
        index = new RecordIndex(file, descriptor, first, loaded);
      } finally {
        if (index === undefined) fs.closeSync(descriptor);
      }
      return index;
    } catch (error) {
      throw asManifestError(file, 'read', error);
    }
  }

  /** {@link openExistingInSteps} at once. */
  static openExisting(file: string, how?: LoadOptions): RecordIndex {
    return finish(RecordIndex.openExistingInSteps(file, how));
  }

  /** {@link openInSteps} for a manifest that must exist. */
  static *openExistingInSteps(file: string, how?: LoadOptions): Steps<RecordIndex> {
    withManifestErrors(file, 'read', () => fs.statSync(file));
    const records = yield* RecordIndex.openInSteps(file, how);
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

  /** The record of a source, made by whatever. */
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
   * The first record of a source with this content, made by what this index was opened with. One with a thumbnail is preferred to one
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
      const record = parseRecord(this.#reader.read(this.positions.at(row)), this.header);
      if (record === undefined)
        throw manifestError(this.file, 'it was changed by something else during the run');
      return record;
    });
  }
}
