// Where photos and output are on another host, and hosts that cannot take part.

import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { copyPackage, replaceCode } from '../../../support/package-copy.js';
import { temporaryFolder } from '../../../support/photos.js';
import { type Started, untilWritten } from '../../../support/processes/processes.js';
import {
  expectNothingLeft,
  expectSameOutput,
  type QueueProcessOptions,
  queuePhotos,
  startQueueRun,
  startWorker,
} from '../../../support/processes/queue.js';
import { startRedis, type TestRedis, testWithRedis } from '../../../support/redis.js';

/** A host that sees the folder as `there`, which is elsewhere. */
function elsewhere(folder: string): string {
  const there = path.join(temporaryFolder(), 'mounted');
  fs.symlinkSync(folder, there);
  return there;
}

/** Starts workers that cannot take part for these reasons, and a run that then waits; ends it with a worker that can. */
async function expectRefusals(
  redis: TestRedis,
  folder: string,
  workers: ReadonlyArray<readonly [options: QueueProcessOptions, reason: string | RegExp]>,
): Promise<void> {
  const started: Started[] = [];
  for (const [options] of workers) started.push(await startWorker(redis, { cwd: folder, ...options }));
  const run = startQueueRun(redis, { cwd: folder });
  for (const [index, [, reason]] of workers.entries()) {
    const worker = started[index];
    if (worker === undefined) continue;
    await untilWritten(worker, 'refused a run of ');
    expect(worker.output.stderr.split('\n')).toContainEqual(
      expect.stringMatching(reason instanceof RegExp ? reason : `: ${reason}`),
    );
  }
  await untilWritten(run, ' is refused: ');
  await untilWritten(run, 'Waiting for a host: ');
  const able = await startWorker(redis, { cwd: folder });
  expect((await run.finished).code).toBe(1);
  for (const [, reason] of workers) expect(run.output.stderr).toMatch(reason);
  expectSameOutput(path.join(folder, 'queue'), path.join(folder, 'plain'));
  await expectNothingLeft(redis, able, ...started);
}

testWithRedis('a worker that has photos and output under other paths takes part with --map', async () => {
  const redis = await startRedis();
  const { folder, plain } = await queuePhotos(10);
  // By links of its own, because the paths of the run do exist here, too.
  const there = elsewhere(folder);
  const worker = await startWorker(redis, { cwd: temporaryFolder(), args: ['--map', `${folder}=${there}`] });
  const run = await startQueueRun(redis, { cwd: folder }).finished;
  expect(run.code).toBe(1);
  expectSameOutput(path.join(folder, 'queue'), plain);
  await expectNothingLeft(redis, worker);
});

testWithRedis('of several --map the longest that fits counts', async () => {
  const redis = await startRedis();
  const { folder, plain } = await queuePhotos(4);
  const there = elsewhere(folder);
  const maps = ['/=/nowhere', `${folder}=${there}`, `${folder}/photos=${there}/photos`];
  const worker = await startWorker(redis, {
    cwd: temporaryFolder(),
    args: maps.flatMap((map) => ['--map', map]),
  });
  expect((await startQueueRun(redis, { cwd: folder }).finished).code).toBe(1);
  expectSameOutput(path.join(folder, 'queue'), plain);
  await expectNothingLeft(redis, worker);
});

testWithRedis(
  'hosts that lack a folder, see another one in its place, or may not touch it are refused with why; the run waits for one that can',
  async () => {
    const redis = await startRedis();
    const { folder } = await queuePhotos(4);
    const other = temporaryFolder();
    // Looks like the run's output, and is another folder.
    fs.mkdirSync(path.join(other, 'look-alike'));
    fs.cpSync(path.join(folder, 'plain'), path.join(other, 'look-alike'), { recursive: true });
    fs.mkdirSync(path.join(other, 'empty'));
    fs.writeFileSync(path.join(other, 'file'), '');
    const map = (from: string, to: string) => ['--map', `${path.join(folder, from)}=${path.join(other, to)}`];
    await expectRefusals(redis, folder, [
      [{ args: map('photos', 'nowhere') }, /does not see .*photos.*nowhere.*no such file/],
      [{ args: map('photos', 'file') }, /photos.* is not a folder here/],
      [{ args: map('queue', 'look-alike') }, /look-alike is not the folder that the run writes to/],
      [{ args: ['--allow', other] }, /photos.* is outside the folders that --allow and --map name/],
      [{ args: ['--allow', path.join(folder, 'photos')] }, /queue.* is outside the folders/],
    ]);
  },
);

testWithRedis('a host that cannot write to the output is refused', async () => {
  if (process.getuid?.() !== 0) return;
  const redis = await startRedis();
  const { folder } = await queuePhotos(2);
  // A user to whom everything may be read and nothing written.
  fs.chmodSync(folder, 0o755);
  const user = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
  await expectRefusals(redis, folder, [[{ prefix: user }, /cannot write to .*queue: permission denied/]]);
});

testWithRedis(
  'a host that lacks a photo which is there is dismissed; another does its photos, and nothing is charged to them',
  async () => {
    const redis = await startRedis();
    const { folder, plain } = await queuePhotos(10);
    const copy = path.join(temporaryFolder(), 'copy');
    fs.cpSync(path.join(folder, 'photos'), copy, { recursive: true, preserveTimestamps: true });
    fs.rmSync(path.join(copy, 'photo-7.jpg'));
    const lacking = await startWorker(redis, {
      cwd: folder,
      args: ['--map', `${folder}/photos=${copy}`, '--allow', folder],
    });
    const run = startQueueRun(redis, { cwd: folder, args: ['-v'] });
    await untilWritten(run, 'is refused: it does not see ');
    const able = await startWorker(redis, { cwd: folder });
    const { code, stderr } = await run.finished;
    expect([code, stderr]).toEqual([1, expect.stringContaining('1 failed (1 CORRUPT)')]);
    expectSameOutput(path.join(folder, 'queue'), plain);
    await expectNothingLeft(redis, lacking, able);
  },
);

testWithRedis('a photo that is removed while the run works fails as on one machine', async () => {
  const redis = await startRedis();
  const { folder } = await queuePhotos(3);
  const run = startQueueRun(redis, { cwd: folder });
  await untilWritten(run, 'Waiting for a host');
  fs.rmSync(path.join(folder, 'photos/photo-2.jpg'));
  const worker = await startWorker(redis, { cwd: folder });
  const { code, stderr } = await run.finished;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^UNREADABLE photos\/photo-2\.jpg: no such file or directory \(ENOENT\)$/m);
  expect(stderr).not.toContain('is refused');
  await expectNothingLeft(redis, worker);
});

testWithRedis('a host with other versions is refused, and both versions are named', async () => {
  const redis = await startRedis();
  const { folder } = await queuePhotos(2);
  const copy = temporaryFolder();
  const program = copyPackage(copy, { binaries: true });
  const chunks = fs.readdirSync(path.join(copy, 'dist/chunks')).map((name) => path.join('dist/chunks', name));
  const version = /OWN_VERSION = (\d+)/;
  for (const file of chunks) {
    const [code, own] = version.exec(fs.readFileSync(path.join(copy, file), 'utf8')) ?? [];
    if (code !== undefined) replaceCode(copy, file, code, `OWN_VERSION = ${Number(own) + 1}`);
  }
  await expectRefusals(redis, folder, [
    [{ program }, /it would make other thumbnails: .*\d+ there, .*\d+ here/],
  ]);
});
