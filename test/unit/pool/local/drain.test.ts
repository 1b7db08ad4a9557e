// The end of a run before its jobs.

import { expect, test } from 'vitest';
import type { DoJob } from '../../../support/in-process/test-consumer.js';
import { FINISHED, startPool } from '../../../support/in-process/test-pool.js';

const HANGS = new Promise<never>(() => {});

/** The first two jobs run until the test lets them finish. */
function heldJobs(): { doJob: DoJob; finish: () => void } {
  const finishing: Array<() => void> = [];
  return {
    doJob: () => new Promise((resolve) => finishing.push(() => resolve(FINISHED))),
    finish: () => {
      for (const each of finishing) each();
    },
  };
}

const names = Array.from({ length: 10 }, (_, index) => `photo-${index}`);

test('a drained pool finishes the running jobs, starts no other, and every slot emits its sentinel', async () => {
  const { doJob, finish } = heldJobs();
  const run = await startPool(names, { consumers: 2, doJob });
  run.pool.drain(5000);
  await run.advance(1000);
  expect(run.outputs).toEqual([]);
  finish();
  await run.finished;
  expect(run.results).toEqual(['photo-0: CORRUPT finished', 'photo-1: CORRUPT finished']);
  expect(run.started).toHaveLength(2);
  expect(run.sentinels).toBe(2);
});

test('a running job that is not finished when the grace is over is given up, without a result', async () => {
  const run = await startPool(names, { consumers: 2, retries: 0, doJob: () => HANGS });
  run.pool.drain(5000);
  await run.advance(4900);
  expect(run.sentinels).toBe(0);
  await run.advance(200);
  await run.finished;
  expect(run.results).toEqual([]);
  expect(run.sentinels).toBe(2);
});

test('the last drain decides how much grace there is', async () => {
  for (const [first, second] of [
    [30_000, 5000],
    [2000, 5000],
  ] as const) {
    const run = await startPool(names, { timeoutMs: 60_000, doJob: () => HANGS });
    run.pool.drain(first);
    await run.advance(1000);
    run.pool.drain(second);
    await run.advance(4900);
    expect(run.sentinels).toBe(0);
    await run.advance(200);
    await run.finished;
    expect(run.sentinels).toBe(1);
  }
});

test('a consumer that dies while the pool is drained is charged to its job, and not replaced', async () => {
  const run = await startPool(names, { retries: 0, doJob: () => HANGS });
  run.pool.drain(5000);
  run.consumers[0]?.die({ code: null, signal: 'SIGSEGV' });
  await run.advance(100);
  await run.finished;
  expect(run.results).toEqual(['photo-0: WORKER_DIED the process that worked on it died: signal SIGSEGV']);
  expect(run.consumers).toHaveLength(1);
});

test('a job that crashed its consumer before the drain is not tried again', async () => {
  const run = await startPool(['a', 'b'], { doJob: () => HANGS });
  run.pool.drain(5000);
  run.consumers[0]?.die({ code: null, signal: 'SIGKILL' });
  await run.advance(100);
  await run.finished;
  expect([run.results, run.sentinels, run.consumers.length]).toEqual([[], 1, 1]);
});

test('a pool that is drained during a back-off ends at once, and leaves no timer', async () => {
  const run = await startPool(['a'], {
    onConsumer: (consumer) => consumer.die({ code: null, signal: 'SIGKILL' }),
  });
  run.pool.drain(5000);
  await run.finished;
  expect(run.sentinels).toBe(1);
  expect(run.clock.pending).toBe(0);
});

test('a pool that is drained before its first job starts no consumer', async () => {
  const run = await startPool([], { consumers: 3 });
  await run.finished;
  expect([run.consumers, run.sentinels]).toEqual([[], 3]);
});
