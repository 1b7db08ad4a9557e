// What `thumbs verify` says, and its exit codes. What it finds is tested in unit/maintenance/.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { VerifyEvent } from '../../../src/maintenance/findings.js';
import { verifyThumbnails } from '../../../src/maintenance/verify.js';
import { runFolder } from '../../support/in-process/run.js';
import { writeThumbnail } from '../../support/left-files.js';
import { recordsIn, thumbnailOf } from '../../support/output.js';
import { command, damagedImages, projectFolder } from '../../support/paths.js';
import { mutate, photoFolder } from '../../support/photos.js';
import { thumbs, thumbsJson, thumbsUnprivileged } from '../../support/processes/command.js';
import { start, untilIdle } from '../../support/processes/processes.js';

/** The output of a run over three photos and a damaged one. */
async function finishedRun() {
  const { folder, out } = photoFolder(3);
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos/broken.jpg'));
  await runFolder(folder);
  return { folder, out, manifest: path.join(out, 'manifest.jsonl') };
}

test('a sound output is one line and exit 0, and the documented sha256sum line agrees', async () => {
  const { folder, out } = await finishedRun();
  const { code, stdout, stderr } = await thumbs(['verify'], { cwd: folder });
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).toMatch(
    /^3 thumbnails verified: all sound \(4 photos, 1 of them failed; [\d.]+ kB in [\d.]+ s\)\n$/,
  );
  const text = fs.readFileSync(path.join(projectFolder, 'docs/second-run.md'), 'utf8');
  const line = /^ +cd thumbnails && (.*sha256sum.*)$/m.exec(text)?.[1] ?? 'false';
  expect(execFileSync('bash', ['-c', line], { cwd: out, encoding: 'utf8' })).toBe('');
  mutate(thumbnailOf(out, 'photo-1.jpg'), 100);
  expect(() => execFileSync('bash', ['-c', line], { cwd: out, stdio: 'pipe' })).toThrow(
    /FAILED|did NOT match/,
  );
});

test('each fault is a line, the remedy is the last, and --json has the events; exit 1', async () => {
  const { folder, out, manifest } = await finishedRun();
  fs.copyFileSync(path.join(folder, 'photos/photo-1.jpg'), path.join(folder, 'photos/twin.jpg'));
  await runFolder(folder);
  fs.rmSync(thumbnailOf(out, 'photo-1.jpg'));
  mutate(thumbnailOf(out, 'photo-2.jpg'), 100);
  const text = fs.readFileSync(manifest, 'utf8');
  fs.writeFileSync(manifest, text.replace(/(photo-3\.jpg".*?"width":)\d+/, '$17'));
  fs.writeFileSync(path.join(out, 'notes.txt'), 'a foreign file');
  writeThumbnail(out, '12345');
  const { code, stderr, events } = await thumbsJson<VerifyEvent>(['verify'], { cwd: folder });
  expect(code).toBe(1);
  expect(stderr.split('\n')).toEqual([
    'FOREIGN thumbnails/notes.txt: not a file of thumbs',
    expect.stringMatching(
      /^RECORD thumbnails\/\w+\.png: the record says 7 x .*, the file has 200 x .* \(of photos\/photo-3\.jpg\)$/,
    ),
    expect.stringMatching(
      /^DAMAGED thumbnails\/\w+\.png: its bytes have the SHA-256 \w{64} \(of photos\/photo-2\.jpg\)$/,
    ),
    expect.stringMatching(
      /^MISSING thumbnails\/\w+\.png: it does not exist \(of photos\/photo-1\.jpg, photos\/twin\.jpg\)$/,
    ),
    expect.stringMatching(/^3 thumbnails verified: 1 missing, 1 damaged, 1 wrong record \(5 photos, /),
    '1 foreign file, left alone',
    '1 file that no record names: `thumbs prune` frees 5 bytes',
    '`thumbs verify --repair` marks what is damaged, so that the next run makes it again.',
    '',
  ]);
  const inProcess: VerifyEvent[] = [];
  for await (const event of verifyThumbnails({ out })) inProcess.push(event);
  const summary = { ...inProcess.pop(), seconds: expect.any(Number) };
  expect(events).toEqual([...inProcess, summary]);
});

test('foreign and unneeded files are no fault: exit 0', async () => {
  const { folder } = await finishedRun();
  fs.rmSync(path.join(folder, 'photos/photo-2.jpg'));
  await runFolder(folder, { export: [path.join(folder, 'thumbnails/all.csv')] });
  const { code, stderr } = await thumbs(['verify'], { cwd: folder });
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^FOREIGN thumbnails\/all\.csv: not a file of thumbs\n3 thumbnails verified: all sound/,
  );
  expect(stderr).toMatch(/^1 file that no record names: `thumbs prune` frees [\d.]+ kB$/m);
});

test('--repair says how many records the next run makes again', async () => {
  const { folder, out } = await finishedRun();
  mutate(thumbnailOf(out, 'photo-1.jpg'), 100);
  const { code, stderr } = await thumbs(['verify', '--repair', '-q'], { cwd: folder });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^DAMAGED .*\n$/)]);
  const again = await thumbs(['verify', '--repair'], { cwd: folder });
  expect([again.code, again.stderr]).toEqual([
    1,
    expect.stringMatching(/\n1 record marked or removed: the next run processes these photos again\n$/),
  ]);
  expect((await runFolder(folder)).summary).toMatchObject({ made: 1, unchanged: 2 });
});

