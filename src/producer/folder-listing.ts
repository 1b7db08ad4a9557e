// The entries of a folder, whose names may be anything.

import type { Dirent } from 'node:fs';
import fs from 'node:fs/promises';
import { systemCode } from '../errors.js';
import { mayBeLossy, pathOf, systemPath } from '../path-bytes.js';

/** What a walk asks of an entry. */
export interface Entry extends Pick<Dirent, 'isDirectory' | 'isFile' | 'isSymbolicLink'> {
  /** With a lone surrogate for each byte that is not UTF-8 (path-bytes.ts). */
  name: string;
}

/** @throws system errors: `ENOENT`, `EACCES`, `ENOTDIR`, ... */
export async function listFolder(folder: string): Promise<Entry[]> {
  const path = systemPath(folder);
  // Names as bytes take longer, so only a folder that has such a name is listed a second time. Node.js takes no path in bytes where it
  // returns names in text and has to ask for an entry's type.
  if (typeof path !== 'string') return listBytes(path);
  try {
    const entries = await fs.readdir(path, { withFileTypes: true });
    return entries.some(({ name }) => mayBeLossy(name)) ? await listBytes(path) : entries;
  } catch (error) {
    // Where the file system does not tell types, Node.js has asked for that of an entry whose name it had changed.
    if (systemCode(error) === 'ENOENT') return listBytes(path);
    throw error;
  }
}

async function listBytes(path: string | Buffer): Promise<Entry[]> {
  const entries = await fs.readdir(path, { withFileTypes: true, encoding: 'buffer' });
  return entries.map((entry) => Object.assign(entry, { name: pathOf(entry.name) }));
}
