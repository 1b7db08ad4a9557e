// Names of temporary files, by which the program recognises its own, and those whose process has ended.
//
//     .thumbs-1f0c9a3b5d7e-4711-81234-9f86d081.tmp      <place>-<process id>-<start ticks>-<random>

import { createHash, randomBytes } from 'node:crypto';
import { lstatSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { systemCode } from '../errors.js';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.js';

/** A unique hidden name in `folder`. It says which process writes the file, and where that process id is valid. */
export function temporaryPath(folder: string): string {
  const { pid, startTicks } = self();
  const id = randomBytes(4).toString('hex');
  return path.join(folder, `.thumbs-${ownPlaceDigest()}-${pid}-${startTicks ?? 0}-${id}.tmp`);
}

let identity: ProcessIdentity | undefined;
let placeDigest: string | undefined;

function self(): ProcessIdentity {
  identity ??= ownIdentity();
  return identity;
}

/** 12 hex digits for the boot and container, or the host, in which process ids are valid. */
function ownPlaceDigest(): string {
  placeDigest ??= createHash('sha256').update(self().place).digest('hex').slice(0, 12);
  return placeDigest;
}

/** Earlier versions wrote `.thumbs-<process id>-<random>.tmp`. */
const TEMPORARY_NAME = /^\.thumbs-(?:(?<place>[0-9a-f]{12})-(?<pid>\d+)-(?<ticks>\d+)|\d+)-[0-9a-f]{8}\.tmp$/;

/** Whether a name is that of a temporary file. */
export function isTemporary(name: string): boolean {
  return TEMPORARY_NAME.test(name);
}

/**
 * After so long a file of a process that cannot be seen from here is left over: thumbnails are written in milliseconds, manifests and
 * exports in seconds.
 */
const STALE_AFTER_MS = 24 * 3600 * 1000;

/**
 * Whether a name in `folder` is that of a stale temporary file: its process has ended, or is the calling one, which must have none
 * open. A process of another host, container or boot cannot be seen; its file is stale when it is a day old.
 * @throws system errors.
 */
export function isStale(folder: string, name: string): boolean {
  const found = TEMPORARY_NAME.exec(name);
  if (found === null) return false;
  const { place, pid, ticks } = found.groups ?? {};
  if (place !== ownPlaceDigest()) return isOld(path.join(folder, name));
  const owner = {
    place: self().place,
    pid: Number(pid),
    ...(ticks === '0' ? {} : { startTicks: ticks ?? '' }),
  };
  return owner.pid === process.pid || isRunning(owner) === false;
}

function isOld(file: string): boolean {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > STALE_AFTER_MS;
}

/**
 * Removes stale temporary files from `folder`, if the folder exists.
 * @throws system errors.
 */
export async function removeStale(folder: string): Promise<void> {
  try {
    for await (const entry of await fs.opendir(folder)) {
      if (entry.isFile() && isStale(folder, entry.name))
        await fs.rm(path.join(folder, entry.name), { force: true });
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
