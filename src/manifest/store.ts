// The manifest on disk: appended to while a run is under way, rewritten sorted when it ends.
//
// A line that comes later is the truth for its source, and a torn last line is none, so the file can be read after a
// crash at any byte.

import fs from 'node:fs';
import path from 'node:path';
import { replaceFile } from '../files/replace-file.js';
import { jsonLine } from '../printable.js';
import { copyLines, type Place } from './lines.js';
import { entries, guarded, manifestError, wholeRecord } from './reading.js';
import { MANIFEST_VERSION, type ManifestHeader, type ManifestRecord } from './record.js';
import { Places, RecordIndex } from './record-index.js';

/** One run's hold on a manifest. */
export class ManifestStore {
  /** What earlier runs found out. */
  readonly records: RecordIndex;
  readonly #descriptor: number;
  readonly #appended = new Places();
  /** By row of the earlier records: 1 if this run has found the source as it was. */
  readonly #kept: Uint8Array;
  #end: number;

  private constructor(records: RecordIndex) {
    this.records = records;
    // A torn last line goes, so that the next one does not continue it.
    if (fs.statSync(records.file).size > records.end) fs.truncateSync(records.file, records.end);
    this.#descriptor = fs.openSync(records.file, 'a');
    this.#end = records.end;
    this.#kept = new Uint8Array(records.size);
  }

  /**
   * Opens `file` to be added to, under an options digest. Records made under another stay, and say so.
   * @throws {ThumbsError} `MANIFEST`: it cannot be read or written, is of another version, is something else, or a line is
   * damaged. It is then left as it is.
   */
  static open(file: string, options: string): ManifestStore {
    return guarded(file, 'write', () => {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      const found = RecordIndex.open(file);
      if (found?.header.options === options && found.isPlain) return ManifestStore.#hold(found);
      try {
        replaceFile(file, stamped(found, options));
      } finally {
        found?.close();
      }
      return ManifestStore.#hold(RecordIndex.open(file));
    });
  }

  /**
   * Opens a manifest that is there, to be repaired: under the options that it has, and without its damaged lines.
   * @throws {ThumbsError} `MANIFEST`: it cannot be read or written, is of another version, or is something else.
   */
  static openDamaged(file: string): ManifestStore {
    return guarded(file, 'write', () => ManifestStore.#hold(RecordIndex.open(file, { dropDamaged: true })));
  }

  static #hold(records: RecordIndex | undefined): ManifestStore {
    if (records === undefined) throw new Error('there is nothing in it');
    try {
      return new ManifestStore(records);
    } catch (error) {
      records.close();
      throw error;
    }
  }

  get file(): string {
    return this.records.file;
  }

  /** Adds a record; what the manifest said of its source before counts no more. */
  append(record: ManifestRecord): void {
    const line = jsonLine(record);
    const bytes = Buffer.from(`${line}\n`);
    guarded(this.file, 'write', () => fs.writeFileSync(this.#descriptor, bytes));
    this.#appended.set(record.source, { offset: this.#end, length: bytes.length - 1 });
    this.#end += bytes.length;
  }

  /** Carries the earlier record of a source over. */
  keep(source: string): void {
    const row = this.records.places.rowOf(source);
    if (row !== undefined) this.#kept[row] = 1;
  }

  /**
   * Rewrites the file sorted by source (UTF-16 code units), atomically: with every record that was appended or kept, and of
   * the other earlier ones those that `stays` agrees to. A file that would be the same is left alone.
   * @returns How many sources have left the manifest.
   * @throws {ThumbsError} `MANIFEST`; the file then holds what was appended.
   */
  finish(stays: (source: string) => boolean): number {
    const { places, isSorted } = this.records;
    const sources: string[] = [];
    let left = 0;
    for (const [source, row] of places.sources()) {
      if (this.#appended.rowOf(source) !== undefined) continue;
      if (this.#kept[row] === 1 || stays(source)) sources.push(source);
      else left += 1;
    }
    for (const [source] of this.#appended.sources()) sources.push(source);
    guarded(this.file, 'write', () => {
      this.#checkPlace();
      if (isSorted && this.#appended.size === 0 && left === 0) return;
      replaceFile(this.file, this.#lines(sources.sort()));
    });
    return left;
  }

  close(): void {
    fs.closeSync(this.#descriptor);
    this.records.close();
  }

  /** What was removed or replaced meanwhile is not ours to put back: thumbnails may have gone with it. */
  #checkPlace(): void {
    const there = fs.statSync(this.file, { throwIfNoEntry: false });
    const ours = fs.fstatSync(this.#descriptor);
    if (there?.ino === ours.ino && there.dev === ours.dev) return;
    throw manifestError(this.file, `it was ${there === undefined ? 'removed' : 'replaced'} during the run`);
  }

  *#lines(sources: readonly string[]): Generator<string | Buffer> {
    yield `${jsonLine(this.records.header)}\n`;
    yield* copyLines(this.records.descriptor, this.#placesOf(sources));
  }

  *#placesOf(sources: readonly string[]): Generator<Place> {
    for (const source of sources) {
      const appended = this.#appended.rowOf(source);
      if (appended !== undefined) yield this.#appended.at(appended);
      else yield this.records.places.at(this.records.places.rowOf(source) ?? 0);
    }
  }
}

/** A manifest's lines under another options digest: each record says its own where that is not the header's. */
function* stamped(records: RecordIndex | undefined, options: string): Generator<string> {
  const header: ManifestHeader = { manifest: 'thumbs', version: MANIFEST_VERSION, options };
  yield `${jsonLine(header)}\n`;
  if (records === undefined) return;
  for (const entry of entries(records.file, records.descriptor)) {
    const found = wholeRecord(records.file, entry);
    const { options: _, ...record } = found;
    const own = records.optionsOf(found);
    yield `${jsonLine(own === options ? record : { ...record, options: own })}\n`;
  }
}
