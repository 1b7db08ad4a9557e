// Replaces a file as a whole: readers see the old file or the new one, never a part of it.

import fs from 'node:fs';
import path from 'node:path';
import { causeOf, outputError, ThumbsError } from '../errors.js';
import { realFile } from './real-path.js';
import { temporaryPath } from './temporary.js';

/** Text is collected up to about this many characters before it is written; bytes are written as they come. */
const CHUNK = 1 << 16;

/**
 * Writes `pieces` to a temporary file beside `file`, flushes it to the disk and renames it. If `pieces` or the disk throws, `file` is
 * unchanged.
 * @throws system errors (`ENOSPC`, `EACCES`, ...), and an Error if `file` exists and is no regular file.
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
 * {@link replaceFile} for a file that the caller of the program named.
 * @throws {ThumbsError} `OUTPUT`, with the path and the cause; a {@link ThumbsError} of `pieces` unchanged.
 */
export function replaceOutput(file: string, pieces: Iterable<string>): void {
  try {
    replaceFile(file, pieces);
  } catch (error) {
    throw error instanceof ThumbsError ? error : outputError(file, causeOf(error), error);
  }
}

/** The regular file, or the free name, that `file` leads to: a link stays a link, and a device is not replaced. */
function replaceable(file: string): string {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() === false) throw new Error('it is not a regular file');
  return realFile(file);
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
