// Those who hold a lock shared: each has a file of its own in a hidden folder beside the exclusive lock.
//
//     thumbnails/.thumbs.shared/<uuid>.lock         of a folder, in it
//     .photos.jsonl.shared/<uuid>.lock              of photos.jsonl, beside it
//
// In a folder of their own, because whoever takes the lock exclusively has to list them, and the output folder may have a million files.

import fs from 'node:fs';
import path from 'node:path';
import { systemCode } from '../../errors.js';
import { isStale, temporaryPath } from '../temporary.js';
import { type Holder, inUseError, isHeld, parseHolder, requireLockText } from './holder.js';
import { readLock } from './lock-file.js';

/** @param file The path of the exclusive lock. */
export function sharersFolder(file: string): string {
  return file.replace(/\.lock$/, '.shared');
}

const SHARED_NAME = /^[0-9a-f-]{36}\.lock$/;

export function sharedPath(folder: string, id: string): string {
  return path.join(folder, `${id}.lock`);
}

/**
 * Checks that nobody holds the lock shared, and removes the files of dead holders. The caller holds the lock exclusively, or only looks.
 * @param file The path of the exclusive lock.
 * @returns Whether there were dead ones.
 * @throws {ThumbsError} `LOCKED`, with one of the holders. System errors.
 */
export function requireNoSharers(target: string, file: string, mayRemove: boolean): boolean {
  const { living, dead } = mayRemove ? cleanSharers(file) : findSharers(sharersFolder(file), Date.now());
  const [first] = living;
  if (first !== undefined) throw inUseError(target, first.file, first.holder, living.length - 1);
  return dead.length > 0;
}

/** Removes the files of dead holders, and the folder if nothing else is in it. The caller holds the lock exclusively. */
export function cleanSharers(file: string): Sharers {
  const folder = sharersFolder(file);
  const now = renewedListing(folder);
  if (now === undefined) return { living: [], dead: [] };
  const sharers = findSharers(folder, now);
  for (const each of sharers.dead) fs.rmSync(each.file, { force: true });
  for (const name of namesIn(folder))
    if (isStale(folder, name)) fs.rmSync(path.join(folder, name), { force: true });
  removeIfEmpty(folder);
  return sharers;
}

export function removeIfEmpty(folder: string): void {
  try {
    fs.rmdirSync(folder);
  } catch {
    // Others hold the lock, or have removed the folder.
  }
}

/**
 * The time by the file system's clock, which a new file in the folder shows; undefined when there is no such folder. On a network file
 * system the listing of a folder may be some seconds old, but not after the same host has created a file in it.
 */
function renewedListing(folder: string): number | undefined {
  if (!fs.existsSync(folder)) return undefined;
  const temporary = temporaryPath(folder);
  try {
    fs.writeFileSync(temporary, '', { flag: 'wx' });
    return fs.statSync(temporary).mtimeMs;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined; // The last holder has removed it just now.
    throw error;
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

interface Sharer {
  readonly file: string;
  readonly holder: Holder | undefined;
}

export interface Sharers {
  readonly living: readonly Sharer[];
  readonly dead: readonly Sharer[];
}

function findSharers(folder: string, now: number): Sharers {
  const [living, dead]: [Sharer[], Sharer[]] = [[], []];
  for (const name of namesIn(folder)) {
    if (!SHARED_NAME.test(name)) continue;
    const file = path.join(folder, name);
    const found = readLock(file);
    if (found === undefined) continue; // Released just now.
    requireLockText(found);
    const holder = parseHolder(found.text);
    (isHeld(holder, found, now) ? living : dead).push({ file, holder });
  }
  return { living, dead };
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
