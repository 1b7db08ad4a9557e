// What a run has in the queue server at a time does not grow with its photos.

import fs from 'node:fs';
import path from 'node:path';
import type { Redis } from 'ioredis';
import { expect } from 'vitest';
import { recordsIn } from '../../../support/output.js';
import { jpeg, temporaryFolder } from '../../../support/photos.js';
import { expectNothingLeft, startQueueRun, startWorker } from '../../../support/processes/queue.js';
import { startRedis, testWithRedis } from '../../../support/redis.js';

/** Photos that a run may have given out, with a last batch. */
const MOST_PHOTOS = 1024 + 32;

/** Bytes that so many jobs, and the events of those before, take at most. */
const MOST_BYTES = 4e6;

const PHOTOS = 2500;

/** Photos of the jobs that the server has, waiting or with a host. */
async function photosIn(client: Redis): Promise<number> {
  const [run] = await client.hkeys('{thumbs}:runs');
  const key = (name: string) => `{thumbs}:run-${run}:${name}`;
  const ids = (await Promise.all(['wait', 'active'].map((name) => client.lrange(key(name), 0, -1)))).flat();
  const jobs = await Promise.all(ids.map((id) => client.hget(key(id), 'data')));
  return jobs.reduce((sum, data) => sum + (data === null ? 0 : JSON.parse(data).photos.length), 0);
}

async function usedBytes(client: Redis): Promise<number> {
  return Number(/^used_memory_dataset:(\d+)/m.exec(await client.info('memory'))?.[1]);
}

testWithRedis(
  'a run with many photos gives out a thousand at a time, whether or not there is a host, and keeps nothing of those that are done',
  async () => {
    const redis = await startRedis();
    const client = redis.client();
    const folder = temporaryFolder();
    const photos = path.join(folder, 'photos');
    fs.mkdirSync(photos);
    const tiny = path.join(folder, 'tiny.jpg');
    fs.writeFileSync(tiny, await jpeg(1, 8, 6));
    for (let index = 0; index < PHOTOS; index += 1) fs.linkSync(tiny, path.join(photos, `${index}.jpg`));
    const before = await usedBytes(client);
    const run = startQueueRun(redis, { cwd: folder });
    // Nobody takes them: the run fills what it may have, and waits.
    await expect.poll(() => photosIn(client), { timeout: 30_000 }).toBeGreaterThanOrEqual(1024);
    const worker = await startWorker(redis, { cwd: folder });
    let [mostPhotos, mostBytes] = [0, 0];
    const ended = run.finished.then(() => true);
    for (let isOver = false; !isOver; ) {
      mostPhotos = Math.max(mostPhotos, await photosIn(client));
      mostBytes = Math.max(mostBytes, (await usedBytes(client)) - before);
      isOver = await Promise.race([ended, new Promise<false>((resolve) => setTimeout(resolve, 20, false))]);
    }
    expect((await run.finished).code).toBe(0);
    expect(recordsIn(path.join(folder, 'queue'))).toHaveLength(PHOTOS);
    expect(mostPhotos).toBeLessThanOrEqual(MOST_PHOTOS);
    expect(mostBytes).toBeLessThan(MOST_BYTES);
    await expectNothingLeft(redis, worker);
  },
);
