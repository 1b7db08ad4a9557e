// The one shape of a temporary name, so that whoever cleans up knows our files from others'.

import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { systemCode } from '../errors.js';
import { isAlive } from './process-identity.js';

/** A name in `folder` that nothing else has, hidden: `.thumbs-<process id>-<8 hex>.tmp`. */
export function temporaryPath(folder: string): string {
  return path.join(folder, `.thumbs-${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
}

const TEMPORARY_NAME = /^\.thumbs-(\d+)-[0-9a-f]{8}\.tmp$/;

/** Whether a name has the shape of {@link temporaryPath}. */
export function isTemporary(name: string): boolean {
  return TEMPORARY_NAME.test(name);
}

/**
 * Whether a name is that of a temporary file that nobody will finish: its process is gone. The calling process must have
 * none itself.
 */
export function isLeftover(name: string): boolean {
  const pid = Number(TEMPORARY_NAME.exec(name)?.[1]);
  return !Number.isNaN(pid) && (pid === process.pid || !isAlive(pid));
}

/**
 * Removes what {@link isLeftover} in `folder`.
 * @throws system errors as they come; that the folder is gone is none.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  try {
    for await (const entry of await fs.opendir(folder)) {
      if (entry.isFile() && isLeftover(entry.name))
        await fs.rm(path.join(folder, entry.name), { force: true });
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
