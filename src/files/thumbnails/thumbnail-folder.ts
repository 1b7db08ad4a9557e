// The output folder: every file under a thumbnail's name is whole.
//
//     thumbnails/<sha256>.png                   or thumbnails/<two digits>/<sha256>.png, where it is sharded
//     thumbnails/.thumbs-4711-9f86d081.tmp      while a thumbnail is written, by process 4711

import fs from 'node:fs';
import path from 'node:path';
import { causeOf, outputError, systemCode, ThumbsError } from '../../errors.js';
import type { Layout } from '../../options/options.js';
import { createFolder } from '../create-folder.js';
import { temporaryPath } from '../temporary.js';
import { shardOf, thumbnailFile } from './thumbnail-name.js';

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

/** A thumbnail that lies where the other layout has it. Both are files in the output folder. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/**
 * Moves a thumbnail to where the other layout has it.
 * @param isShared Whether other manifests use the folder: then it stays under its old path as well, because they may name that.
 * @throws {ThumbsError} `OUTPUT`, with the path and the cause.
 */
export function moveThumbnail(folder: string, { from, to }: Move, isShared: boolean): void {
  const [source, target] = [path.join(folder, from), path.join(folder, to)];
  try {
    inShard(folder, to, () => {
      if (isShared) linkOrCopy(folder, source, target);
      else if (fs.existsSync(source)) fs.renameSync(source, target);
      // Else another photo of the same thumbnail has moved it.
    });
    if (!isShared) removeEmptyShard(folder, source);
  } catch (error) {
    throw outputError(target, causeOf(error), error);
  }
}

function linkOrCopy(folder: string, source: string, target: string): void {
  if (fs.existsSync(target)) return;
  try {
    fs.linkSync(source, target);
  } catch {
    // Not every file system has links.
    const temporary = temporaryPath(folder);
    fs.copyFileSync(source, temporary);
    fs.renameSync(temporary, target);
  }
}

/** Removes the folder of the shard in which a thumbnail was, if nothing else is in it. @param file Path of the thumbnail. */
export function removeEmptyShard(folder: string, file: string): void {
  const shard = path.dirname(file);
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
  try {
    work();
  } catch (error) {
    if (shard === undefined || systemCode(error) !== 'ENOENT') throw error;
    createFolder(path.join(folder, shard));
    work();
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

/** What a record says of a thumbnail's file. */
interface RecordedFile {
  readonly file: string;
  readonly bytes: number;
}

/** Whether a thumbnail lies where its record and this layout have it, with the recorded size. */
export function isThumbnailAt(folder: string, { file, bytes }: RecordedFile, layout: Layout): boolean {
  return (shardOf(file) === undefined) === (layout === 'flat') && thumbnailSize(folder, file) === bytes;
}

/**
 * Where a thumbnail of the recorded size lies: where this layout has it, or else where the other one has it; undefined for nowhere. A run
 * that was ended may have moved it without noting that.
 */
export function findThumbnail(
  folder: string,
  { file, bytes }: RecordedFile,
  layout: Layout,
): string | undefined {
  const places = [thumbnailFile(file, layout), thumbnailFile(file, layout === 'flat' ? 'sharded' : 'flat')];
  return places.find((place) => thumbnailSize(folder, place) === bytes);
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
