// The folder that all photos of a manifest have in common, and that the tree of links mirrors. It is remembered, so that a run over fewer
// or other folders renames nothing; it only ever becomes wider.

import path from 'node:path';
import { isInside } from '../files/real-path.js';

export interface CommonFolderFacts {
  /** Absolute path; undefined for a new tree. */
  readonly remembered: string | undefined;
  /** Absolute paths of the folders that the manifest's runs were given. */
  readonly roots: readonly string[];
  /** Absolute paths of the photos. */
  readonly sources: readonly string[];
}

/** Absolute path; undefined where there is neither a source nor a folder that is remembered. */
export function commonFolder({ remembered, roots, sources }: CommonFolderFacts): string | undefined {
  let common = remembered ?? commonRoot(roots, sources);
  let checked: string | undefined;
  for (const source of sources) {
    const folder = path.dirname(source);
    if (folder === checked) continue; // Those of one folder mostly come one after the other.
    common = widened(common, folder);
    checked = folder;
  }
  return common;
}

function commonRoot(roots: readonly string[], sources: readonly string[]): string | undefined {
  const used = roots.filter((root) => sources.some((source) => isInside(root, source)));
  return used.reduce<string | undefined>(widened, undefined);
}

/** The folder that has both. */
function widened(common: string | undefined, folder: string): string {
  let wide = common ?? folder;
  while (!isInside(wide, folder) && wide !== path.dirname(wide)) wide = path.dirname(wide);
  return wide;
}
