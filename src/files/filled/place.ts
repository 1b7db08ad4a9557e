// Where a folder that is filled may be: beside what else a run reads and writes, never around it.

import fs from 'node:fs';
import path from 'node:path';
import { causeOf, optionError, outputError, ThumbsError } from '../../errors.js';
import { printable } from '../../printable.js';
import { type FilledKind, isMarked } from '../folder-marker.js';
import { isInside, realFile } from '../real-path.js';
import { FilledFolder, type FilledPlace } from './filled-folder.js';

/** What else a run reads and writes; absolute paths. */
export interface OtherPlaces {
  readonly out: string;
  readonly manifest: string;
  /** Files that are written besides. */
  readonly files?: readonly string[];
  /** Real paths of what the run walks. */
  readonly roots?: readonly string[];
  /** Another folder that the run fills. */
  readonly filled?: string | undefined;
}

const TITLES: Readonly<Record<FilledKind, string>> = {
  gallery: 'The gallery',
  links: 'The folder of links',
};

/**
 * Checks that nothing of somebody else's lies in the folder, and that nothing else of the run does. Nothing is written.
 * @throws {ThumbsError} `OPTION` or `OUTPUT`.
 */
export function requireFreePlace(
  kind: FilledKind,
  folder: string,
  { out, manifest, files = [], roots = [], filled }: OtherPlaces,
): void {
  const place = filledPlace(kind, folder, manifest);
  const real = place.folder;
  const output = realFolderOf(out);
  const refuse = (why: string) => {
    throw optionError(`${TITLES[kind]} ${printable(folder)} ${why}: name another folder`);
  };
  if (isInside(output, real)) refuse('lies in the output folder, or is it');
  if (isInside(real, output)) refuse('has the output folder in it');
  const above = foldersAbove(real).find(isMarked);
  if (above !== undefined) refuse(`lies in a folder that thumbs fills (${printable(above)})`);
  const other = filled === undefined ? undefined : realFolderOf(filled);
  if (other !== undefined && (isInside(real, other) || isInside(other, real)))
    refuse(`and ${printable(filled ?? '')} lie in one another, or are the same`);
  const root = roots.find((each) => isInside(real, each));
  if (root !== undefined) refuse(`has photos of this run in it (${printable(root)})`);
  const file = [manifest, ...files].find((each) => isInside(real, realOf(each)));
  if (file !== undefined) refuse(`has another output in it (${printable(file)})`);
  FilledFolder.check(place);
}

/** The folder, without symbolic links on the way to it or to the manifest. */
export function filledPlace(kind: FilledKind, folder: string, manifest: string): FilledPlace {
  return { folder: realFolderOf(folder), kind, manifest: realOf(manifest) };
}

function foldersAbove(folder: string): string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [] : [parent, ...foldersAbove(parent)];
}

/** The real path of a file whose folder need not exist. */
function realOf(file: string): string {
  return fs.existsSync(path.dirname(file))
    ? realFile(file)
    : path.join(realFolderOf(path.dirname(file)), path.basename(file));
}

/** The real path of a folder that need not exist, nor those above it; a link to it may be there already. */
function realFolderOf(folder: string): string {
  try {
    return realFolder(folder);
  } catch (error) {
    throw error instanceof ThumbsError ? error : outputError(folder, causeOf(error), error);
  }
}

function realFolder(folder: string): string {
  const parent = path.dirname(folder);
  const isThere = fs.lstatSync(folder, { throwIfNoEntry: false }) !== undefined;
  if (parent === folder || isThere) return realFile(folder);
  return path.join(realFolder(parent), path.basename(folder));
}
