// Names of temporary files, by which the program recognises its own.

import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { systemCode } from '../errors.js';
import { isAlive } from './process-identity.js';

/** A unique hidden name in `folder`: `.thumbs-<process id>-<8 hex>.tmp`. */
export function temporaryPath(folder: string): string {
  return path.join(folder, `.thumbs-${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
}

const TEMPORARY_NAME = /^\.thumbs-(\d+)-[0-9a-f]{8}\.tmp$/;

/** Whether a name is that of a temporary file. */
export function isTemporary(name: string): boolean {
  return TEMPORARY_NAME.test(name);
}

/**
 * Whether a name is that of a stale temporary file: its process has ended, or is the calling one, which must have none open.
 */
export function isStale(name: string): boolean {
  const pid = Number(TEMPORARY_NAME.exec(name)?.[1]);
  return !Number.isNaN(pid) && (pid === process.pid || !isAlive(pid));
}

/**
 * Removes stale temporary files from `folder`, if the folder exists.
 * @throws system errors.
 */
export async function removeStale(folder: string): Promise<void> {
  try {
    for await (const entry of await fs.opendir(folder)) {
      if (entry.isFile() && isStale(entry.name)) await fs.rm(path.join(folder, entry.name), { force: true });
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
