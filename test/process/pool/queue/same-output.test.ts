// What comes out of a run does not depend on where its consumers are.

import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { SummaryEvent } from '../../../../src/run/events.js';
import { SHIFT_JIS, testWithByteNames, writeByteFile } from '../../../support/byte-names.js';
import { setTime } from '../../../support/file-changes.js';
import { outcomesOf, recordsIn } from '../../../support/output.js';
import { damagedImages, sampleImages } from '../../../support/paths.js';
import { jpeg } from '../../../support/photos.js';
import { eventsOf, thumbs, thumbsJson } from '../../../support/processes/command.js';
import {
  expectNothingLeft,
  expectSameOutput,
  queuePhotos,
  startQueueRun,
  startWorker,
} from '../../../support/processes/queue.js';
import { deadUrl, startRedis, testWithRedis } from '../../../support/redis.js';

/** Photos of every kind, under names of every kind. */
async function addMix(photos: string): Promise<void> {
  fs.cpSync(sampleImages, path.join(photos, 'samples'), { recursive: true });
  fs.cpSync(damagedImages, path.join(photos, 'damaged'), { recursive: true });
  const names = [
    'with space.jpg',
    '\u{1f3d4}\ufe0f \u00c4.jpg',
    'quote\'s "double".jpg',
    '-w.jpg',
    'back\\slash.jpg',
  ];
  for (const [seed, name] of [...names, '\x1b[31mred\nline.jpg', 'deep/er/photo.jpg'].entries())
    writeByteFile(photos, Buffer.from(name).toString('latin1'), await jpeg(300 + seed, 60, 40));
}

/** The lines that name failures, in any order, and the figures of a summary without times. */
function failureLines(stderr: string): string[] {
  return stderr
    .split('\n')
    .filter((line) => /^[A-Z_]+ photos/.test(line))
    .sort();
}

testWithRedis('two hosts make of every kind of photo what one makes, byte for byte', async () => {
  const redis = await startRedis();
  const { folder, plain, plainRun } = await queuePhotos(40, { add: addMix });
  const workers = await Promise.all([
    startWorker(redis, { cwd: folder }),
    startWorker(redis, { cwd: folder }),
  ]);
  const run = await startQueueRun(redis, { cwd: folder, args: ['--json'] }).finished;
  expect(failureLines(run.stderr)).toEqual(failureLines(plainRun.stderr));
  expect([run.code, plainRun.code]).toEqual([1, 1]);
  expectSameOutput(path.join(folder, 'queue'), plain);
  const summary = eventsOf(run.stdout).at(-1) as SummaryEvent;
  expect(summary).toMatchObject({ type: 'summary', notReached: 0 });
  // A sentinel for each consumer that has joined.
  expect(summary.hosts?.reduce((sum, { consumers }) => sum + consumers, 0)).toBe(summary.workers);
  expect(summary.hosts?.reduce((sum, { photos }) => sum + photos, 0)).toBe(summary.photos);
  await expectNothingLeft(redis, ...workers);
});

testWithByteNames('names that are not UTF-8 reach another host and come back as they are', async () => {
  const redis = await startRedis();
  const { folder, plain, plainRun } = await queuePhotos(2, {
    add: async (photos) => {
      for (const [seed, name] of ['caf\xe9/\xc4.jpg', `${SHIFT_JIS}.jpg`, 'caf\xe9/\xff\xfe.jpg'].entries())
        writeByteFile(photos, name, await jpeg(seed, 40, 30));
      writeByteFile(photos, 'br\xf6ken.jpg', 'text');
    },
  });
  const worker = await startWorker(redis, { cwd: folder });
  const run = await startQueueRun(redis, { cwd: folder }).finished;
  expect([run.code, plainRun.code]).toEqual([1, 1]);
  expectSameOutput(path.join(folder, 'queue'), plain);
  expect(recordsIn(plain).filter((record) => 'sourceNameBase64' in record)).toHaveLength(4);
  await expectNothingLeft(redis, worker);
});

testWithRedis(
  'several variants, a placeholder, shards, two folders and a single file, with consumers here and there: the same output',
  async () => {
    const redis = await startRedis();
    const args = ['-s', '200', '-s', '64x64,fit=cover,format=webp,name=card', '-s', '100,format=jpeg'];
    const more = ['--placeholder', '--layout', 'sharded'];
    const paths = ['photos', 'more', 'single.jpg'];
    const { folder, plain, plainRun } = await queuePhotos(20, {
      args: [...args, ...more],
      paths,
      add: async (photos) => {
        const above = path.dirname(photos);
        fs.mkdirSync(path.join(above, 'more'));
        for (const name of ['alpha.png', 'display-p3.heic', 'raw.cr3', 'orientation-6.jpg'])
          fs.copyFileSync(path.join(sampleImages, name), path.join(above, 'more', name));
        fs.writeFileSync(path.join(above, 'single.jpg'), await jpeg(500));
      },
    });
    const worker = await startWorker(redis, { cwd: folder });
    const line = ['-w', '1', '-o', 'queue', '--queue', redis.url];
    const run = await thumbs([...paths, ...line, ...args, ...more, '--json'], { cwd: folder });
    expect([run.code, plainRun.code]).toEqual([1, 1]);
    expectSameOutput(path.join(folder, 'queue'), plain);
    expect(run.stdout).not.toContain('unknown host');
    await expectNothingLeft(redis, worker);
  },
);

testWithRedis(
  'a second run without news needs no server; moved, touched and changed photos and a further variant are done on another host',
  async () => {
    const { folder } = await queuePhotos(6);
    const photos = (name: string) => path.join(folder, 'photos', name);
    const noServer = ['photos', '-o', 'plain', '-w', '0', '--queue', await deadUrl()];
    const second = await thumbsJson(noServer, { cwd: folder });
    expect([second.code, second.stderr]).toEqual([1, expect.not.stringContaining('Waiting')]);
    expect(second.events.at(-1)).toMatchObject({ unchanged: 7, known: 1, made: 0 });
    const dryRun = await thumbs([...noServer, '--dry-run', '--force'], { cwd: folder });
    expect([dryRun.code, dryRun.stderr]).toEqual([0, expect.not.stringContaining('Waiting')]);

    const redis = await startRedis();
    const worker = await startWorker(redis, { cwd: folder });
    setTime(photos('photo-1.jpg'), 1_700_000_000);
    fs.renameSync(photos('photo-2.jpg'), photos('moved.jpg'));
    fs.writeFileSync(photos('photo-3.jpg'), await jpeg(900));
    const line = ['photos', '-o', 'plain', '-w', '0', '--queue', redis.url];
    const third = await thumbsJson(line, { cwd: folder });
    expect(outcomesOf(third.events)).toMatchObject({
      'photo-1.jpg': 'identified',
      'moved.jpg': 'identified',
      'photo-3.jpg': 'done',
      'photo-4.jpg': 'unchanged',
      'zero-byte.jpg': 'known CORRUPT',
    });
    const added = ['-s', '200', '-s', '64,format=webp', '--placeholder'];
    const fourth = await thumbsJson([...line, ...added], { cwd: folder });
    // Photos with two thumbnails; only the further one is made.
    expect(fourth.events.at(-1)).toMatchObject({ type: 'summary', done: 7, made: 6, shared: 1 });
    await thumbs(['photos', '-o', 'fresh', ...added], { cwd: folder });
    // `prune` removes the thumbnail of the photo that has changed.
    await thumbs(['prune', '-o', 'plain'], { cwd: folder });
    expectSameOutput(path.join(folder, 'plain'), path.join(folder, 'fresh'));
    await expectNothingLeft(redis, worker);
  },
);
