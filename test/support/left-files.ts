// Files that runs leave in an output folder.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { temporaryPath } from '../../src/files/temporary.js';

/** The name of a thumbnail with these bytes. */
export function thumbnailNameOf(bytes: string): string {
  return `${createHash('sha256').update(bytes).digest('hex')}.png`;
}

/** Writes a thumbnail with these bytes, which no record names, and returns its name. */
export function writeThumbnail(folder: string, bytes: string): string {
  const name = thumbnailNameOf(bytes);
  fs.writeFileSync(path.join(folder, name), bytes);
  return name;
}

/** The name of a temporary file that a process of this host has written; it started at another time than this one. */
export function temporaryNameOf(pid: number): string {
  return path.basename(temporaryPath('')).replace(/-\d+-(\d+)-(?=[0-9a-f]{8}\.tmp$)/, `-${pid}-0-`);
}

/** Process id of a process that has ended. */
export function deadProcess(): number {
  return spawnSync('true').pid;
}
