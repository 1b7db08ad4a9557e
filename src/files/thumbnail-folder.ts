// The output folder: every file under a thumbnail's name is whole.
//
//     thumbnails/<sha256>.png
//     thumbnails/.thumbs-4711-9f86d081.tmp      while a thumbnail is written, by process 4711

import fs from 'node:fs';
import path from 'node:path';
import { causeOf, outputError, systemCode, ThumbsError } from '../errors.js';
import { createFolder } from './create-folder.js';
import { temporaryPath } from './temporary.js';

/**
 * Creates the folder if necessary and makes sure that it can be written to, by writing: permission bits do not tell of a read-only
 * file system.
 * @throws {ThumbsError} `OUTPUT`, with the path and the cause.
 */
export function prepareFolder(folder: string): void {
  try {
    createFolder(folder);
    const probe = temporaryPath(folder);
    fs.closeSync(fs.openSync(probe, 'wx'));
    fs.unlinkSync(probe);
  } catch (error) {
    const notFolder = systemCode(error) === 'EEXIST' || systemCode(error) === 'ENOTDIR';
    const reason = notFolder ? 'there is a file where the folder should be' : causeOf(error);
    throw outputError(folder, reason, error);
  }
}

/**
 * Puts `bytes` under `name`, a thumbnail's. If a file with the same bytes exists, it is the same thumbnail and is left alone; one with
 * other bytes was damaged by something else and is replaced. The calls are synchronous: a consumer does one image at a time, and each
 * system call here takes some 10 µs, less than the way through the thread pool.
 * @throws {ThumbsError} `OUTPUT`, with the path and the cause: the run cannot continue.
 */
export function publish(folder: string, name: string, bytes: Uint8Array): void {
  const target = path.join(folder, name);
  try {
    if (hasBytes(folder, name, bytes)) return;
    const temporary = temporaryPath(folder);
    try {
      writeWhole(temporary, bytes);
      fs.renameSync(temporary, target);
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      // Windows replaces no file that another process reads, which may be publishing the same one.
      if (!hasBytes(folder, name, bytes)) throw error;
    }
  } catch (error) {
    throw error instanceof ThumbsError ? error : outputError(target, causeOf(error), error);
  }
}

/** Writes a new file and checks its size: on a full disk a write can be short without an error. */
function writeWhole(file: string, bytes: Uint8Array): void {
  const descriptor = fs.openSync(file, 'wx');
  try {
    fs.writeFileSync(descriptor, bytes);
    const { size } = fs.fstatSync(descriptor);
    if (size !== bytes.byteLength)
      throw outputError(file, `${size} of ${bytes.byteLength} bytes were written`);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Bytes of a thumbnail; undefined when its name leads to nothing, to a link or to anything else, or when `lstat` fails. */
export function thumbnailSize(folder: string, file: string): number | undefined {
  try {
    const stats = fs.lstatSync(folder + path.sep + file, { throwIfNoEntry: false });
    return stats?.isFile() === true ? stats.size : undefined;
  } catch {
    return undefined; // The thumbnail is made again, and publishing it reports the cause.
  }
}

/** Whether the thumbnail exists and has just these bytes; one that cannot be read has not. */
function hasBytes(folder: string, file: string, bytes: Uint8Array): boolean {
  if (thumbnailSize(folder, file) !== bytes.byteLength) return false;
  try {
    return fs.readFileSync(path.join(folder, file)).equals(bytes);
  } catch {
    return false;
  }
}
