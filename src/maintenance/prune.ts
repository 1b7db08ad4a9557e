// Removes from the output folder what nothing needs any more: thumbnails that no record names, and temporary files whose
// process is gone. Nothing under any other name is ever touched.

import { type Dirent, lstatSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { causeOf, systemCode } from '../errors.js';
import { Lock } from '../files/lock.js';
import { isLeftover } from '../files/temporary.js';
import { folderError, isThumbnailName, outputError, ThumbnailSet } from '../files/thumbnail-folder.js';
import { readManifest } from '../manifest/reading.js';
import { type PlaceOptions, type ResolvedPlace, resolvePlace } from '../options.js';

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
  return pruneLocked(resolvePlace(options), options.dryRun ?? false);
}

async function* pruneLocked(place: ResolvedPlace, dryRun: boolean): AsyncGenerator<PrunedEvent> {
  // Before anything is written: a wrong folder or manifest stays as it is.
  const named = namedThumbnails(place.manifest);
  if (dryRun) {
    for (const target of [place.out, place.manifest]) Lock.check(target);
    yield* findUnneeded(place, named);
    return;
  }
  const locks: Lock[] = [];
  try {
    for (const target of [place.out, place.manifest]) locks.push(Lock.take(target));
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

/** Thumbnails that are not among `named`, and old temporary files of thumbnails and of the manifest. */
export async function* findUnneeded(
  { out, manifest }: ResolvedPlace,
  named: ThumbnailSet,
): AsyncGenerator<PrunedEvent> {
  for (const folder of new Set([out, path.dirname(manifest)])) {
    for await (const entry of listed(folder)) {
      const { name } = entry;
      const isUnnamed = folder === out && isThumbnailName(name) && !named.has(name);
      if (!entry.isFile() || !(isUnnamed || isLeftover(name))) continue;
      const file = path.join(folder, name);
      const size = lstatSync(file, { throwIfNoEntry: false })?.size;
      if (size !== undefined) yield { type: 'pruned', path: file, bytes: size };
    }
  }
}

/** The thumbnails that records name. */
export function namedThumbnails(manifest: string): ThumbnailSet {
  const named = new ThumbnailSet();
  for (const record of readManifest(manifest)) {
    if (record.status === 'done') for (const { file } of record.thumbnails) named.add(file);
  }
  return named;
}

/** The entries of a folder; none where there is no folder. */
async function* listed(folder: string): AsyncGenerator<Dirent> {
  try {
    for await (const entry of await fs.opendir(folder)) yield entry;
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw folderError(folder, error);
  }
}
