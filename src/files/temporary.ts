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

/**
 * Removes the temporary files in `folder` that nobody will finish: their processes are gone. The calling process must
 * have none there itself.
 * @throws system errors as they come; that the folder is gone is none.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  try {
    for await (const { name } of await fs.opendir(folder)) {
      const pid = Number(TEMPORARY_NAME.exec(name)?.[1]);
      if (Number.isNaN(pid) || (pid !== process.pid && isAlive(pid))) continue;
      await fs.rm(path.join(folder, name), { force: true });
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
