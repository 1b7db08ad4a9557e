// How many jobs there will be at least, found before the walk and what it needs are loaded: so many consumers can be preforked.

import fs from 'node:fs/promises';
import { systemPath } from '../path-bytes.js';
import type { IsPhotoName } from './photo-names.js';
import type { Root } from './roots.js';
import type { SelectionOptions } from './selection/selection.js';

/** Counts up to `enough`, by the entries of the roots themselves. Where globs select, only roots that are files are certain. */
export async function certainJobs(
  roots: readonly Root[],
  { include, exclude }: Pick<SelectionOptions, 'include' | 'exclude'>,
  isPhotoName: IsPhotoName,
  enough: number,
): Promise<number> {
  const files = roots.filter(({ kind }) => kind === 'file').length;
  if (include.length > 0 || exclude.length > 0) return Math.min(files, enough);
  let most = files;
  // One root's own photos are all different; those of two roots may be the same.
  for (const { path: folder } of roots.filter(({ kind }) => kind === 'folder')) {
    if (most >= enough) break;
    most = Math.max(most, await photosIn(folder, isPhotoName, enough));
  }
  return Math.min(most, enough);
}

/** Entries of a folder that are looked at: one with a million other files is not read to its end. */
const MOST_ENTRIES = 1000;

async function photosIn(folder: string, isPhotoName: IsPhotoName, enough: number): Promise<number> {
  let [photos, entries] = [0, 0];
  try {
    for await (const entry of await fs.opendir(systemPath(folder))) {
      if (entry.isFile() && !entry.name.startsWith('.') && isPhotoName(entry.name)) photos += 1;
      entries += 1;
      if (photos === enough || entries === MOST_ENTRIES) break;
    }
  } catch {
    return photos; // The walk meets the same folder and reports it.
  }
  return photos;
}
