// Looks whether the output is what the manifest says: every thumbnail is read, on all cores, and compared with its own name
// and with the records that name it.

import { lstatSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Lock, lockPaths } from '../files/lock.js';
import { isLeftover, isTemporary } from '../files/temporary.js';
import { folderError, isThumbnailName, ThumbnailSet } from '../files/thumbnail-folder.js';
import { realPlace, requireManifest } from '../manifest/reading.js';
import type { DoneRecord, ThumbnailEntry } from '../manifest/record.js';
import { RecordIndex } from '../manifest/record-index.js';
import { ManifestStore } from '../manifest/store.js';
import { flag, type PlaceOptions, type ResolvedPlace, refuseUnknown, resolvePlace } from '../options.js';
import { type Checked, checkFiles } from './check-files.js';

/** What {@link verifyThumbnails} can be asked for. */
export interface VerifyOptions extends PlaceOptions {
  /** Make the next run do again what was found damaged, and take damaged lines out of the manifest. @default false */
  readonly repair?: boolean;
  /** Ends the verification; there is no summary then. */
  readonly signal?: AbortSignal;
}

/** Something that is not as it should be. */
export interface FindingEvent {
  readonly type: 'finding';
  /**
   * `missing`: a record names it, and it is not there. `damaged`: its bytes are not those that its name tells. `record`: it
   * is sound, and the record is wrong about it, or a line of the manifest is no record. `foreign`: a file that is none of
   * ours. `unneeded`: no record names it; `prune` removes it.
   */
  readonly finding: 'missing' | 'damaged' | 'record' | 'foreign' | 'unneeded';
  /** Absolute path of the file: the manifest for a line of it. */
  readonly path: string;
  readonly reason: string;
  /** Absolute paths of the sources that it is the thumbnail of, where there are any. */
  readonly sources: readonly string[];
}

/** How far the reading is. */
export interface VerifyProgressEvent {
  readonly type: 'progress';
  /** Thumbnails that were read. */
  readonly checked: number;
  /** All there are to read. */
  readonly files: number;
}

/** The last event. */
export interface VerifiedEvent {
  readonly type: 'verified';
  /** Thumbnails that were read, and their bytes. */
  readonly thumbnails: number;
  readonly bytes: number;
  /** Sources that have a record, and those of them that have no thumbnail because they failed. */
  readonly sources: number;
  readonly failed: number;
  /** Thumbnails of records, each once however many sources it is for. */
  readonly missing: number;
  readonly damaged: number;
  /** Records and lines of the manifest. */
  readonly wrongRecords: number;
  readonly foreign: number;
  readonly unneeded: number;
  /** Bytes of the files that are unneeded. */
  readonly unneededBytes: number;
  /** Sources that the next run does again because of `repair`, and damaged lines that were taken out. */
  readonly repaired: number;
  /** Wall-clock time. */
  readonly seconds: number;
}

export type VerifyEvent = FindingEvent | VerifyProgressEvent | VerifiedEvent;

/**
 * Reads every thumbnail and tells what is not as it should be. Without `repair` it writes nothing.
 * @throws {ThumbsError} `OPTION`, at once. While iterating: `MANIFEST` (there is none, or not one of ours), `OUTPUT` (the
 * folder cannot be read) or `LOCKED` (a run is at work).
 */
export function verifyThumbnails(options: VerifyOptions = {}): AsyncGenerator<VerifyEvent> {
  refuseUnknown(options, ['out', 'manifest', 'repair', 'signal'] satisfies Array<keyof VerifyOptions>);
  const place = resolvePlace(options);
  const verification = flag('repair', options.repair ?? false) ? repairing : reading;
  return verification(place, options.signal);
}

async function* reading(asked: ResolvedPlace, signal?: AbortSignal): AsyncGenerator<VerifyEvent> {
  const place = realPlace(asked);
  const records = RecordIndex.openExisting(place.manifest, { dropDamaged: true });
  try {
    for (const target of [place.out, place.manifest]) Lock.check(target);
    yield* verify(place, records, undefined, signal);
  } finally {
    records.close();
  }
}

