// A disk of a given size, for a shell script in a mount namespace of its own.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { command } from '../paths.js';
import { testWith } from '../requirements.js';
import { type Finished, start } from './processes.js';

/** Mounts a tmpfs: with its source, because otherwise the owner is repeated, which an ordinary user may not name. */
function mount(folder: string, options: string): string {
  return `mount -t tmpfs -o ${options} tmpfs ${folder}`;
}

/** The line of a script that changes the disk `folder`: `size=2m`, `nr_inodes=20`, `ro`. */
export function remount(folder: string, options: string): string {
  return `mount -o remount,${options} tmpfs ${folder}`;
}

/** How to get a mount namespace of one's own: as root, or as a user where users may have namespaces. */
const unshare = [['-m'], ['-rm']].find((flags) => {
  const script = [mount('/mnt', 'size=1m'), remount('/mnt', 'size=2m'), remount('/mnt', 'ro')].join(' && ');
  return spawnSync('unshare', [...flags, 'bash', '-c', script]).status === 0;
});

/** `test`, for what needs a small disk. */
export const testOnSmallDisk: ReturnType<typeof testWith> = testWith(
  unshare !== undefined,
  'unshare and right to mount',
);

/** Runs a script of bash(1) in `folder`, in which `thumbs` is the command and `small` is such a disk. It is gone afterwards. */
export function onSmallDisk(folder: string, options: string, script: string): Promise<Finished> {
  fs.mkdirSync(path.join(folder, 'small'));
  const thumbs = `thumbs() { '${process.execPath}' '${command}' "$@"; }`;
  const lines = ['set -e', thumbs, mount('small', options), script];
  return start('unshare', [...(unshare ?? []), 'bash', '-c', lines.join('\n')], { cwd: folder }).finished;
}
