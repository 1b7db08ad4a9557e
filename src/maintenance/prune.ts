// Removes from the output folder what nothing needs any more: thumbnails that no record names, and stale temporary files. Files with
// any other name are never touched.

import { lstatSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { causeOf, outputError, systemCode, unreadableOutputError } from '../errors.js';
import { Lock } from '../files/locks/lock.js';
import { realPlace } from '../files/real-path.js';
import { isStale } from '../files/temporary.js';
import { isThumbnailName, ThumbnailSet } from '../files/thumbnail-name.js';
import { requireManifest } from '../manifest/reading.js';
import { RecordIndex } from '../manifest/record-index.js';
import { checkFlag, refuseUnknown } from '../options/checks.js';
import type { PlaceOptions, ResolvedPlace } from '../options/options.js';
import { resolvePlace } from '../options/resolve.js';

/** The options of {@link pruneThumbnails}. */
export interface PruneOptions extends PlaceOptions {
  /** Only report what would be removed. @default false */
  readonly dryRun?: boolean;
}

/** A file was removed, or would be. */
export interface PrunedEvent {
  readonly type: 'pruned';
  /** Absolute path of the file. */
  readonly path: string;
  readonly bytes: number;
}

/**
 * Removes the thumbnails that no record names, and stale temporary files, as it is iterated.
 * @throws {ThumbsError} `OPTION`, at once. While iterating: `MANIFEST` (there is none, or it is not a manifest: then everything would
 * be unneeded), `OUTPUT` or `LOCKED`.
 */
export function pruneThumbnails(options: PruneOptions = {}): AsyncGenerator<PrunedEvent> {
  refuseUnknown(options, ['out', 'manifest', 'dryRun'] satisfies Array<keyof PruneOptions>);
  return pruneLocked(resolvePlace(options), checkFlag('dryRun', options.dryRun ?? false));
}

async function* pruneLocked(resolved: ResolvedPlace, dryRun: boolean): AsyncGenerator<PrunedEvent> {
  // Before anything is written: a wrong folder or manifest stays unchanged.
  const place = realPlace(resolved);
  requireManifest(place.manifest);
  if (dryRun) {
    for (const target of [place.out, place.manifest]) Lock.check(target);
    yield* findUnneeded(place, namedThumbnails(place.manifest));
    return;
  }
  const locks = Lock.takeAll([place.out, place.manifest]);
  try {
    yield* prune(place);
  } finally {
    for (const lock of locks) lock.release();
  }
}

/** Prunes; the caller has locked the folder and the manifest. */
export async function* prune(place: ResolvedPlace): AsyncGenerator<PrunedEvent> {
  for await (const unneeded of findUnneeded(place, namedThumbnails(place.manifest))) {
    try {
      await fs.rm(unneeded.path, { force: true });
    } catch (error) {
      throw outputError(unneeded.path, causeOf(error), error);
    }
    yield unneeded;
  }
}

/** Thumbnails that are not `named`, and stale temporary files of thumbnails and of the manifest, sorted by name. */
export async function* findUnneeded(
  { out, manifest }: ResolvedPlace,
  named: ThumbnailSet,
): AsyncGenerator<PrunedEvent> {
  for (const folder of new Set([out, path.dirname(manifest)])) {
    const isUnnamed = (name: string) => folder === out && isThumbnailName(name) && !named.has(name);
    for (const name of await filesIn(folder, (name) => isUnnamed(name) || isStale(name))) {
      const file = path.join(folder, name);
      const size = lstatSync(file, { throwIfNoEntry: false })?.size;
      if (size !== undefined) yield { type: 'pruned', path: file, bytes: size };
    }
  }
}

/** The thumbnails that records name; of each source its last record. */
function namedThumbnails(manifest: string): ThumbnailSet {
  const named = new ThumbnailSet();
  const records = RecordIndex.openExisting(manifest);
  try {
    for (const record of records.all()) {
      if (record.status === 'done') for (const { file } of record.thumbnails) named.add(file);
    }
  } finally {
    records.close();
  }
  return named;
}

/** Names of the regular files of a folder for which `isWanted` holds, sorted; none if there is no folder. */
async function filesIn(folder: string, isWanted: (name: string) => boolean): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of await fs.opendir(folder))
      if (entry.isFile() && isWanted(entry.name)) names.push(entry.name);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw unreadableOutputError(folder, error);
  }
  return names.sort();
}
