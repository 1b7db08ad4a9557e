// Checks that the output is what the manifest says: every thumbnail is read, on all cores, and compared with its own name and with the
// records that name it.

import path from 'node:path';
import { unreadableOutputError } from '../errors.js';
import { MARKER_NAME } from '../files/folder-marker.js';
import { HeldLock } from '../files/locks/held-lock.js';
import { Lock, lockPaths } from '../files/locks/lock.js';
import { realPlace } from '../files/real-path.js';
import { isStale, isTemporary } from '../files/temporary.js';
import { mayBeThumbnail, outputEntries } from '../files/thumbnails/output-entries.js';
import { otherManifests } from '../manifest/folder-manifests.js';
import { requireManifest } from '../manifest/reading.js';
import type { DoneRecord } from '../manifest/record.js';
import { RecordIndex } from '../manifest/record-index.js';
import { ManifestStore } from '../manifest/store.js';
import { checkFlag, refuseUnknown } from '../options/checks.js';
import type { PlaceOptions, ResolvedPlace } from '../options/options.js';
import { resolvePlace } from '../options/resolve.js';
import { finishInTurns } from '../steps.js';
import { type Checked, checkFiles } from './check-files.js';
import { Comparison, type FolderListing } from './comparison.js';
import type { VerifyEvent } from './findings.js';

/** The options of {@link verifyThumbnails}. */
export interface VerifyOptions extends PlaceOptions {
  /** Mark what is damaged, so that the next run makes it again, and remove damaged lines from the manifest. @default false */
  readonly repair?: boolean;
  /** Ends the verification; there is no summary then. */
  readonly signal?: AbortSignal;
}

/**
 * Reads every thumbnail and reports what is wrong. Without `repair` it writes nothing.
 * @throws {ThumbsError} `OPTION`, at once. While iterating: `MANIFEST` (there is none, or it is not a manifest), `OUTPUT` (the folder
 * cannot be read) or `LOCKED` (a run uses it).
 */
export function verifyThumbnails(options: VerifyOptions = {}): AsyncGenerator<VerifyEvent> {
  refuseUnknown(options, ['out', 'manifest', 'repair', 'signal'] satisfies Array<keyof VerifyOptions>);
  const place = resolvePlace(options);
  const isRepair = checkFlag('repair', options.repair ?? false);
  return isRepair ? verifyAndRepair(place, options.signal) : verifyOnly(place, options.signal);
}

async function* verifyOnly(resolved: ResolvedPlace, signal?: AbortSignal): AsyncGenerator<VerifyEvent> {
  const place = realPlace(resolved);
  const loading = RecordIndex.openExistingInSteps(place.manifest, { dropDamaged: true });
  const records = await finishInTurns(loading, signal);
  if (records === undefined) return;
  try {
    for (const target of [place.out, place.manifest]) Lock.check(target);
    yield* verify(place, records, undefined, signal);
  } finally {
    records.close();
  }
}

async function* verifyAndRepair(resolved: ResolvedPlace, signal?: AbortSignal): AsyncGenerator<VerifyEvent> {
  const place = realPlace(resolved);
  // Before a lock is written where no manifest is.
  requireManifest(place.manifest);
  const locks = Lock.takeAll([place.out, place.manifest]);
  try {
    const requireLocks = () => HeldLock.requireAllHeld(locks);
    const loading = ManifestStore.openDamagedInSteps(place.manifest, { requireLocks });
    const store = await finishInTurns(loading, signal);
    if (store === undefined) return;
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

async function listFolder({ out, manifest }: ResolvedPlace): Promise<FolderListing> {
  const thumbnails: string[] = [];
  const stale: string[] = [];
  const foreign: string[] = [];
  const own = new Set([manifest, path.join(out, MARKER_NAME), ...[out, manifest].flatMap(lockPaths)]);
  for (const other of otherManifests({ out, manifest })) {
    const locks = path.dirname(other) === out ? lockPaths(other) : [];
    for (const file of [other, ...locks]) own.add(file);
  }
  try {
    for await (const entry of outputEntries(out)) {
      const { file, isFile } = entry;
      if (mayBeThumbnail(entry)) thumbnails.push(file);
      else if (isFile && isStale(out, file)) stale.push(file);
      else if (!isTemporary(file) && !own.has(path.join(out, file))) foreign.push(file);
    }
  } catch (error) {
    throw unreadableOutputError(out, error);
  }
  for (const names of [thumbnails, stale, foreign]) names.sort();
  return { thumbnails, stale, foreign };
}