test('where thumbnails are only missing, it says that the next run makes them', async () => {
  const { folder, out } = await finishedRun();
  fs.rmSync(thumbnailOf(out, 'photo-2.jpg'));
  const { code, stderr } = await thumbs(['verify'], { cwd: folder });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/\nThe next run makes the missing ones\.\n$/)]);
});

test('what cannot be verified is one line and exit 3', async () => {
  const { folder } = await finishedRun();
  const { code, stderr } = await thumbs(['verify', '-o', 'nowhere'], { cwd: folder });
  expect([code, stderr]).toEqual([
    3,
    `thumbs: Cannot read ${folder}/nowhere: no such file or directory (ENOENT)\n`,
  ]);
});

/** An output with many records whose thumbnails are missing: more lines than pipes hold. */
async function manyFindings() {
  const { folder, out, manifest } = await finishedRun();
  const record = JSON.stringify(recordsIn(out).find(({ status }) => status === 'done'));
  const lines = Array.from({ length: 4000 }, (_, index) =>
    record.replace(/photo-\d/, `gone-${index}`).replace(/[0-9a-f]{64}/, index.toString(16).padStart(64, '0')),
  );
  fs.appendFileSync(manifest, `${lines.join('\n')}\n`);
  return folder;
}

test('many findings reach a slow reader completely', async () => {
  const folder = await manyFindings();
  const line = `${process.execPath} ${command} verify 2>&1 | (sleep 0.3; cat)`;
  const { stdout } = await start('bash', ['-c', line], { cwd: folder }).finished;
  const lines = stdout.trimEnd().split('\n');
  expect(lines.filter((text) => text.startsWith('MISSING '))).toHaveLength(4000);
  // The summary and the remedy, and no warning of Node.js.
  expect(lines).toHaveLength(4002);
});

test('a signal ends it while its findings wait for a reader: exit 143', async () => {
  const folder = await manyFindings();
  const { child, finished } = start(process.execPath, [command, 'verify'], { cwd: folder });
  // It waits for its reader, so that it cannot end before the signal comes.
  await new Promise<void>((resolve) => child.stderr?.once('data', () => resolve()));
  child.stderr?.pause();
  await untilIdle([child.pid ?? 0]);
  child.kill('SIGTERM');
  await untilIdle([child.pid ?? 0]);
  child.stderr?.resume();
  expect((await finished).code).toBe(143);
});

test('a thumbnail that cannot be read is damaged until the next run; a read-only folder can be verified', async () => {
  const { folder, out } = await finishedRun();
  const asUser = (...args: string[]) => thumbsUnprivileged(args, { cwd: folder });
  fs.chmodSync(thumbnailOf(out, 'photo-2.jpg'), 0o000);
  const { stderr } = await asUser('verify', '--repair');
  expect(stderr).toMatch(/^DAMAGED .*: it cannot be read: permission denied \(EACCES\) \(of /m);
  expect((await asUser('photos')).stderr).toMatch(/^1 thumbnail made, 2 unchanged, 1 failed/m);
  execFileSync('chmod', ['-R', 'a+rX,a-w', folder]);
  const { code, stderr: sound } = await asUser('verify');
  execFileSync('chmod', ['-R', 'u+w', folder]);
  expect([code, sound]).toEqual([0, expect.stringMatching(/^3 thumbnails verified: all sound/)]);
});
