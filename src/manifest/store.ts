// The manifest on disk: appended to while a run is under way, rewritten sorted when it ends.
//
// A line that comes later is the truth for its source, and a torn last line is none, so the file can be read after a
// crash at any byte.

import fs from 'node:fs';
import path from 'node:path';
import { causeOf, ThumbsError } from '../errors.js';
import { replaceFile } from '../files/replace-file.js';
import { jsonLine, printable } from '../printable.js';
import { type Line, readLineAt, readLines } from './lines.js';
import { isHeader, isRecord, MANIFEST_VERSION, type ManifestHeader, type ManifestRecord } from './record.js';

type Place = Omit<Line, 'text'>;

/** The records of a manifest, in the file's order. Of a file that no run has finished the last of a source counts. */
export function* readManifest(file: string): Generator<ManifestRecord> {
  const descriptor = guarded(file, 'read', () => fs.openSync(file, 'r'));
  try {
    for (const { record } of records(file, descriptor)) yield record;
  } finally {
    fs.closeSync(descriptor);
  }
}

/** One run's hold on a manifest. */
export class ManifestStore {
  readonly file: string;
  readonly #descriptor: number;
  readonly #places = new Map<string, Place>();
  #end = 0;
  #appendedFrom = 0;

  private constructor(file: string, descriptor: number) {
    this.file = file;
    this.#descriptor = descriptor;
  }

  /**
   * Opens `file` to be added to. Records made under the same options digest are kept; under another the manifest starts
   * anew, because its thumbnails are not those that were asked for.
   * @throws {ThumbsError} `MANIFEST`: it cannot be read or written, is of a newer version, or is something else.
   */
  static open(file: string, options: string): ManifestStore {
    return guarded(file, 'write', () => {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      const header: ManifestHeader = { manifest: 'thumbs', version: MANIFEST_VERSION, options };
      if (readHeader(file)?.options !== options) replaceFile(file, [`${jsonLine(header)}\n`]);
      const store = new ManifestStore(file, fs.openSync(file, 'a+'));
      try {
        store.#load();
      } catch (error) {
        store.close();
        throw error;
      }
      return store;
    });
  }

  /** Adds a record; what the manifest said of its source before counts no more. */
  append(record: ManifestRecord): void {
    const line = jsonLine(record);
    const bytes = Buffer.from(`${line}\n`);
    guarded(this.file, 'write', () => fs.writeFileSync(this.#descriptor, bytes));
    this.#places.set(record.source, { offset: this.#end, length: bytes.length - 1 });
    this.#end += bytes.length;
  }

  /**
   * Rewrites the file sorted by source (UTF-16 code units), atomically: with every record that was appended, and of the
   * earlier ones those that `stays` agrees to.
   * @throws {ThumbsError} `MANIFEST`; the file then holds what was appended.
   */
  finish(stays: (source: string) => boolean): void {
    const sources: string[] = [];
    for (const [source, { offset }] of this.#places) {
      if (offset >= this.#appendedFrom || stays(source)) sources.push(source);
    }
    sources.sort();
    guarded(this.file, 'write', () => {
      this.#checkPlace();
      replaceFile(this.file, this.#lines(sources));
    });
  }

  close(): void {
    fs.closeSync(this.#descriptor);
  }

  /** What was removed or replaced meanwhile is not ours to put back: thumbnails may have gone with it. */
  #checkPlace(): void {
    const there = fs.statSync(this.file, { throwIfNoEntry: false });
    const ours = fs.fstatSync(this.#descriptor);
    if (there?.ino === ours.ino && there.dev === ours.dev) return;
    throw manifestError(this.file, `it was ${there === undefined ? 'removed' : 'replaced'} during the run`);
  }

  *#lines(sources: readonly string[]): Generator<string> {
    const [header] = readLines(this.#descriptor);
    yield `${header?.text ?? ''}\n`;
    for (const source of sources) {
      const place = this.#places.get(source);
      if (place !== undefined) yield readLineAt(this.#descriptor, place);
    }
  }

  #load(): void {
    this.#end = `${readLines(this.#descriptor).next().value?.text ?? ''}\n`.length;
    for (const { record, offset, length } of records(this.file, this.#descriptor)) {
      this.#places.set(record.source, { offset, length });
      this.#end = offset + length + 1;
    }
    // A torn last line goes, so that the next one does not continue it.
    fs.ftruncateSync(this.#descriptor, this.#end);
    this.#appendedFrom = this.#end;
  }
}

/** The header of `file`, or undefined when there is no file or nothing in it. */
function readHeader(file: string): ManifestHeader | undefined {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (!stats.isFile()) throw manifestError(file, 'it is not a regular file');
  if (stats.size === 0) return undefined;
  const descriptor = fs.openSync(file, 'r');
  try {
    const line = readLines(descriptor).next().value?.text;
    if (line === undefined && isTornHeader(fs.readFileSync(file, 'latin1'))) return undefined;
    return checkedHeader(file, line ?? '');
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Whether a text without a whole line is the beginning of a manifest of this version, which holds no record. */
function isTornHeader(text: string): boolean {
  const start = `{"manifest":"thumbs","version":${MANIFEST_VERSION},"options":"`;
  return start.startsWith(text) || text.startsWith(start);
}

function* records(file: string, descriptor: number): Generator<Place & { record: ManifestRecord }> {
  let number = 0;
  for (const { text, offset, length } of readLines(descriptor)) {
    number += 1;
    if (number === 1) {
      checkedHeader(file, text);
      continue;
    }
    const record = parse(text);
    if (!isRecord(record))
      throw manifestError(file, `line ${number} is not a record; remove the file to start anew`);
    yield { record, offset, length };
  }
}

function checkedHeader(file: string, text: string): ManifestHeader {
  const header = parse(text);
  if (!isHeader(header))
    throw manifestError(file, 'the file is not a manifest of thumbs, and is left as it is');
  if (header.version > MANIFEST_VERSION) {
    throw manifestError(
      file,
      `it is of version ${header.version}, newer than ${MANIFEST_VERSION}, which this program knows`,
    );
  }
  return header;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON is not a header and not a record, which is what the callers report.
  }
}

/** Runs `work`; a system error becomes a `MANIFEST` error that names the file. */
function guarded<T>(file: string, verb: 'read' | 'write', work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ThumbsError) throw error;
    throw new ThumbsError('MANIFEST', `Cannot ${verb} the manifest ${printable(file)}: ${causeOf(error)}`, {
      cause: error,
    });
  }
}

function manifestError(file: string, cause: string): ThumbsError {
  return new ThumbsError('MANIFEST', `Cannot use ${printable(file)} as the manifest: ${cause}`);
}
