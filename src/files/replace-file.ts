// Replaces a file whole: readers see the old one or the new one, never a part.

import fs from 'node:fs';
import path from 'node:path';
import { causeOf, ThumbsError } from '../errors.js';
import { printable } from '../printable.js';
import { temporaryPath } from './temporary.js';

/** Text is gathered to about this many characters before it is written; bytes are written as they come. */
const CHUNK = 1 << 16;

/**
 * Writes `pieces` to a temporary file beside `file`, brings it to the disk and renames it. When `pieces` or the disk
 * throws, `file` is as it was.
 * @throws system errors (`ENOSPC`, `EACCES`, ...) as they come, and an Error when `file` is no regular file.
 */
export function replaceFile(file: string, pieces: Iterable<string | Uint8Array>): void {
  const target = replaceable(file);
  const temporary = temporaryPath(path.dirname(target));
  const descriptor = fs.openSync(temporary, 'wx');
  try {
    try {
      writePieces(descriptor, pieces);
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
    fs.renameSync(temporary, target);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * {@link replaceFile} for a file that somebody asked for.
 * @throws {ThumbsError} `OUTPUT`, with the path and the cause; a {@link ThumbsError} of `pieces` as it comes.
 */
export function replaceOutput(file: string, pieces: Iterable<string>): void {
  try {
    replaceFile(file, pieces);
  } catch (error) {
    if (error instanceof ThumbsError) throw error;
    throw new ThumbsError('OUTPUT', `Cannot write ${printable(file)}: ${causeOf(error)}`, { cause: error });
  }
}

/** The regular file, or the free name, that `file` stands for: a link stays a link, and a device stays a device. */
function replaceable(file: string): string {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() === false) throw new Error('it is not a regular file');
  return realFile(file);
}

/**
 * The path of a file, whether it is there or not yet, without symbolic links: all its names have this one in common. As it
 * was asked for when not even its folder is there.
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

/** Where a link that leads nowhere leads; any other name is its own. */
function targetOf(file: string): string {
  const isLink = fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? path.resolve(path.dirname(file), fs.readlinkSync(file)) : file;
}

function writePieces(descriptor: number, pieces: Iterable<string | Uint8Array>): void {
  let pending = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') pending += piece;
    if (typeof piece === 'string' && pending.length < CHUNK) continue;
    fs.writeFileSync(descriptor, pending);
    pending = '';
    if (typeof piece !== 'string') fs.writeFileSync(descriptor, piece);
  }
  fs.writeFileSync(descriptor, pending);
}
