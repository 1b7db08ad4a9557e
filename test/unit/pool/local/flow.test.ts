// How jobs and results move through the pool: back-pressure, order, and sentinels.

import { expect, test } from 'vitest';
import type { Job, PoolOutput, Sentinel, Unchanged } from '../../../../src/job.js';
import { settle } from '../../../support/in-process/fake-clock.js';
import {
  createObservedPool,
  createPool,
  FINISHED,
  identifiedAs,
  startPool,
  unchanged,
} from '../../../support/in-process/test-pool.js';
import { plannedJob } from '../../../support/in-process/walk.js';

for (const consumers of [1, 2, 8])
  for (const photos of [0, 3, 20])
    test(`${consumers} consumers and ${photos} photos: as many consumers as there is work for, and ${consumers} sentinels`, async () => {
      const names = Array.from({ length: photos }, (_, index) => `${index}`);
      const run = await startPool(names, { consumers });
      await run.finished;
      expect(run.results).toHaveLength(photos);
      expect(run.sentinels).toBe(consumers);
      expect(run.consumers.length).toBeLessThanOrEqual(Math.min(consumers, photos));
      expect(run.outputs.slice(-1)).toEqual([expect.objectContaining({ type: 'sentinel' })]);
    });

test('at most two jobs are in flight for a consumer, and a result that is not taken counts as one', async () => {
  const names = Array.from({ length: 10 }, (_, index) => `photo-${index}`);
  const take: Array<() => void> = [];
  const run = await startPool(names, {
    onOutput: () => new Promise((resolve) => take.push(() => resolve())),
  });
  const started = [run.started.length];
  for (let taken = 0; taken < 4; taken += 1) {
    take.shift()?.();
    await settle();
    started.push(run.started.length);
  }
  expect(started).toEqual([2, 3, 4, 5, 6]);
});

test('jobs go to the consumer with the least to do, and of equals to one that runs', async () => {
  const HANGS = new Promise<never>(() => {});
  const run = await startPool(['hang', 'b', 'c', 'd', 'e'], {
    consumers: 2,
    doJob: ({ path }) => (path === 'hang' ? HANGS : FINISHED),
  });
  expect(run.started.filter((line) => line.startsWith('0 '))).toEqual(['0 hang']);
  expect(run.started.filter((line) => line.startsWith('1 ')).length).toBeGreaterThan(2);
});

test('preforked consumers do the first jobs, and a pool never preforks more than it is told', async () => {
  const { pool, consumers } = createObservedPool(4);
  pool.prefork(2);
  expect(consumers).toHaveLength(2);
  const outputs: PoolOutput[] = [];
  for await (const output of pool.outputs(produced())) {
    outputs.push(output);
    if (outputs.filter(({ type }) => type === 'sentinel').length === 4) break;
  }
  expect(consumers).toHaveLength(2);
  // What needs no consumer passes the slots.
  expect(outputs.map(({ type }) => type).sort()).toEqual([
    'result',
    'result',
    ...Array(4).fill('sentinel'),
    'unchanged',
  ]);
});

async function* produced(): AsyncGenerator<Job | Unchanged | Sentinel> {
  yield plannedJob('a');
  yield unchanged('u');
  yield plannedJob('b');
  for (let sent = 0; sent < 4; sent += 1) yield { type: 'sentinel' };
}

/** A producer that has no further photo for as long as a test runs. */
const until = { name: 'later', resolved: new Promise<never>(() => {}) };

test('a photo that its consumer did not start is given out again while the producer has no further photo', async () => {
  const run = await startPool(['crash', 'queued', 'later'], {
    until,
    retries: 0,
    doJob: ({ path }, consumer) => {
      if (path !== 'crash') return FINISHED;
      consumer.die({ code: 1 });
      return new Promise(() => {});
    },
  });
  expect(run.results).toEqual([
    'crash: WORKER_DIED the process that worked on it died: exit code 1',
    'queued: CORRUPT finished',
  ]);
  await run.pool.close();
});

test('a deferred photo is done exclusively while the producer has no further photo, and after those that run', async () => {
  let finish = () => {};
  const run = await startPool(['slow', 'heavy', 'beside', 'later'], {
    consumers: 2,
    until,
    doJob: ({ path, exclusive }) => {
      if (path === 'heavy' && !exclusive) return { status: 'deferred' };
      if (path !== 'slow') return FINISHED;
      return new Promise((resolve) => {
        finish = () => resolve(FINISHED);
      });
    },
  });
  expect(run.results).toEqual(['beside: CORRUPT finished']);
  finish();
  await settle();
  expect(run.results).toEqual(['beside', 'heavy', 'slow'].map((name) => `${name}: CORRUPT finished`));
  expect(run.started.at(-1)).toMatch(/ heavy exclusive$/);
  await run.pool.close();
});

test('a photo whose content is not on record is made while the producer has no further photo', async () => {
  const run = await startPool(['moved', 'later'], {
    until,
    task: 'identify',
    doJob: ({ path, task }) => (task === 'identify' ? identifiedAs(path) : FINISHED),
  });
  expect(run.results).toEqual(['moved: CORRUPT finished']);
  await run.pool.close();
});

test('unchanged photos wait for the sink: at most 256 are ahead of it', async () => {
  let produced = 0;
  async function* many(): AsyncGenerator<Unchanged> {
    for (; produced < 10_000; produced += 1) yield unchanged(`${produced}`);
  }
  const outputs = createPool({}).outputs(many());
  await outputs.next();
  await settle();
  expect(produced).toBeLessThan(300);
  await outputs.return(undefined);
});
