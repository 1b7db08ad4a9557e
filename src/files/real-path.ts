// Paths without symbolic links, so that a file has one name whatever links lead to it.

import fs from 'node:fs';
import path from 'node:path';
import { unreadableOutputError } from '../errors.js';
import type { ResolvedPlace } from '../options/options.js';
import { pathOf, systemPath } from '../path-bytes.js';

/**
 * The real path of a file or folder of the walk, whose name may be anything (path-bytes.ts).
 * @throws system errors: `ENOENT`, `ELOOP`, `EACCES`, ...
 */
export async function realPathOf(file: string): Promise<string> {
  return pathOf(await fs.promises.realpath(systemPath(file), 'buffer'));
}

/** {@link realPathOf} at once. */
export function realPathSync(file: string): string {
  return pathOf(fs.realpathSync.native(systemPath(file), 'buffer'));
}

/**
 * The place without symbolic links, so that every file in it has one name.
 * @throws {ThumbsError} `OUTPUT`: there is no such folder, or its name is not UTF-8.
 */
export function realPlace({ out, manifest }: ResolvedPlace): ResolvedPlace {
  return { out: realFolder(out), manifest: realFile(manifest) };
}

/**
 * The folder's path without symbolic links.
 * @throws {ThumbsError} `OUTPUT`: there is no such folder, or its name is not UTF-8.
 */
function realFolder(folder: string): string {
  try {
    if (!fs.statSync(folder).isDirectory()) throw new Error('it is not a folder');
    return requireUtf8(realPathSync(folder));
  } catch (error) {
    throw unreadableOutputError(folder, error);
  }
}

/**
 * The path of a file that the program writes, without symbolic links, whether or not the file exists: the same for all its names.
 * Unchanged if not even its folder exists.
 * @throws {ThumbsError} `OUTPUT`: links lead to a name that is not UTF-8.
 */
export function realFile(file: string): string {
  const real = realOrSame(file);
  try {
    return requireUtf8(real);
  } catch (error) {
    throw unreadableOutputError(file, error);
  }
}

function realOrSame(file: string): string {
  try {
    if (fs.existsSync(file)) return realPathSync(file);
    const target = targetOf(file);
    return path.join(realPathSync(path.dirname(target)), path.basename(target));
  } catch {
    return file;
  }
}

/** What the program writes has names in UTF-8: under another one Node.js would open another file. */
function requireUtf8(file: string): string {
  if (file.isWellFormed()) return file;
  throw new Error('a symbolic link leads to a name that is not valid UTF-8');
}

/** The target of a dangling link; any other path is returned unchanged. */
function targetOf(file: string): string {
  const isLink = fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? path.resolve(path.dirname(file), pathOf(fs.readlinkSync(file, 'buffer'))) : file;
}

/** Whether `inner` is `outer` or below it; both absolute and normalised. */
export function isInside(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(path.sep) ? outer : outer + path.sep);
}
