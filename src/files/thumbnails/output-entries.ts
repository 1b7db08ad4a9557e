// What lies in an output folder: its entries, and those of the folders of its shards.

import fs from 'node:fs/promises';
import path from 'node:path';
import { isShardName, isThumbnailFile } from './thumbnail-name.js';

/** An entry of an output folder, or of the folder of a shard in it. */
export interface OutputEntry {
  /** Its path in the output folder, with `/`. */
  readonly file: string;
  readonly isFile: boolean;
}

/**
 * Every entry but the folders of shards, in no order.
 * @param hasShards Whether the folder may have any. @default true
 * @throws system errors.
 */
export async function* outputEntries(folder: string, hasShards = true): AsyncGenerator<OutputEntry> {
  for await (const entry of await fs.opendir(folder)) {
    const { name } = entry;
    if (!hasShards || !entry.isDirectory() || !isShardName(name)) {
      yield { file: name, isFile: entry.isFile() };
      continue;
    }
    for await (const inner of await fs.opendir(path.join(folder, name)))
      yield { file: `${name}/${inner.name}`, isFile: inner.isFile() };
  }
}

/** Whether an entry may be a thumbnail, by what it is called and where it lies. */
export function mayBeThumbnail({ file, isFile }: OutputEntry): boolean {
  return isFile && isThumbnailFile(file);
}
