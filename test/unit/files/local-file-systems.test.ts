import fs from 'node:fs';
import os from 'node:os';
import { expect, test } from 'vitest';
import { LocalFileSystems } from '../../../src/files/local-file-systems.js';

const MOUNTS = String.raw`22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 27 0:40 / /mnt/nas rw,relatime shared:7 - nfs4 nas:/photos rw,vers=4.2
31 30 254:1 / /mnt/nas/disk rw - xfs /dev/vdb rw
32 27 0:41 / /home/a/sshfs rw - fuse.sshfs host:/ rw
33 27 0:42 / /mnt/with\040space rw - cifs //host/share rw
34 27 0:43 / /auto rw master:1 - autofs systemd-1 rw
35 27 8:1 / /media/stick rw - vfat /dev/sda1 rw
36 35 0:44 / /media/stick rw - 9p share rw
`;

test('a folder is local by the innermost file system that it is in, and by the last one that was mounted there', () => {
  const fileSystems = new LocalFileSystems(MOUNTS);
  const local = ['/', '/home/a/photos', '/mnt', '/mnt/nas2', '/mnt/nas/disk', '/mnt/nas/disk/2024'];
  const remote = [
    '/mnt/nas',
    '/mnt/nas/2024/05',
    '/home/a/sshfs/x',
    '/mnt/with space',
    '/auto/x',
    '/media/stick',
  ];
  expect(local.filter((folder) => !fileSystems.has(folder))).toEqual([]);
  expect(remote.filter((folder) => fileSystems.has(folder))).toEqual([]);
});

test('without a list of what is mounted no folder is known as local', () => {
  expect(new LocalFileSystems('').has('/')).toBe(false);
});

test.runIf(process.platform === 'linux')('what is mounted is read from this system', () => {
  const fileSystems = new LocalFileSystems();
  expect(fileSystems.has('/proc/self')).toBe(false);
  expect(['/', fs.realpathSync(os.tmpdir()), '/dev/shm'].some((folder) => fileSystems.has(folder))).toBe(
    true,
  );
});
