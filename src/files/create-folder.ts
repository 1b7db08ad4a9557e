// Creates a folder and those above it.

import fs from 'node:fs';
import path from 'node:path';
import { systemCode } from '../errors.js';

/**
 * Creates `folder` and the missing ones above it; one that exists is fine. Node.js' own `mkdir` with `recursive` never returns where a
 * folder that exists answers ENOENT, as `/proc` does, and so would `/proc/x` (Node.js 20 and 22).
 * @param folder Absolute path.
 * @throws system errors: `EEXIST` or `ENOTDIR` where a file is in the way, `ENOENT` where a folder lets none be created, `EACCES`, ...
 */
export function createFolder(folder: string): void {
  const parent = path.dirname(folder);
  try {
    createOne(folder);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || parent === folder) throw error;
    createFolder(parent);
    createOne(folder);
  }
}

function createOne(folder: string): void {
  try {
    fs.mkdirSync(folder);
  } catch (error) {
    // A dangling link exists too: for that `stat` throws ENOENT.
    const stats = fs.statSync(folder, { throwIfNoEntry: systemCode(error) === 'EEXIST' });
    if (stats?.isDirectory() !== true) throw error;
  }
}
