// Which folders are on disks of this machine. There a `stat` takes a few microseconds, so the way through Node.js' thread pool costs several
// times the call itself. A network file system, or one that a process serves, may answer late or never, and must not be waited for.

import fs from 'node:fs';
import path from 'node:path';
import { pathOf } from '../path-bytes.js';

/** Types as Linux names them. Whatever is not among them may be on the network. */
const LOCAL_TYPES = new Set(
  'bcachefs btrfs erofs exfat ext2 ext3 ext4 f2fs hfsplus iso9660 jfs msdos nilfs2 ntfs3 overlay ramfs reiserfs squashfs tmpfs udf vfat xfs zfs'.split(
    ' ',
  ),
);

/** The file systems that are mounted when this is made. On other systems than Linux none is known as local. */
export class LocalFileSystems {
  /** Whether a file system is local, by the path that it is mounted on. */
  readonly #mounts = new Map<string, boolean>();

  /** @param mounts The text of `/proc/self/mountinfo`, as proc_pid_mountinfo(5) describes it. */
  constructor(mounts: string = readMounts()) {
    for (const { folder, type } of mounts.trim().split('\n').map(parseMount)) {
      // Of several on one path the last one is seen.
      this.#mounts.set(folder, LOCAL_TYPES.has(type));
    }
  }

  /** @param folder Absolute path without symbolic links. */
  has(folder: string): boolean {
    for (let above = folder; ; above = path.dirname(above)) {
      const isLocal = this.#mounts.get(above);
      if (isLocal !== undefined) return isLocal;
      if (above === path.dirname(above)) return false;
    }
  }
}

function readMounts(): string {
  try {
    return pathOf(fs.readFileSync('/proc/self/mountinfo'));
  } catch {
    return ''; // Not Linux, or without /proc.
  }
}

interface Mount {
  /** The path that it is mounted on. */
  readonly folder: string;
  readonly type: string;
}

/** `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`: `/mnt2` and `ext3`. */
function parseMount(line: string): Mount {
  const [own = '', fileSystem = ''] = line.split(' - ');
  const escaped = own.split(' ')[4] ?? '';
  const folder = escaped.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
  return { folder, type: fileSystem.split(' ')[0] ?? '' };
}
