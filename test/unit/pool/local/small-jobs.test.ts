// Small jobs are given out several at a time, and nothing else about them differs.

import { expect, test } from 'vitest';
import { settle } from '../../../support/in-process/fake-clock.js';
import type { DoJob } from '../../../support/in-process/test-consumer.js';
import { FINISHED, PoolRun, runPool, startPool } from '../../../support/in-process/test-pool.js';

const SMALL = 1000;
const LARGE = 3_000_000;

const names = Array.from({ length: 40 }, (_, index) => `photo-${String(index).padStart(2, '0')}`);

test('small jobs share messages, in their order; large ones have one each', async () => {
  const doJob: DoJob = () => new Promise((resolve) => setImmediate(resolve, FINISHED));
  const small = await runPool(names, { bytes: SMALL, doJob });
  const large = await runPool(names, { bytes: LARGE, doJob });
  for (const { consumers } of [small, large]) expect(consumers[0]?.assigned).toEqual(names);
  expect(small.consumers[0]?.messages).toBeLessThan(names.length / 3);
  expect(large.consumers[0]?.messages).toBe(names.length);
});

test('a consumer is told the size of a source on a disk of this machine, of no other', async () => {
  const sizes: Array<number | undefined> = [];
  const doJob: DoJob = ({ bytes }) => {
    sizes.push(bytes);
    return FINISHED;
  };
  for (const isLocal of [true, false]) await runPool(names.slice(0, 1), { bytes: SMALL, isLocal, doJob });
  expect(sizes).toEqual([SMALL, undefined]);
});

for (const [bytes, most] of [
  [SMALL, 12],
  [LARGE, 2],
] as const)
  test(`at most ${most} jobs of ${bytes} bytes are in flight or not taken`, async () => {
    const take: Array<() => void> = [];
    const onOutput = () => new Promise<void>((resolve) => take.push(resolve));
    const run = await startPool(names, { bytes, onOutput });
    for (let taken = 0; taken < 20; taken += 1) {
      expect(run.started.length).toBeLessThanOrEqual(taken + most);
      take.shift()?.();
      await settle();
    }
    expect(run.started.length).toBe(20 + most);
  });

test('small jobs of which the last took long are given out as large ones are', async () => {
  const doJob: DoJob = () => new Promise((resolve) => run.clock.after(50, () => resolve(FINISHED)));
  const run: PoolRun = new PoolRun(names, { bytes: SMALL, doJob });
  await settle();
  for (let done = 0; done < names.length; done += 1) {
    expect((run.consumers[0]?.assigned.length ?? 0) - run.results.length).toBeLessThanOrEqual(2);
    await run.advance(50);
  }
  await run.finished;
});

test('a death among small jobs is charged to the running one; the others are done', async () => {
  const doJob: DoJob = ({ path }, consumer) => {
    if (path !== 'photo-20') return FINISHED;
    consumer.die({ code: null, signal: 'SIGSEGV' });
    return new Promise(() => {});
  };
  for (const consumers of [1, 2]) {
    const run = await runPool(names, { bytes: SMALL, doJob, consumers, retries: 0 });
    expect(run.results).toEqual(
      names.map((name) =>
        name === 'photo-20'
          ? 'photo-20: WORKER_DIED the process that worked on it died: signal SIGSEGV'
          : `${name}: CORRUPT finished`,
      ),
    );
    expect(run.started.filter((line) => line.endsWith('photo-20'))).toHaveLength(1);
  }
});

test('small jobs are shared evenly', async () => {
  const HANGS = new Promise<never>(() => {});
  const run = await startPool(names.slice(0, 8), { bytes: SMALL, doJob: () => HANGS, consumers: 4 });
  expect(run.consumers.map(({ assigned }) => assigned.length)).toEqual([2, 2, 2, 2]);
});
