// A lock's file on the disk: created atomically, removed and touched only while it has the expected text. Who holds the lock, and
// whether that process is alive, is not known here.

import fs from 'node:fs';
import path from 'node:path';
import { systemCode } from '../../errors.js';
import { realFile } from '../real-path.js';
import { temporaryPath } from '../temporary.js';

/** A lock as it is on the disk. */
export interface LockFile {
  readonly text: string;
  /** By the file system's clock, which may differ from this machine's. */
  readonly mtimeMs: number;
}

/** A lock has some 300 bytes. */
const MAX_BYTES = 65_536;

/** Does not wait for the writer of a named pipe. Windows has neither the flag nor such pipes in folders. */
const OPEN_FLAGS = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);

/** The hidden lock of a folder (in it) or of a file (beside it), the same for all names of `target`. */
export function lockPath(target: string): string {
  const isFolder = fs.statSync(target, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder) return path.join(fs.realpathSync(target), '.thumbs.lock');
  const file = realFile(target);
  // A missing folder is reported here, by its own name and not by the lock's.
  fs.accessSync(path.dirname(file));
  return path.join(path.dirname(file), `.${path.basename(file)}.lock`);
}

/** Whether the lock could be created, and the time by the file system's clock. */
export function createLock(file: string, text: string): { created: boolean; now: number } {
  const temporary = temporaryPath(path.dirname(file));
  try {
    fs.writeFileSync(temporary, text, { flag: 'wx' });
    const { mtimeMs } = fs.statSync(temporary);
    return { created: linkOrCreate(temporary, file, text), now: mtimeMs };
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

function linkOrCreate(temporary: string, file: string, text: string): boolean {
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

/** Without hard links (FAT, some network shares) there is still one winner, but a reader may see the lock empty. */
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

/** Removes the lock if it has this text, and not if it has been replaced since. */
export function removeLock(file: string, text: string): void {
  if (readLock(file)?.text === text) fs.rmSync(file, { force: true });
}

/**
 * Updates the lock's time if it has this text. By a write: `utimes` would set the time of this machine's clock, and other hosts
 * compare it with the file system's.
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
