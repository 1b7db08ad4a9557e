// Removes from the output folder what nothing needs any more: thumbnails that no record names, and temporary files whose
// process is gone. Nothing under any other name is ever touched.

import { lstatSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { causeOf, systemCode } from '../errors.js';
import { Lock } from '../files/lock.js';
import { isLeftover } from '../files/temporary.js';
import { folderError, isThumbnailName, outputError, ThumbnailSet } from '../files/thumbnail-folder.js';
import { realPlace, requireManifest } from '../manifest/reading.js';
import { RecordIndex } from '../manifest/record-index.js';
import { flag, type PlaceOptions, type ResolvedPlace, refuseUnknown, resolvePlace } from '../options.js';

/** What {@link pruneThumbnails} can be asked for. */
export interface PruneOptions extends PlaceOptions {
  /** Only tell what would be removed. @default false */
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
 * Removes the thumbnails that no record names, and old temporary files, as it is iterated.
 * @throws {ThumbsError} `OPTION`, at once. While iterating: `MANIFEST` (there is none, or not one of ours: then everything
 * would be unneeded), `OUTPUT` or `LOCKED`.
 */
export function pruneThumbnails(options: PruneOptions = {}): AsyncGenerator<PrunedEvent> {
  refuseUnknown(options, ['out', 'manifest', 'dryRun'] satisfies Array<keyof PruneOptions>);
  return pruneLocked(resolvePlace(options), flag('dryRun', options.dryRun ?? false));
}

async function* pruneLocked(asked: ResolvedPlace, dryRun: boolean): AsyncGenerator<PrunedEvent> {
  // Before anything is written: a wrong folder or manifest stays as it is.
  const place = realPlace(asked);
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

/** Prunes; the caller holds the folder and the manifest. */
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

/** Thumbnails that are not among `named`, and old temporary files of thumbnails and of the manifest, sorted by name. */
export async function* findUnneeded(
  { out, manifest }: ResolvedPlace,
  named: ThumbnailSet,
): AsyncGenerator<PrunedEvent> {
  for (const folder of new Set([out, path.dirname(manifest)])) {
    const isUnnamed = (name: string) => folder === out && isThumbnailName(name) && !named.has(name);
    for (const name of await filesIn(folder, (name) => isUnnamed(name) || isLeftover(name))) {
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

/** Names of the regular files of a folder that `isWanted`, sorted; none where there is no folder. */
async function filesIn(folder: string, isWanted: (name: string) => boolean): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of await fs.opendir(folder))
      if (entry.isFile() && isWanted(entry.name)) names.push(entry.name);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw folderError(folder, error);
  }
  return names.sort();
}
