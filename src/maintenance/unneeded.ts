// The files of an output folder that nothing needs: thumbnails that no record names, and stale temporary files. Only files that this
// program wrote are among them.

import { createHash } from 'node:crypto';
import { createReadStream, lstatSync } from 'node:fs';
import path from 'node:path';
import { systemCode, unreadableOutputError } from '../errors.js';
import { foreignUntil } from '../files/folder-marker.js';
import { isStale } from '../files/temporary.js';
import { mayBeThumbnail, type OutputEntry, outputEntries } from '../files/thumbnails/output-entries.js';
import { hasDigest, isThumbnailFile, type ThumbnailSet } from '../files/thumbnails/thumbnail-name.js';
import type { ResolvedPlace } from '../options/options.js';

/** A file was removed, or would be. */
export interface PrunedEvent {
  readonly type: 'pruned';
  /** Absolute path of the file. */
  readonly path: string;
  readonly bytes: number;
}

/**
 * Thumbnails that are not `named`, and stale temporary files of thumbnails and of the manifest, sorted by name. A thumbnail is a file
 * whose bytes have the SHA-256 of its name; it is not read if it is `known` as one.
 * @throws {ThumbsError} `OUTPUT`: the folder cannot be read.
 */
export async function* findUnneeded(
  { out, manifest }: ResolvedPlace,
  named: ThumbnailSet,
  known?: ThumbnailSet,
): AsyncGenerator<PrunedEvent> {
  const foreignUntilMs = foreignUntil(out);
  for (const folder of new Set([out, path.dirname(manifest)])) {
    const isCandidate = (entry: OutputEntry) =>
      (folder === out && mayBeThumbnail(entry) && !named.has(entry.file)) ||
      (entry.isFile && isStale(folder, entry.file));
    for (const name of await filesIn(folder, folder === out, isCandidate)) {
      const file = path.join(folder, name);
      const stats = lstatSync(file, { throwIfNoEntry: false });
      if (stats === undefined) continue;
      if (isThumbnailFile(name)) {
        if (stats.mtimeMs <= foreignUntilMs) continue;
        if (known?.has(name) !== true && !(await isThumbnail(file))) continue;
      }
      yield { type: 'pruned', path: file, bytes: stats.size };
    }
  }
}

/** Whether a file's bytes have the SHA-256 of its name. One that cannot be read is not ours to remove. */
async function isThumbnail(file: string): Promise<boolean> {
  const hash = createHash('sha256');
  try {
    for await (const bytes of createReadStream(file)) hash.update(bytes);
  } catch {
    return false;
  }
  return hasDigest(path.basename(file), hash.digest('hex'));
}

/** The files of a folder, and of shards in it, for which `isWanted` holds, sorted; none if there is no folder. */
async function filesIn(
  folder: string,
  hasShards: boolean,
  isWanted: (entry: OutputEntry) => boolean,
): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of outputEntries(folder, hasShards)) if (isWanted(entry)) names.push(entry.file);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw unreadableOutputError(folder, error);
  }
  return names.sort();
}
