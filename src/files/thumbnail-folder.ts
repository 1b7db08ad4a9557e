// The output folder: thumbnails under the SHA-256 of their own bytes, each whole or not there.
//
//     thumbnails/5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03.png
//     thumbnails/.thumbs-4711-9f86d081.tmp      while it is written, by process 4711

import fs from 'node:fs';
import path from 'node:path';
import { causeOf, systemCode, ThumbsError } from '../errors.js';
import { printable } from '../printable.js';
import { temporaryPath } from './temporary.js';

/** `<sha256>.png` */
export function thumbnailName(sha256: string): string {
  return `${sha256}.png`;
}

/** Whether a file's name is one that a thumbnail may have. */
export function isThumbnailName(name: string): boolean {
  return /^[0-9a-f]{64}\.png$/.test(name);
}

/** A set of thumbnails' names: 32 bytes each, as a string because a Set compares those by value. */
export class ThumbnailSet {
  readonly #digests = new Set<string>();

  get size(): number {
    return this.#digests.size;
  }

  /** @param file A name that {@link isThumbnailName} agrees to. */
  add(file: string): void {
    this.#digests.add(packed(file));
  }

  has(file: string): boolean {
    return this.#digests.has(packed(file));
  }
}

function packed(file: string): string {
  return Buffer.from(file.slice(0, 64), 'hex').toString('latin1');
}

/**
 * Makes the folder when it is missing and proves that it can be written, by writing: permission bits do not tell of a
 * read-only file system.
 * @throws {ThumbsError} `OUTPUT`, with the path and the cause.
 */
export function prepareFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true });
    const probe = temporaryPath(folder);
    fs.closeSync(fs.openSync(probe, 'wx'));
    fs.unlinkSync(probe);
  } catch (error) {
    const notFolder = systemCode(error) === 'EEXIST' || systemCode(error) === 'ENOTDIR';
    throw outputError(
      folder,
      notFolder ? 'there is a file where the folder should be' : causeOf(error),
      error,
    );
  }
}

/**
 * Puts `png` under its name. A name that is there already with the same bytes is the same thumbnail and is left alone; one
 * with others was damaged by something else and is replaced. Calls are synchronous: a consumer does one
 * image at a time, and each system call here takes some 10 µs, less than the way through the thread pool.
 * @throws {ThumbsError} `OUTPUT`, with the path and the cause: the run cannot go on.
 */
export function publish(folder: string, sha256: string, png: Uint8Array): void {
  const name = thumbnailName(sha256);
  const target = path.join(folder, name);
  try {
    if (holds(folder, name, png)) return;
    const temporary = temporaryPath(folder);
    try {
      writeWhole(temporary, png);
      claimName(temporary, target, () => holds(folder, name, png));
    } finally {
      fs.rmSync(temporary, { force: true });
    }
  } catch (error) {
    throw error instanceof ThumbsError ? error : outputError(target, causeOf(error), error);
  }
}

/** Writes a new file and checks that all of it arrived: on a full disk a write can come back short without an error. */
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

/** `link` never overwrites. Where it is not to be had (FAT, some network shares) `rename` publishes as whole. */
function claimName(temporary: string, target: string, isThere: () => boolean): void {
  try {
    fs.linkSync(temporary, target);
  } catch (error) {
    if (systemCode(error) === 'EEXIST' && isThere()) return;
    if (!['EEXIST', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(systemCode(error) ?? ''))
      throw error;
    fs.renameSync(temporary, target);
  }
}

/**
 * Bytes of a thumbnail; undefined when there is none that can be looked at: nothing, a link, or anything else under its name.
 */
export function thumbnailSize(folder: string, file: string): number | undefined {
  try {
    const stats = fs.lstatSync(folder + path.sep + file, { throwIfNoEntry: false });
    return stats?.isFile() === true ? stats.size : undefined;
  } catch {
    return undefined; // Whoever makes it anew, and cannot publish it, tells why.
  }
}

/** Whether the thumbnail is there and has just these bytes; one that cannot be read has not. */
function holds(folder: string, file: string, bytes: Uint8Array): boolean {
  if (thumbnailSize(folder, file) !== bytes.byteLength) return false;
  try {
    return fs.readFileSync(path.join(folder, file)).equals(bytes);
  } catch {
    return false;
  }
}

/**
 * The folder's path without symbolic links.
 * @throws {ThumbsError} `OUTPUT`: there is no such folder.
 */
export function realFolder(folder: string): string {
  try {
    if (!fs.statSync(folder).isDirectory()) throw new Error('it is not a folder');
    return fs.realpathSync(folder);
  } catch (error) {
    throw folderError(folder, error);
  }
}

/** The error of a folder that cannot be read. */
export function folderError(folder: string, error: unknown): ThumbsError {
  return new ThumbsError('OUTPUT', `Cannot read ${printable(folder)}: ${causeOf(error)}`, { cause: error });
}

/** The error of a place that cannot be written to. */
export function outputError(file: string, cause: string, error?: unknown): ThumbsError {
  return new ThumbsError('OUTPUT', `Cannot write to ${printable(file)}: ${cause}`, { cause: error });
}
