// Consumers that cannot be started: startup failures, back-off, and when a run gives up.

import { expect, test } from 'vitest';
import type { Exit } from '../../../../src/pool/consumer.js';
import { settle } from '../../../support/in-process/fake-clock.js';
import type { TestConsumer } from '../../../support/in-process/test-consumer.js';
import { createObservedPool, FINISHED, startPool } from '../../../support/in-process/test-pool.js';

const BROKEN: Partial<Exit> = { code: 1, stderrTail: 'sharp could not be loaded' };
const KILLED: Partial<Exit> = { code: null, signal: 'SIGKILL' };

/** Lets the consumers with these numbers, from 0, end before they start a job. */
function failing(isFailing: (index: number) => boolean, exit: Partial<Exit> = BROKEN) {
  return (consumer: TestConsumer, index: number) => {
    if (isFailing(index)) consumer.die(exit);
  };
}

const every = () => true;

for (const consumers of [1, 4])
  test(`${consumers} consumers that cannot start end the run with their exit and what they wrote`, async () => {
    const run = await startPool(['a', 'b', 'c', 'd'], { consumers, onConsumer: failing(every) });
    await run.advance(10_000);
    await expect(run.finished).rejects.toMatchObject({
      code: 'CONSUMER',
      message: 'Consumers cannot be started: exit code 1; stderr: sharp could not be loaded',
    });
  });

test('starts that fail before anybody asks for results are an error for whoever asks', async () => {
  const { pool, consumers } = createObservedPool(4, (consumer) => consumer.die(BROKEN));
  pool.prefork(4);
  await settle();
  expect(consumers).toHaveLength(4);
  await expect(pool.outputs(nothing()).next()).rejects.toMatchObject({ code: 'CONSUMER' });
});

async function* nothing(): AsyncGenerator<never> {}

test('a start that fails is repeated after a delay that doubles from 100 ms', async () => {
  const run = await startPool(['a'], { onConsumer: failing((index) => index < 2) });
  const counts = [run.consumers.length];
  for (const ms of [99, 1, 199, 1]) {
    await run.advance(ms);
    counts.push(run.consumers.length);
  }
  expect(counts).toEqual([1, 1, 2, 2, 3]);
  await run.finished;
  expect(run.results).toEqual(['a: CORRUPT finished']);
});

test('the delay is 100 ms again when a consumer has started a job since', async () => {
  const run = await startPool(['a'], {
    retries: 5,
    // Two fail, the third starts the job and crashes, the fourth fails.
    onConsumer: failing((index) => index < 2 || index === 3),
    doJob: (_, consumer) => {
      if (run.consumers.length > 3) return FINISHED;
      consumer.die(KILLED);
      return new Promise(() => {});
    },
  });
  await run.advance(300);
  expect(run.consumers).toHaveLength(4);
  await run.advance(99);
  expect(run.consumers).toHaveLength(4);
  await run.advance(1);
  expect(run.consumers).toHaveLength(5);
  await run.finished;
});

test('the delay does not grow after external kills, and starts are repeated for a minute', async () => {
  const run = await startPool(['a'], { onConsumer: failing(every, KILLED) });
  await run.advance(59_000);
  expect(run.consumers.length).toBeGreaterThan(500);
  expect(run.sentinels).toBe(0);
  await run.advance(2000);
  await expect(run.finished).rejects.toThrow('Consumers cannot be started: signal SIGKILL');
});

test('while a consumer lives that may still start a job, the run gives up 5 s after the first failure', async () => {
  const run = await startPool(['a', 'b'], {
    consumers: 2,
    onConsumer: (consumer, index) => {
      if (index === 0) consumer.hold();
      else consumer.die(BROKEN);
    },
  });
  await run.advance(4900);
  expect(run.pool.consumers).toEqual([run.consumers[0]]);
  expect(run.consumers.length).toBeGreaterThan(3);
  await run.advance(5000);
  await expect(run.finished).rejects.toMatchObject({ code: 'CONSUMER' });
});

test('while a consumer works, starts that fail do not end the run, and it does the jobs of all', async () => {
  let finish = () => {};
  const run = await startPool(['a', 'b', 'c', 'd'], {
    consumers: 3,
    timeoutMs: 100_000,
    onConsumer: failing((index) => index > 0, { code: null, stderrTail: 'too many open files (EMFILE)' }),
    doJob: ({ path }) =>
      path === 'a' ? new Promise((resolve) => (finish = () => resolve(FINISHED))) : FINISHED,
  });
  await run.advance(60_000);
  expect(run.consumers.length).toBeGreaterThan(10);
  finish();
  await run.advance(10_000);
  await run.finished;
  expect(run.results).toHaveLength(4);
  expect(run.sentinels).toBe(3);
});

test('failures are counted in a row: a job that is started in between ends the count', async () => {
  // Every second consumer fails, and the others do one job and retire.
  const names = Array.from({ length: 12 }, (_, index) => `photo-${index}`);
  const run = await startPool(names, {
    memory: { soft: 1, hard: 1e9, exclusive: 1e9 },
    onConsumer: (consumer, index) => {
      consumer.residentBytes = 2;
      if (index % 3 !== 2) consumer.die(BROKEN);
    },
  });
  await run.advance(600_000);
  await run.finished;
  expect(run.results).toHaveLength(12);
});

test('a consumer has all of its idle time, however long its slot has waited before', async () => {
  let tries = 0;
  const run = await startPool(['a'], {
    idleTimeoutMs: 400,
    // The first crashes in the job, which stays in its slot; two fail; the fourth is started after 300 ms.
    onConsumer: (consumer, index) => {
      if (index === 1 || index === 2) consumer.die(BROKEN);
      if (index === 3) consumer.hold();
    },
    doJob: (_, consumer) => {
      tries += 1;
      if (tries > 1) return FINISHED;
      consumer.die(KILLED);
      return new Promise(() => {});
    },
  });
  await run.advance(600);
  expect(run.consumers).toHaveLength(4);
  run.consumers[3]?.release();
  await run.finished;
  expect(run.results).toEqual(['a: CORRUPT finished']);
});

test('starts that fail while the pool is drained do not fail the run', async () => {
  const run = await startPool(['a', 'b', 'c'], {
    consumers: 3,
    onConsumer: (consumer) => consumer.hold(),
  });
  run.pool.drain(5000);
  for (const consumer of run.consumers) consumer.die(BROKEN);
  await run.advance(100);
  await run.finished;
  expect(run.sentinels).toBe(3);
});

test('a consumer that works keeps the run going although it has no process id', async () => {
  let finish = () => {};
  const run = await startPool(['a', 'b'], {
    consumers: 2,
    doJob: () =>
      new Promise((resolve) => {
        finish = () => resolve(FINISHED);
      }),
    onConsumer: (consumer, index) => {
      consumer.pid = undefined;
      if (index > 0) consumer.die(BROKEN);
    },
  });
  await run.advance(20_000);
  expect(run.consumers.length).toBeGreaterThan(3);
  finish();
  await run.advance(1);
  finish();
  await run.advance(1);
  await run.finished;
  expect(run.results).toEqual(['a: CORRUPT finished', 'b: CORRUPT finished']);
});
