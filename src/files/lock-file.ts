// A lock's file on the disk: made whole or not at all, removed and touched only while it is the one that is meant. Who has
// it, and whether that one is dead, is not known here.

import fs from 'node:fs';
import path from 'node:path';
import { systemCode } from '../errors.js';
import { realFile } from './replace-file.js';
import { temporaryPath } from './temporary.js';

/** A lock as it stands on the disk. */
export interface LockFile {
  readonly text: string;
  /** By the file system's own clock, which need not be that of this machine. */
  readonly mtimeMs: number;
}

/** A lock has some 300 bytes. */
const MAX_BYTES = 65_536;

/** Not to wait for the writer of a named pipe; there is no such flag on Windows, and no such pipe in a folder. */
const OPEN_FLAGS = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);

/** The hidden name of the lock of a folder (in it) or of a file (beside it), the same under all names of `target`. */
export function lockPath(target: string): string {
  const isFolder = fs.statSync(target, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder) return path.join(fs.realpathSync(target), '.thumbs.lock');
  const file = realFile(target);
  // That its folder is not there is found here, and not by the lock's own name.
  fs.accessSync(path.dirname(file));
  return path.join(path.dirname(file), `.${path.basename(file)}.lock`);
}

/** Whether the lock could be made, and the time by the file system's own clock. */
export function createLock(file: string, text: string): { created: boolean; now: number } {
  const temporary = temporaryPath(path.dirname(file));
  try {
    fs.writeFileSync(temporary, text, { flag: 'wx' });
    const { mtimeMs } = fs.statSync(temporary);
    return { created: claim(temporary, file, text), now: mtimeMs };
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

function claim(temporary: string, file: string, text: string): boolean {
  try {
    fs.linkSync(temporary, file);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(systemCode(error) ?? ''))
      throw error;
  }
  return createInPlace(file, text);
}

/** Where there are no links (FAT, some network shares): still one winner, but a reader may see the lock empty. */
function createInPlace(file: string, text: string): boolean {
  let descriptor: number;
  try {
    descriptor = fs.openSync(file, 'wx');
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    fs.writeFileSync(descriptor, text);
    return true;
  } catch (error) {
    fs.rmSync(file, { force: true });
    throw error;
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Undefined when there is none. */
export function readLock(file: string): LockFile | undefined {
  return withFile(file, OPEN_FLAGS, (descriptor) => {
    const stats = fs.fstatSync(descriptor);
    if (!stats.isFile() || stats.size > MAX_BYTES) throw new Error('it is not a lock file');
    return { text: fs.readFileSync(descriptor, 'utf8'), mtimeMs: stats.mtimeMs };
  });
}

/** Removes the lock when it is `text`, not one that somebody else has put there since. */
export function removeLock(file: string, text: string): void {
  if (readLock(file)?.text === text) fs.rmSync(file, { force: true });
}

/**
 * Makes the lock's time the present one when it is `text`. By a write, for `utimes` would set the time of this machine's
 * clock, and others compare it with the file system's.
 */
export function touchLock(file: string, text: string): void {
  withFile(file, 'r+', (descriptor) => {
    if (fs.readFileSync(descriptor, 'utf8') !== text) return;
    fs.writeSync(descriptor, text.slice(-1), Buffer.byteLength(text) - 1);
  });
}

function withFile<T>(file: string, flags: string | number, use: (descriptor: number) => T): T | undefined {
  let descriptor: number;
  try {
    descriptor = fs.openSync(file, flags);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return use(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
