// Replaces a file as a whole: readers see the old file or the new one, never a part of it. Mode and owner stay.

import fs from 'node:fs';
import path from 'node:path';
import { causeOf, outputError, systemCode, ThumbsError } from '../errors.js';
import { finish, type Steps } from '../steps.js';
import { realFile } from './real-path.js';
import { temporaryPath } from './temporary.js';

/** Text is collected up to about this many characters before it is written; bytes are written as they come. */
const CHUNK = 1 << 16;

/**
 * Writes `pieces` to a temporary file beside `file`, flushes it to the disk and renames it. If `pieces` or the disk throws, `file` is
 * unchanged. A file that exists keeps its mode and, as far as the system allows it, its owner and group.
 * @throws system errors (`ENOSPC`, `EACCES`, ...), and an Error if `file` exists and is no regular file.
 */
export function replaceFile(file: string, pieces: Iterable<string | Uint8Array>): void {
  finish(replaceFileInSteps(file, pieces));
}

/** {@link replaceFile} in steps, one for each chunk that is written. If it is left, `file` is unchanged. */
export function* replaceFileInSteps(file: string, pieces: Iterable<string | Uint8Array>): Steps<void> {
  const target = realFile(file);
  const found = replaceable(target);
  const temporary = temporaryPath(path.dirname(target));
  // What the old file keeps from others is kept from them while it is written, too.
  const descriptor = fs.openSync(temporary, 'wx', found === undefined ? 0o666 : 0o600);
  let isReplaced = false;
  try {
    try {
      yield* writePieces(descriptor, pieces);
      if (found !== undefined) keepAccess(descriptor, found);
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
    fs.renameSync(temporary, target);
    isReplaced = true;
  } finally {
    if (!isReplaced) fs.rmSync(temporary, { force: true });
  }
}

/**
 * {@link replaceFile} for a file that the caller of the program named.
 * @throws {ThumbsError} `OUTPUT`, with the path and the cause; a {@link ThumbsError} of `pieces` unchanged.
 */
export function replaceOutput(file: string, pieces: Iterable<string | Uint8Array>): void {
  try {
    replaceFile(file, pieces);
  } catch (error) {
    throw error instanceof ThumbsError ? error : outputError(file, causeOf(error), error);
  }
}

/** The regular file under this name, if there is one: a link stays a link, and a device is not replaced. */
function replaceable(target: string): fs.Stats | undefined {
  const stats = fs.lstatSync(target, { throwIfNoEntry: false });
  if (stats?.isSymbolicLink()) throw new Error('it is a link into a folder that does not exist');
  if (stats?.isFile() === false) throw new Error('it is not a regular file');
  return stats;
}

const MODE_BITS = 0o7777;

/** Gives a new file the owner, the group and the mode of the one that it replaces. */
function keepAccess(descriptor: number, { uid, gid, mode }: fs.Stats): void {
  const own = fs.fstatSync(descriptor);
  // Only root can give a file away; a member of the group can keep the group alone.
  if (own.uid !== uid || own.gid !== gid)
    if (!tryChown(descriptor, uid, gid)) tryChown(descriptor, own.uid, gid);
  // Last, because a change of owner clears bits of the mode. Some file systems have no modes that could differ.
  if (((own.mode ^ mode) & MODE_BITS) !== 0) fs.fchmodSync(descriptor, mode & MODE_BITS);
}

/** Gives the file to an owner and a group. Returns whether the system permitted it. */
function tryChown(descriptor: number, uid: number, gid: number): boolean {
  try {
    fs.fchownSync(descriptor, uid, gid);
    return true;
  } catch (error) {
    if (systemCode(error) !== 'EPERM') throw error;
    return false;
  }
}

function* writePieces(descriptor: number, pieces: Iterable<string | Uint8Array>): Steps<void> {
  let pending = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') pending += piece;
    if (typeof piece === 'string' && pending.length < CHUNK) continue;
    fs.writeFileSync(descriptor, pending);
    pending = '';
    if (typeof piece !== 'string') fs.writeFileSync(descriptor, piece);
    yield;
  }
  fs.writeFileSync(descriptor, pending);
}
