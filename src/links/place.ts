// Where a tree of links may be: checked before a run starts.

import fs from 'node:fs';
import path from 'node:path';
import { optionError } from '../errors.js';
import { FilledFolder, type FilledPlace } from '../files/filled/filled-folder.js';
import { isInside, realFile } from '../files/real-path.js';
import type { ResolvedOptions } from '../options/options.js';
import { printable } from '../printable.js';

type Outputs = Pick<ResolvedOptions, 'out' | 'manifest' | 'exports'>;

/**
 * Checks that nothing of somebody else's lies in the folder of links, and that nothing else of the run does.
 * @param roots Real paths of what the run walks.
 * @throws {ThumbsError} `OPTION` or `OUTPUT`.
 */
export function requireFreeLinks(
  folder: string,
  { out, manifest, exports }: Outputs,
  roots: readonly string[],
): void {
  const place = linksPlace(folder, manifest);
  const real = place.folder;
  const output = realFolderOf(out);
  if (isInside(output, real)) throw placeError(folder, 'lies in the output folder, or is it');
  if (isInside(real, output)) throw placeError(folder, 'has the output folder in it');
  const root = roots.find((each) => isInside(real, each));
  if (root !== undefined) throw placeError(folder, `has photos of this run in it (${printable(root)})`);
  const file = [manifest, ...exports.map((each) => each.file)].find((each) => isInside(real, realOf(each)));
  if (file !== undefined) throw placeError(folder, `has another output in it (${printable(file)})`);
  FilledFolder.check(place);
}

/** The folder of links of a manifest, without symbolic links on the way to either. */
export function linksPlace(folder: string, manifest: string): FilledPlace {
  return { folder: realFolderOf(folder), kind: 'links', manifest: realOf(manifest) };
}

function placeError(folder: string, why: string): Error {
  return optionError(`The folder of links ${printable(folder)} ${why}: name another folder`);
}

/** The real path of a file whose folder need not exist. */
function realOf(file: string): string {
  return fs.existsSync(path.dirname(file))
    ? realFile(file)
    : path.join(realFolderOf(path.dirname(file)), path.basename(file));
}

/** The real path of a folder that need not exist, nor those above it. */
function realFolderOf(folder: string): string {
  const parent = path.dirname(folder);
  if (parent === folder || fs.existsSync(folder)) return realFile(folder);
  return path.join(realFolderOf(parent), path.basename(folder));
}
