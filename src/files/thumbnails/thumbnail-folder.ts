// The output folder: every file under a thumbnail's name is whole.
//
//     thumbnails/<sha256>.png                   or thumbnails/<two digits>/<sha256>.png, where it is sharded
//     thumbnails/.thumbs-4711-9f86d081.tmp      while a thumbnail is written, by process 4711

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { causeOf, outputError, systemCode, ThumbsError } from '../../errors.js';
import { createFolder } from '../create-folder.js';
import { temporaryPath } from '../temporary.js';
import { hasDigest, nameOfFile, shardOf } from './thumbnail-name.js';

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
    throw isFileThere(error) ? notFolderError(folder, error) : outputError(folder, causeOf(error), error);
  }
}

/**
 * Puts `bytes` under `file`, a thumbnail's. If a file with the same bytes exists, it is the same thumbnail and is left alone; one with
 * other bytes was damaged by something else and is replaced. The calls are synchronous: a consumer does one image at a time, and each
 * system call here takes some 10 µs, less than the way through the thread pool.
 * @throws {ThumbsError} `OUTPUT`, with the path and the cause: the run cannot continue.
 */
export function publish(folder: string, file: string, bytes: Uint8Array): void {
  const target = path.join(folder, file);
  try {
    if (hasBytes(folder, file, bytes)) return;
    const temporary = temporaryPath(folder);
    try {
      writeWhole(temporary, bytes);
      inShard(folder, file, () => fs.renameSync(temporary, target));
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      // Windows replaces no file that another process reads, which may be publishing the same one.
      if (!hasBytes(folder, file, bytes)) throw error;
    }
  } catch (error) {
    throw error instanceof ThumbsError ? error : outputError(target, causeOf(error), error);
  }
}

/**
 * Puts a thumbnail under a second path in the folder, where another layout has it. Does nothing if it is there already, or missing.
 * @throws {ThumbsError} `OUTPUT`, with the path and the cause.
 */
export function linkThumbnail(folder: string, from: string, to: string): void {
  const [source, target] = [path.join(folder, from), path.join(folder, to)];
  try {
    if (thumbnailSize(folder, from) === undefined) return;
    inShard(folder, to, () => {
      try {
        fs.linkSync(source, target);
      } catch (error) {
        if (systemCode(error) === 'ENOENT') throw error;
        // What is there may be damaged, or another program's: then it is replaced, as publishing does.
        if (!isSound(folder, to)) copy(folder, source, target);
      }
    });
  } catch (error) {
    throw error instanceof ThumbsError ? error : outputError(target, causeOf(error), error);
  }
}

/** Whether the bytes of a file have the SHA-256 of its name. */
function isSound(folder: string, file: string): boolean {
  if (thumbnailSize(folder, file) === undefined) return false;
  try {
    const bytes = fs.readFileSync(path.join(folder, file));
    return hasDigest(nameOfFile(file), createHash('sha256').update(bytes).digest('hex'));
  } catch {
    return false;
  }
}

/** For file systems without hard links. */
function copy(folder: string, source: string, target: string): void {
  const temporary = temporaryPath(folder);
  try {
    fs.copyFileSync(source, temporary, fs.constants.COPYFILE_EXCL);
    fs.renameSync(temporary, target);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

/**
 * Removes a thumbnail or a temporary file, and the folder of its shard if nothing else is in it.
 * @param target Absolute path.
 * @throws {ThumbsError} `OUTPUT`, with the path and the cause.
 */
export function removeOutput(folder: string, target: string): void {
  try {
    fs.rmSync(target, { force: true });
  } catch (error) {
    throw outputError(target, causeOf(error), error);
  }
  const shard = path.dirname(target);
  if (path.dirname(shard) !== folder) return;
  try {
    fs.rmdirSync(shard);
  } catch {
    // It has other files.
  }
}

/** Does what puts something to `file`; where the folder of its shard is missing, once more when that is made. */
function inShard(folder: string, file: string, work: () => void): void {
  const shard = shardOf(file);
  if (shard === undefined) {
    work();
    return;
  }
  const inside = path.join(folder, shard);
  // Listing the folder would not show what lies behind a link.
  if (fs.lstatSync(inside, { throwIfNoEntry: false })?.isSymbolicLink() === true)
    throw outputError(inside, 'it is a symbolic link, where a folder should be');
  try {
    work();
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') throw notFolderError(inside, error);
    if (systemCode(error) !== 'ENOENT') throw error;
    try {
      createFolder(inside);
    } catch (failure) {
      throw isFileThere(failure) ? notFolderError(inside, failure) : failure;
    }
    work();
  }
}

function isFileThere(error: unknown): boolean {
  return systemCode(error) === 'EEXIST' || systemCode(error) === 'ENOTDIR';
}

function notFolderError(folder: string, error: unknown): ThumbsError {
  return outputError(folder, 'there is a file where the folder should be', error);
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
