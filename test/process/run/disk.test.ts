import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { runFolder } from '../../support/in-process/run.js';
import { expectSound, expectWhole, recordsIn } from '../../support/output.js';
import { command } from '../../support/paths.js';
import { photoFolder } from '../../support/photos.js';
import { BLOCKED_PHOTOS, startBlockedRun, testBlocked } from '../../support/processes/blocked-run.js';
import { processesLeft, start } from '../../support/processes/processes.js';
import { testWith, testWithPrograms } from '../../support/requirements.js';

const testLimited = testWithPrograms('prlimit');

/** Runs the command with a limit on the size of each file that it writes. */
function limited(bytes: number, args: readonly string[], cwd: string) {
  return start('prlimit', [`--fsize=${bytes}`, process.execPath, command, ...args], { cwd }).finished;
}

testLimited(
  'a thumbnail over the file size limit ends the run with the path and the cause; a run without it completes',
  async () => {
    // Some of their thumbnails have 7,000 bytes.
    const { folder, out } = photoFolder(5);
    const { code, stderr } = await limited(5_000, ['photos', '-w', '2'], folder);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^thumbs: Cannot write to .*\/thumbnails\/[0-9a-f]{64}\.png: file too large \(EFBIG\)\n$/,
    );
    await expectSound(out);
    await runFolder(folder);
    expect(recordsIn(out)).toHaveLength(5);
    await expectSound(out);
  },
);

testLimited(
  'a manifest over the file size limit ends the run with the path and the cause; every thumbnail that it names is whole',
  async () => {
    // A thumbnail of 16 pixels has some hundred bytes, a record 370.
    const { folder, out } = photoFolder(20);
    const { code, stderr } = await limited(4_000, ['photos', '-w', '2', '-s', '16'], folder);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^thumbs: Cannot write the manifest .*\/manifest\.jsonl: file too large \(EFBIG\)\n$/,
    );
    expect(processesLeft()).toEqual([]);
    await expectWhole(out);
    const before = recordsIn(out).length;
    expect(before).toBeGreaterThan(5);
    expect(before).toBeLessThan(20);
    await runFolder(folder, { size: 16 });
    expect(recordsIn(out)).toHaveLength(20);
    await expectSound(out);
  },
);

testBlocked(
  'an output folder that is moved away during the run ends it with the path and the cause',
  async () => {
    const run = await startBlockedRun(['-w', '2']);
    const { folder, out } = run;
    const elsewhere = path.join(folder, 'elsewhere');
    fs.renameSync(out, elsewhere);
    await run.pipe.read();
    const { code, stderr } = await run.finished;
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^thumbs: Cannot write to .*\/thumbnails\/[0-9a-f]{64}\.png: no such file or directory \(ENOENT\)$/m,
    );
    expect(processesLeft()).toEqual([]);
    await expectWhole(elsewhere);
    await runFolder(folder);
    expect(recordsIn(out)).toHaveLength(BLOCKED_PHOTOS);
    await expectSound(out);
  },
);

const testWithProc = testWith(fs.existsSync('/proc/self'), '/proc');

for (const [option, file] of [
  ['-o', '/proc/xx'],
  ['-o', '/proc/xx/out'],
  ['-m', '/proc/xx/m.jsonl'],
  ['--export', '/proc/xx/a.csv'],
] as const)
  testWithProc(
    `${option} ${file}, where no folder can be created, ends the run with the path and the cause`,
    async () => {
      const { folder } = photoFolder(1);
      const run = start(process.execPath, [command, 'photos', option, file], { cwd: folder });
      // A run that does not end is killed, and the test fails.
      const limit = setTimeout(() => run.child.kill('SIGKILL'), 20_000);
      const { code, stderr } = await run.finished;
      clearTimeout(limit);
      expect({ code, stderr }).toEqual({
        code: 3,
        stderr: `thumbs: Cannot write to ${file.endsWith('/out') ? file : '/proc/xx'}: no such file or directory (ENOENT)\n`,
      });
      expect(processesLeft()).toEqual([]);
    },
  );

/** Mounts a tmpfs, and changes it: with its source, because otherwise the owner is repeated, which an ordinary user may not name. */
const mount = (folder: string, size: string) => `mount -t tmpfs -o size=${size} tmpfs ${folder}`;
const remount = (folder: string, options: string) => `mount -o remount,${options} tmpfs ${folder}`;

/** How to get a mount namespace of one's own: as root, or as a user where users may have namespaces. */
const unshare = [['-m'], ['-rm']].find((flags) => {
  const script = [mount('/mnt', '1m'), remount('/mnt', 'size=2m'), remount('/mnt', 'ro')].join(' && ');
  return spawnSync('unshare', [...flags, 'bash', '-c', script]).status === 0;
});

const testOnSmallDisk = testWith(unshare !== undefined, 'unshare and right to mount');

/** Runs a shell script in a mount namespace of its own, with `small` as a tmpfs of `size`. */
function onSmallDisk(folder: string, size: string, script: string) {
  fs.mkdirSync(path.join(folder, 'small'));
  const thumbs = `thumbs() { '${process.execPath}' '${command}' "$@"; }`;
  const lines = ['set -e', thumbs, mount('small', size), script];
  return start('unshare', [...(unshare ?? []), 'bash', '-c', lines.join('\n')], { cwd: folder }).finished;
}

testOnSmallDisk(
  'a full disk ends the run with the path and the cause, every thumbnail in the manifest is whole, and with more space a run completes',
  async () => {
    const { folder } = photoFolder(15);
    const script = `
      thumbs photos -o small/out -w 2 2> first || echo "exit $?"
      cp -r small/out first-out
      ${remount('small', 'size=100m')}
      thumbs photos -o small/out -w 2 2> second && echo "exit $?"
      cp -r small/out second-out`;
    const { stdout } = await onSmallDisk(folder, '60k', script);
    expect(stdout).toBe('exit 3\nexit 0\n');
    expect(fs.readFileSync(path.join(folder, 'first'), 'utf8')).toMatch(
      /^thumbs: Cannot write (to .*\/small\/out\/[0-9a-f]{64}\.png|the manifest .*\/small\/out\/manifest\.jsonl): no space left on device \(ENOSPC\)\n$/,
    );
    const first = path.join(folder, 'first-out');
    await expectWhole(first);
    expect(recordsIn(first).length).toBeGreaterThan(0);
    expect(recordsIn(first).length).toBeLessThan(15);
    expect(fs.readdirSync(first).filter((name) => /\.tmp$|lock$/.test(name))).toEqual([]);
    expect(recordsIn(path.join(folder, 'second-out'))).toHaveLength(15);
    await expectSound(path.join(folder, 'second-out'));
  },
);

testOnSmallDisk(
  'a read-only disk ends the run before its first photo, with the path and the cause',
  async () => {
    const { folder } = photoFolder(2);
    const script = `
      mkdir small/out
      ${remount('small', 'ro')}
      thumbs photos -o small/out || echo "exit $?"`;
    const { stdout, stderr } = await onSmallDisk(folder, '1m', script);
    expect(stdout).toBe('exit 3\n');
    expect(stderr).toMatch(/^thumbs: Cannot write to .*\/small\/out: read-only file system \(EROFS\)\n$/);
  },
);
