// Sets of folders of which some lie in others. All paths are absolute and normalised.

import path from 'node:path';
import { isInside } from './real-path.js';

/** The folders, each once, that lie in no other one; sorted. */
export function outermost(folders: Iterable<string>): string[] {
  const kept: string[] = [];
  for (const folder of [...new Set(folders)].sort(byPlace)) {
    const last = kept.at(-1);
    if (last === undefined || !isInside(last, folder)) kept.push(folder);
  }
  return kept;
}

/** A folder comes just before what lies in it: `a`, `a/b`, `a-b`. */
function byPlace(one: string, other: string): number {
  const [first, second] = [one.replaceAll(path.sep, '\0'), other.replaceAll(path.sep, '\0')];
  return first < second ? -1 : Number(first > second);
}

/** {@link outermost}, but so many at most: the folders above stand for those that lie deepest. */
export function fewest(folders: Iterable<string>, most: number): string[] {
  let kept = outermost(folders);
  while (kept.length > most) {
    const deepest = Math.max(...kept.map(depthOf));
    kept = outermost(kept.map((folder) => (depthOf(folder) === deepest ? path.dirname(folder) : folder)));
  }
  return kept;
}

function depthOf(folder: string): number {
  return folder === path.sep ? 0 : folder.split(path.sep).length;
}