async function* repairing(asked: ResolvedPlace, signal?: AbortSignal): AsyncGenerator<VerifyEvent> {
  const place = realPlace(asked);
  // Before a lock is written where nothing of ours is.
  requireManifest(place.manifest);
  const locks = Lock.takeAll([place.out, place.manifest]);
  try {
    const store = ManifestStore.openDamaged(place.manifest);
    try {
      const redo = (record: DoneRecord) => store.append({ ...record, redo: true });
      yield* verify(place, store.records, redo, signal);
      if (signal?.aborted !== true) store.finish(() => true);
    } finally {
      store.close();
    }
  } finally {
    for (const lock of locks) lock.release();
  }
}

/** @param redo Given each record that is wrong, or whose thumbnail is damaged, if these are to be repaired. */
async function* verify(
  place: ResolvedPlace,
  records: RecordIndex,
  redo: ((record: DoneRecord) => void) | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<VerifyEvent> {
  const startedAt = performance.now();
  const folder = await listFolder(place);
  const comparison = new Comparison(place, records);
  yield* comparison.others(folder);
  const checked = new Map<string, Checked>();
  for await (const batch of checkFiles(place.out, folder.thumbnails, signal)) {
    for (const each of batch) checked.set(each.file, each);
    yield { type: 'progress', checked: checked.size, files: folder.thumbnails.length };
  }
  const isStopped = () => signal?.aborted === true;
  if (isStopped()) return;
  yield* comparison.records(checked, redo, isStopped);
  if (isStopped()) return;
  yield* comparison.thumbnails(checked);
  yield comparison.summary((performance.now() - startedAt) / 1000);
}

const RECORDS_A_TURN = 1000;

/** What is found, and counted, when the records are held against the files. */
class Comparison {
  readonly #place: ResolvedPlace;
  readonly #records: RecordIndex;
  readonly #found = { missing: 0, damaged: 0, record: 0, foreign: 0, unneeded: 0 };
  readonly #totals = { thumbnails: 0, bytes: 0, failed: 0, unneededBytes: 0, repaired: 0 };
  readonly #named = new ThumbnailSet();
  /** Absolute paths of the sources whose thumbnail is missing or damaged, by the thumbnail. */
  readonly #bereft = new Map<string, string[]>();

  constructor(place: ResolvedPlace, records: RecordIndex) {
    this.#place = place;
    this.#records = records;
  }

  /** The files that are no thumbnails. */
  *others({ foreign, leftovers }: Folder): Generator<FindingEvent> {
    for (const file of foreign) yield this.#finding('foreign', file, 'not a file of thumbs');
    for (const file of leftovers) {
      const stats = lstatSync(path.join(this.#place.out, file), { throwIfNoEntry: false });
      this.#totals.unneededBytes += stats?.size ?? 0;
      yield this.#finding('unneeded', file, 'a temporary file that nobody will finish');
    }
  }

  /** The records that are wrong. Those that are to be done again, for that or for a damaged thumbnail, go to `redo`. */
  async *records(
    checked: ReadonlyMap<string, Checked>,
    redo: ((record: DoneRecord) => void) | undefined,
    isStopped: () => boolean,
  ): AsyncGenerator<FindingEvent> {
    const { damagedLines } = this.#records;
    if (redo !== undefined) this.#totals.repaired += damagedLines.length;
    for (const number of damagedLines) {
      const finding = this.#finding('record', '', `line ${number} is not a record`);
      yield { ...finding, path: this.#place.manifest };
    }
    let looked = 0;
    for (const record of this.#records.all()) {
      looked += 1;
      // Nothing here waits for a disk; without a turn now and then nobody could stop it.
      if (looked % RECORDS_A_TURN === 0) await setImmediate();
      if (isStopped()) return;
      if (record.status === 'failed') {
        this.#totals.failed += 1;
        continue;
      }
      const findings = [...this.#wrongEntries(record, checked)];
      yield* findings;
      const isDamaged = record.thumbnails.some(({ file }) => checked.get(file)?.status === 'damaged');
      if (redo === undefined || (findings.length === 0 && !isDamaged)) continue;
      redo(record);
      this.#totals.repaired += 1;
    }
  }

  *#wrongEntries(record: DoneRecord, checked: ReadonlyMap<string, Checked>): Generator<FindingEvent> {
    const source = path.resolve(path.dirname(this.#place.manifest), record.source);
    for (const entry of record.thumbnails) {
      this.#named.add(entry.file);
      const file = checked.get(entry.file);
      if (file?.status === 'sound') {
        const reason = difference(entry, file);
        if (reason !== undefined) yield this.#finding('record', entry.file, reason, [source]);
        continue;
      }
      const sources = this.#bereft.get(entry.file);
      if (sources === undefined) this.#bereft.set(entry.file, [source]);
      else sources.push(source);
    }
  }

  /** To be asked for after the records: the thumbnails that are damaged, missing, or named by none. */
  *thumbnails(checked: ReadonlyMap<string, Checked>): Generator<FindingEvent> {
    this.#totals.thumbnails = checked.size;
    // The threads have told of them in no order.
    for (const [file, each] of [...checked].sort(([a], [b]) => (a < b ? -1 : 1))) {
      this.#totals.bytes += each.bytes;
      if (!this.#named.has(file)) {
        this.#totals.unneededBytes += each.bytes;
        yield this.#finding('unneeded', file, 'no record names it');
      } else if (each.status === 'damaged') {
        yield this.#finding('damaged', file, each.reason, this.#bereft.get(file));
      }
    }
    for (const [file, sources] of this.#bereft)
      if (!checked.has(file)) yield this.#finding('missing', file, 'it is not there', sources);
  }

  summary(seconds: number): VerifiedEvent {
    const { record: wrongRecords, ...found } = this.#found;
    return {
      type: 'verified',
      ...this.#totals,
      ...found,
      wrongRecords,
      sources: this.#records.size,
      seconds,
    };
  }

  #finding(
    finding: FindingEvent['finding'],
    file: string,
    reason: string,
    sources: readonly string[] = [],
  ): FindingEvent {
    this.#found[finding] += 1;
    return { type: 'finding', finding, path: path.join(this.#place.out, file), reason, sources };
  }
}

/** What a record says otherwise than the file, if anything. */
function difference(entry: ThumbnailEntry, file: Checked & { status: 'sound' }): string | undefined {
  const recorded = `${entry.width} x ${entry.height} pixels and ${entry.bytes} bytes`;
  const real = `${file.width} x ${file.height} pixels and ${file.bytes} bytes`;
  return recorded === real ? undefined : `the record says ${recorded}, it has ${real}`;
}

/** Names in the output folder. */
interface Folder {
  readonly thumbnails: readonly string[];
  /** Temporary files that nobody will finish. */
  readonly leftovers: readonly string[];
  readonly foreign: readonly string[];
}

async function listFolder({ out, manifest }: ResolvedPlace): Promise<Folder> {
  const thumbnails: string[] = [];
  const leftovers: string[] = [];
  const foreign: string[] = [];
  const own = new Set([manifest, ...[out, manifest].flatMap(lockPaths)]);
  try {
    for await (const entry of await fs.opendir(out)) {
      const { name } = entry;
      if (entry.isFile() && isThumbnailName(name)) thumbnails.push(name);
      else if (entry.isFile() && isLeftover(name)) leftovers.push(name);
      else if (!isTemporary(name) && !own.has(path.join(out, name))) foreign.push(name);
    }
  } catch (error) {
    throw folderError(out, error);
  }
  for (const names of [thumbnails, leftovers, foreign]) names.sort();
  return { thumbnails, leftovers, foreign };
}
