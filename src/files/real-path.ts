// Paths without symbolic links, so that a file has one name whatever links lead to it.

import fs from 'node:fs';
import path from 'node:path';
import { unreadableOutputError } from '../errors.js';
import type { ResolvedPlace } from '../options/options.js';

/**
 * The place without symbolic links, so that every file in it has one name.
 * @throws {ThumbsError} `OUTPUT`: there is no such folder.
 */
export function realPlace({ out, manifest }: ResolvedPlace): ResolvedPlace {
  return { out: realFolder(out), manifest: realFile(manifest) };
}

/**
 * The folder's path without symbolic links.
 * @throws {ThumbsError} `OUTPUT`: there is no such folder.
 */
function realFolder(folder: string): string {
  try {
    if (!fs.statSync(folder).isDirectory()) throw new Error('it is not a folder');
    return fs.realpathSync(folder);
  } catch (error) {
    throw unreadableOutputError(folder, error);
  }
}

/**
 * The path of a file without symbolic links, whether or not the file exists: the same for all its names. Unchanged if not even its
 * folder exists.
 */
export function realFile(file: string): string {
  try {
    if (fs.existsSync(file)) return fs.realpathSync(file);
    const target = targetOf(file);
    return path.join(fs.realpathSync(path.dirname(target)), path.basename(target));
  } catch {
    return file;
  }
}

/** The target of a dangling link; any other path is returned unchanged. */
function targetOf(file: string): string {
  const isLink = fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? path.resolve(path.dirname(file), fs.readlinkSync(file)) : file;
}
