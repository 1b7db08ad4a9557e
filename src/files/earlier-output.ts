// Whether a file may be replaced by an output of ours: it is empty, or begins as an earlier one does.

import fs from 'node:fs';
import { systemCode } from '../errors.js';

/** More than the longest path, escaped. */
const HEAD_BYTES = 65_536;

/**
 * Whether `file` does not exist, is empty, or begins with `beginning`.
 * @throws system errors.
 */
export function isReplaceable(file: string, beginning: RegExp): boolean {
  try {
    const stats = fs.statSync(file, { throwIfNoEntry: false });
    if (stats === undefined) return true;
    return stats.isFile() && (stats.size === 0 || beginning.test(readHead(file)));
  } catch (error) {
    // A part of the path is a file, which is reported when the folder is prepared.
    if (systemCode(error) === 'ENOTDIR') return true;
    throw error;
  }
}

function readHead(file: string): string {
  const bytes = Buffer.alloc(HEAD_BYTES);
  const descriptor = fs.openSync(file, 'r');
  try {
    return bytes.toString('utf8', 0, fs.readSync(descriptor, bytes, 0, HEAD_BYTES, 0));
  } finally {
    fs.closeSync(descriptor);
  }
}
