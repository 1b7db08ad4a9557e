// Consumers that cannot be started.

import { expect, test } from 'vitest';
import type { Exit, StartConsumer } from '../../../src/pool/consumer.js';
import { settle } from '../../support/fake-clock.js';
import { TestConsumer } from '../../support/test-consumer.js';
import { createPool, FINISHED, startPool } from '../../support/test-pool.js';

const BROKEN: Partial<Exit> = { code: 1, stderrTail: 'sharp could not be loaded' };
const KILLED: Partial<Exit> = { code: null, signal: 'SIGKILL' };

/** Consumers that end before they start any job, as often as `exits` has an exit; later ones do their jobs. */
function failing(exits: Array<Partial<Exit>>): { start: StartConsumer; count: () => number } {
  let started = 0;
  return {
    count: () => started,
    start: (listener) => {
      started += 1;
      const consumer = new TestConsumer(listener, () => FINISHED);
      const exit = exits.shift();
      if (exit !== undefined) consumer.die(exit);
      return consumer;
    },
  };
}

const ALWAYS = (exit: Partial<Exit>) => failing(Array(1000).fill(exit));

for (const consumers of [1, 4])
  test(`${consumers} consumers that cannot start end the run with the exit and what they wrote`, async () => {
    const { start } = ALWAYS(BROKEN);
    const run = await startPool(['a', 'b', 'c', 'd', 'e'], { consumers, startConsumer: start });
    await run.advance(10_000);
    await expect(run.finished).rejects.toMatchObject({
      code: 'CONSUMER',
      message: 'Consumers cannot be started: exit code 1; stderr: sharp could not be loaded',
    });
  });

test('starts that fail before anybody asks for results are an error for whoever asks', async () => {
  const { start, count } = ALWAYS(BROKEN);
  const pool = createPool({ consumers: 4, startConsumer: start });
  pool.prefork(4);
  await settle();
  expect(count()).toBe(4);
  await expect(pool.outputs(nothing()).next()).rejects.toMatchObject({ code: 'CONSUMER' });
});

async function* nothing(): AsyncGenerator<never> {}

test('a start that fails is repeated after a delay that doubles from 100 ms', async () => {
  const { start, count } = failing([BROKEN, BROKEN]);
  const run = await startPool(['a'], { startConsumer: start });
  const counts: number[] = [count()];
  for (const ms of [99, 1, 199, 1]) {
    await run.advance(ms);
    counts.push(count());
  }
  expect(counts).toEqual([1, 1, 2, 2, 3]);
  await run.finished;
  expect(run.results).toEqual(['a: CORRUPT finished']);
});

test('the delay does not grow after external kills, and starts are repeated for a minute', async () => {
  const { start, count } = ALWAYS(KILLED);
  const run = await startPool(['a'], { startConsumer: start });
  await run.advance(59_000);
  expect(count()).toBeGreaterThan(500);
  expect(run.sentinels).toBe(0);
  await run.advance(2000);
  await expect(run.finished).rejects.toThrow('Consumers cannot be started: signal SIGKILL');
});

test('while a consumer lives that may still start a job, the run gives up 5 s after the first failure', async () => {
  const starting: TestConsumer[] = [];
  const run = await startPool(['a', 'b'], {
    consumers: 2,
    startConsumer: (listener) => {
      const consumer = new TestConsumer(listener, () => FINISHED);
      // The first one starts for ever, the others fail.
      if (starting.length === 0) consumer.assign = () => {};
      else consumer.die(BROKEN);
      starting.push(consumer);
      return consumer;
    },
  });
  await run.advance(4900);
  expect(run.pool.pids).toEqual([starting[0]?.pid]);
  expect(starting.length).toBeGreaterThan(3);
  await run.advance(5000);
  await expect(run.finished).rejects.toMatchObject({ code: 'CONSUMER' });
});

test('consumers that can be started do the work of those that cannot', async () => {
  let first: TestConsumer | undefined;
  const run = await startPool(['a', 'b', 'c', 'd'], {
    consumers: 3,
    startConsumer: (listener) => {
      const consumer = new TestConsumer(listener, () => FINISHED);
      if (first === undefined) first = consumer;
      else consumer.die({ code: null, stderrTail: 'too many open files (EMFILE)' });
      return consumer;
    },
  });
  await run.advance(60_000);
  await run.finished;
  expect(run.results).toHaveLength(4);
  expect(run.sentinels).toBe(3);
});
