import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startRun, thumbs } from '../../support/command.js';
import { expectSound, expectWhole, recordsIn } from '../../support/output.js';
import { command } from '../../support/paths.js';
import { photoFolder } from '../../support/photos.js';
import { processesLeft, start } from '../../support/processes.js';

/** Runs the command with a limit on the size of each file that it writes. */
function limited(bytes: number, args: readonly string[], cwd: string) {
  return start('prlimit', [`--fsize=${bytes}`, process.execPath, command, ...args], { cwd }).finished;
}

test('a thumbnail over the file size limit ends the run with the path and the cause; a run without it completes', async () => {
  const { folder, out } = await photoFolder(20);
  const { code, stderr } = await limited(5_000, ['photos', '-w', '2'], folder);
  expect(code).toBe(3);
  expect(stderr).toMatch(
    /^thumbs: Cannot write to .*\/thumbnails\/[0-9a-f]{64}\.png: file too large \(EFBIG\)\n$/,
  );
  await expectSound(out);
  expect((await thumbs(['photos'], { cwd: folder })).code).toBe(0);
  expect(recordsIn(out)).toHaveLength(20);
  await expectSound(out);
});

test('a manifest over the file size limit ends the run with the path and the cause; what it names is whole', async () => {
  const { folder, out } = await photoFolder(60);
  // Thumbnails of 16 pixels have some hundred bytes; sixty records have more than ten thousand.
  const { code, stderr } = await limited(10_000, ['photos', '-w', '2', '-s', '16'], folder);
  expect(code).toBe(3);
  expect(stderr).toMatch(
    /^thumbs: Cannot write the manifest .*\/manifest\.jsonl: file too large \(EFBIG\)\n$/,
  );
  expect(processesLeft()).toEqual([]);
  await expectWhole(out);
  const before = recordsIn(out).length;
  expect(before).toBeGreaterThan(5);
  expect(before).toBeLessThan(60);
  expect((await thumbs(['photos', '-s', '16'], { cwd: folder })).code).toBe(0);
  expect(recordsIn(out)).toHaveLength(60);
  await expectSound(out);
});

test('an output folder that is gone during the run ends it with the path and the cause', async () => {
  const { folder, out } = await photoFolder(300);
  const { finished } = await startRun(['photos', '-w', '2'], { cwd: folder });
  fs.renameSync(out, path.join(folder, 'elsewhere'));
  const { code, stderr } = await finished;
  expect(code).toBe(3);
  expect(stderr).toMatch(
    /^thumbs: Cannot write to .*\/thumbnails\/[0-9a-f]{64}\.png: no such file or directory \(ENOENT\)$/m,
  );
  expect(processesLeft()).toEqual([]);
  await expectWhole(path.join(folder, 'elsewhere'));
  expect((await thumbs(['photos'], { cwd: folder })).code).toBe(0);
  expect(recordsIn(out)).toHaveLength(300);
  await expectSound(out);
});

/** Whether a mount namespace of one's own is to be had: as root, or where users may have namespaces. */
const unshare = [['-m'], ['-rm']].find(
  (flags) => spawnSync('unshare', [...flags, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0,
);

/** Runs a shell script in a mount namespace of its own, with `small` as a tmpfs of `size`. */
async function onSmallDisk(folder: string, size: string, script: string) {
  fs.mkdirSync(path.join(folder, 'small'));
  const thumbs = `thumbs() { '${process.execPath}' '${command}' "$@"; }`;
  const lines = ['set -e', thumbs, `mount -t tmpfs -o size=${size} tmpfs small`, script];
  const { finished } = start('unshare', [...(unshare ?? []), 'bash', '-c', lines.join('\n')], {
    cwd: folder,
  });
  return finished;
}

test.skipIf(unshare === undefined)(
  'a full disk ends the run with the path and the cause, what is named is whole, and with more space a run completes',
  async () => {
    const { folder } = await photoFolder(60);
    const script = `
      thumbs photos -o small/out -w 2 2> first || echo "exit $?"
      cp -r small/out first-out
      mount -o remount,size=100m small
      thumbs photos -o small/out -w 2 2> second && echo "exit $?"
      cp -r small/out second-out`;
    const { stdout } = await onSmallDisk(folder, '200k', script);
    expect(stdout).toBe('exit 3\nexit 0\n');
    expect(fs.readFileSync(path.join(folder, 'first'), 'utf8')).toMatch(
      /^thumbs: Cannot write (to .*\/small\/out\/[0-9a-f]{64}\.png|the manifest .*\/small\/out\/manifest\.jsonl): no space left on device \(ENOSPC\)\n$/,
    );
    const first = path.join(folder, 'first-out');
    await expectWhole(first);
    expect(recordsIn(first).length).toBeGreaterThan(0);
    expect(recordsIn(first).length).toBeLessThan(60);
    expect(fs.readdirSync(first).filter((name) => name.endsWith('.tmp') || name.endsWith('lock'))).toEqual(
      [],
    );
    expect(recordsIn(path.join(folder, 'second-out'))).toHaveLength(60);
    await expectSound(path.join(folder, 'second-out'));
  },
);

test.skipIf(unshare === undefined)(
  'a disk that is read-only ends the run before it begins, with the path and the cause',
  async () => {
    const { folder } = await photoFolder(2);
    const script = `
      mkdir small/out
      mount -o remount,ro small
      thumbs photos -o small/out || echo "exit $?"`;
    const { stdout, stderr } = await onSmallDisk(folder, '1m', script);
    expect(stdout).toBe('exit 3\n');
    expect(stderr).toMatch(/^thumbs: Cannot write to .*\/small\/out: read-only file system \(EROFS\)\n$/);
  },
);
