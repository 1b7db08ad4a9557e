// Looks whether the output is what the manifest says: every thumbnail is read, on all cores, and compared with its own name
// and with the records that name it.

import { lstatSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { Lock, lockPaths } from '../files/lock.js';
import { isLeftover, isTemporary } from '../files/temporary.js';
import { folderError, isThumbnailName, ThumbnailSet } from '../files/thumbnail-folder.js';
import type { DoneRecord, ThumbnailEntry } from '../manifest/record.js';
import { RecordIndex } from '../manifest/record-index.js';
import { ManifestStore } from '../manifest/store.js';
import { type PlaceOptions, type ResolvedPlace, resolvePlace } from '../options.js';
import { type Checked, checkFiles } from './check-files.js';
import { realPlace } from './prune.js';

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
  const place = resolvePlace(options);
  return (options.repair === true ? repairing : reading)(place, options.signal);
}

async function* reading(asked: ResolvedPlace, signal?: AbortSignal): AsyncGenerator<VerifyEvent> {
  const place = realPlace(asked);
  const records = openRecords(place);
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
  openRecords(place).close();
  const locks: Lock[] = [];
  try {
    for (const target of [place.out, place.manifest]) locks.push(Lock.take(target));
    const store = ManifestStore.openDamaged(place.manifest);
    try {
      const redo = (record: DoneRecord) => store.append({ ...record, redo: true });
      yield* verify(place, store.records, redo, signal);
      store.finish(() => true);
    } finally {
      store.close();
    }
  } finally {
    for (const lock of locks) lock.release();
  }
}

function openRecords({ manifest }: ResolvedPlace): RecordIndex {
  return RecordIndex.openExisting(manifest, { dropDamaged: true });
}

/** @param redo Given each record that is wrong, or whose thumbnail is damaged, if these are to be repaired. */
async function* verify(
  place: ResolvedPlace,
  records: RecordIndex,
  redo: ((record: DoneRecord) => void) | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<VerifyEvent> {
  const startedAt = performance.now();
  const counts = { missing: 0, damaged: 0, record: 0, foreign: 0, unneeded: 0 };
  let unneededBytes = 0;
  let faulty = records.damagedLines.length;
  const found = (finding: keyof typeof counts, file: string, reason: string, sources: string[] = []) => {
    counts[finding] += 1;
    return { type: 'finding', finding, path: path.join(place.out, file), reason, sources } as const;
  };
  const folder = await listFolder(place);
  for (const file of folder.foreign.sort()) yield found('foreign', file, 'not a file of thumbs');
  for (const file of folder.leftovers) {
    unneededBytes += lstatSync(path.join(place.out, file), { throwIfNoEntry: false })?.size ?? 0;
    yield found('unneeded', file, 'a temporary file that nobody will finish');
  }
  const checked = new Map<string, Checked>();
  for await (const batch of checkFiles(place.out, folder.thumbnails, signal)) {
    for (const each of batch) checked.set(each.file, each);
    yield { type: 'progress', checked: checked.size, files: folder.thumbnails.length };
  }
  if (signal?.aborted === true) return;
  for (const number of records.damagedLines)
    yield { ...found('record', '', `line ${number} is not a record`), path: place.manifest };
  const named = new ThumbnailSet();
  /** Sources by the missing or damaged thumbnail that is theirs. */
  const bereft = new Map<string, string[]>();
  let [bytes, failed] = [0, 0];
  for (const record of records.all()) {
    if (record.status === 'failed') {
      failed += 1;
      continue;
    }
    const source = path.resolve(path.dirname(place.manifest), record.source);
    const wrong: string[] = [];
    let isBereft = false;
    for (const entry of record.thumbnails) {
      named.add(entry.file);
      const file = checked.get(entry.file);
      if (file?.status === 'sound') {
        const reason = difference(entry, file);
        if (reason !== undefined) wrong.push(reason);
        if (reason !== undefined) yield found('record', entry.file, reason, [source]);
      } else {
        const sources = bereft.get(entry.file);
        if (sources === undefined) bereft.set(entry.file, [source]);
        else sources.push(source);
        isBereft ||= file !== undefined;
      }
    }
    if (wrong.length === 0 && !isBereft) continue;
    redo?.(record);
    faulty += 1;
  }
  for (const file of folder.thumbnails) {
    const each = checked.get(file);
    if (each === undefined) continue;
    bytes += each.bytes;
    if (!named.has(file)) {
      yield found('unneeded', file, 'no record names it');
      unneededBytes += each.bytes;
    } else if (each.status === 'damaged') {
      yield found('damaged', file, each.reason, bereft.get(file));
    }
  }
  for (const [file, sources] of bereft) {
    if (!checked.has(file)) yield found('missing', file, 'it is not there', sources);
  }
  yield {
    type: 'verified',
    thumbnails: checked.size,
    bytes,
    sources: records.size,
    failed,
    missing: counts.missing,
    damaged: counts.damaged,
    wrongRecords: counts.record,
    foreign: counts.foreign,
    unneeded: counts.unneeded,
    unneededBytes,
    repaired: redo === undefined ? 0 : faulty,
    seconds: (performance.now() - startedAt) / 1000,
  };
}

/** What a record says otherwise than the file, if anything. */
function difference(entry: ThumbnailEntry, file: Checked & { status: 'sound' }): string | undefined {
  const recorded = `${entry.width} x ${entry.height} pixels and ${entry.bytes} bytes`;
  const real = `${file.width} x ${file.height} pixels and ${file.bytes} bytes`;
  return recorded === real ? undefined : `the record says ${recorded}, it has ${real}`;
}

/** The output folder's entries: ours, sorted by what they are, and others'. */
async function listFolder({ out, manifest }: ResolvedPlace) {
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
  return { thumbnails: thumbnails.sort(), leftovers: leftovers.sort(), foreign };
}
