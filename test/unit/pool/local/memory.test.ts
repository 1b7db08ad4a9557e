// How much memory consumers may use.

import { expect, test } from 'vitest';
import { memoryLimits } from '../../../../src/pool/memory-limits.js';
import type { DoJob, TestConsumer } from '../../../support/in-process/test-consumer.js';
import { FINISHED, runPool, startPool } from '../../../support/in-process/test-pool.js';

const HANGS = new Promise<never>(() => {});
const memory = { soft: 250e6, hard: 400e6, exclusive: 800e6 };

test('a total is shared among the consumers; the soft limit is half a share, at least 200 MB, but not more than a share', () => {
  expect(memoryLimits(4e9, 4)).toEqual({ soft: 500e6, hard: 1e9, exclusive: 4e9 });
  expect(memoryLimits(1e9, 4)).toEqual({ soft: 200e6, hard: 250e6, exclusive: 1e9 });
  expect(memoryLimits(600e6, 4)).toEqual({ soft: 150e6, hard: 150e6, exclusive: 600e6 });
});

/** A photo named `heavy` takes `bytes` of memory: beside others until its consumer is killed, and alone until it is finished. */
function heavyTakes(bytes: number): DoJob {
  return ({ path, exclusive }, consumer) => {
    if (path !== 'heavy') return FINISHED;
    consumer.residentBytes = bytes;
    return exclusive ? FINISHED : HANGS;
  };
}

test('a photo whose consumer exceeds its share is not charged: it is done exclusively, and what was queued goes back', async () => {
  const run = await startPool(['a', 'heavy', 'c'], { memory, retries: 0, doJob: heavyTakes(523e6) });
  expect(run.started).toEqual(['0 a', '0 heavy']);
  await run.advance(200);
  await run.finished;
  expect(run.results).toEqual(['a: CORRUPT finished', 'c: CORRUPT finished', 'heavy: CORRUPT finished']);
  expect(run.started).toEqual(['0 a', '0 heavy', '1 heavy exclusive', '2 c']);
  expect(run.resultOf('heavy')?.attempt).toEqual({ pid: run.consumers[1]?.pid, tries: 1, seconds: 0 });
  expect(run.pool.crashes).toBe(1);
  expect(run.sentinels).toBe(1);
});

test('a photo that exceeds a share which is the total is tried alone once, and then recorded with the figure', async () => {
  const run = await startPool(['a', 'heavy', 'c'], {
    memory: memoryLimits(400e6, 1),
    doJob: ({ path }, consumer) => {
      if (path !== 'heavy') return FINISHED;
      consumer.residentBytes = 523e6;
      return HANGS;
    },
  });
  await run.advance(400);
  await run.finished;
  expect(run.results).toEqual([
    'a: CORRUPT finished',
    'c: CORRUPT finished',
    'heavy: TOO_LARGE its consumer had 523 MB of memory, more than the limit of 400 MB',
  ]);
  expect(run.started).toEqual(['0 a', '0 heavy', '1 heavy exclusive', '2 c']);
  const { outcome, attempt } = run.resultOf('heavy') ?? {};
  expect(outcome).toMatchObject({ limit: { maxMemoryBytes: 400e6 } });
  expect(attempt).toMatchObject({ tries: 1, signal: 'SIGKILL' });
});

test('a photo whose consumer exceeds its share after the end of the run was ordered has no result', async () => {
  const run = await startPool(['heavy'], { memory, doJob: heavyTakes(523e6) });
  run.pool.drain(30_000);
  await run.advance(200);
  await run.finished;
  expect(run.results).toEqual([]);
  expect(run.started).toEqual(['0 heavy']);
  expect(run.sentinels).toBe(1);
});

test('memory that an idle consumer keeps below the soft limit costs nothing', async () => {
  const run = await runPool(['a', 'b', 'c'], {
    memory,
    onConsumer: (consumer) => {
      consumer.residentBytes = 240e6;
    },
  });
  expect(run.consumers).toHaveLength(1);
});

test('a consumer over the soft limit after an image is replaced, and no image is charged or done twice', async () => {
  const run = await runPool(['a', 'keep', 'c', 'd', 'e'], {
    memory,
    retries: 0,
    doJob: ({ path }, consumer) => {
      if (path === 'keep') consumer.residentBytes = 300e6;
      return FINISHED;
    },
  });
  expect(run.results).toEqual(['a', 'c', 'd', 'e', 'keep'].map((name) => `${name}: CORRUPT finished`));
  expect(run.started).toEqual(['0 a', '0 keep', '1 c', '1 d', '1 e']);
  expect(run.sentinels).toBe(1);
});

test('a consumer that retires gets no further job, and the other consumers continue', async () => {
  const run = await startPool(['keep', 'b', 'c', 'd', 'e'], {
    consumers: 2,
    memory,
    onConsumer: (consumer, index) => {
      // Its exit takes for ever.
      if (index === 0) consumer.retire = () => {};
    },
    doJob: ({ path }, consumer) => {
      if (path === 'keep') consumer.residentBytes = 300e6;
      return FINISHED;
    },
  });
  await run.advance(1000);
  expect(run.results).toHaveLength(5);
  run.consumers[0]?.die({ code: 0 });
  await run.finished;
  expect(run.sentinels).toBe(2);
});

/** The first consumer starts its next photo before the order to retire reaches it: the two messages cross. */
function startsNextFirst(consumer: TestConsumer, index: number): void {
  if (index === 0) consumer.retire = () => {};
}

test('a photo that starts in a consumer that was told to retire is not charged with the memory of the photo before', async () => {
  let starts = 0;
  const run = await startPool(['keep', 'next', 'c'], {
    memory,
    retries: 0,
    onConsumer: startsNextFirst,
    doJob: ({ path }, consumer) => {
      if (path === 'keep') consumer.residentBytes = 500e6;
      if (path === 'next') starts += 1;
      return path === 'next' && starts === 1 ? HANGS : FINISHED;
    },
  });
  expect(run.started).toEqual(['0 keep', '0 next']);
  await run.advance(200);
  await run.finished;
  expect(run.results).toEqual(['c: CORRUPT finished', 'keep: CORRUPT finished', 'next: CORRUPT finished']);
  expect(run.started).toEqual(['0 keep', '0 next', '1 next', '1 c']);
  expect(run.resultOf('next')?.attempt).toMatchObject({ tries: 1 });
  expect(run.pool.crashes).toBe(1);
});

test('a photo that takes too much memory itself is deferred by its next consumer, when the first was told to retire', async () => {
  const heavy = heavyTakes(500e6);
  const run = await startPool(['keep', 'heavy', 'c'], {
    memory,
    onConsumer: startsNextFirst,
    doJob: (job, consumer) => {
      if (job.path === 'keep') consumer.residentBytes = 500e6;
      return heavy(job, consumer);
    },
  });
  await run.advance(400);
  await run.finished;
  expect(run.results).toEqual(['c: CORRUPT finished', 'heavy: CORRUPT finished', 'keep: CORRUPT finished']);
  expect(run.started).toEqual(['0 keep', '0 heavy', '1 heavy', '2 heavy exclusive', '3 c']);
});

test('a photo that hangs in a consumer that was told to retire is charged with its time', async () => {
  const run = await startPool(['keep', 'hang', 'c'], {
    memory,
    timeoutMs: 1000,
    onConsumer: startsNextFirst,
    doJob: ({ path }, consumer) => {
      if (path === 'keep') consumer.residentBytes = 300e6;
      return path === 'hang' ? HANGS : FINISHED;
    },
  });
  await run.advance(1200);
  await run.finished;
  expect(run.results).toContain('hang: TIMEOUT not finished after 1 s');
  expect(run.started).toEqual(['0 keep', '0 hang', '1 c']);
});

test('an image that needs more than a share is done exclusively, with the memory of all', async () => {
  const names = ['a', 'heavy-b', 'c', 'heavy-d', 'e', 'f'];
  let running = 0;
  let mostBeside = 0;
  const run = await startPool(names, {
    consumers: 2,
    memory,
    doJob: async ({ path, exclusive }, consumer) => {
      if (path.startsWith('heavy-') && !exclusive) return { status: 'deferred' };
      running += 1;
      if (exclusive) {
        mostBeside = Math.max(mostBeside, running - 1);
        consumer.residentBytes = 700e6;
        await new Promise((resolve) => setImmediate(resolve));
      }
      await new Promise((resolve) => setImmediate(resolve));
      mostBeside = Math.max(mostBeside, exclusive ? running - 1 : 0);
      running -= 1;
      return FINISHED;
    },
  });
  await run.advance(100);
  await run.finished;
  expect(run.results).toEqual([...names].sort().map((name) => `${name}: CORRUPT finished`));
  expect(run.started.filter((line) => line.endsWith('exclusive'))).toHaveLength(2);
  expect(mostBeside).toBe(0);
  expect(run.sentinels).toBe(2);
});

test('an exclusive image over the memory of all is recorded with that limit', async () => {
  const run = await startPool(['heavy'], {
    memory,
    doJob: ({ exclusive }, consumer) => {
      if (!exclusive) return { status: 'deferred' };
      consumer.residentBytes = 900e6;
      return HANGS;
    },
  });
  await run.advance(200);
  await run.finished;
  expect(run.results).toEqual([
    'heavy: TOO_LARGE its consumer had 900 MB of memory, more than the limit of 800 MB',
  ]);
  expect(run.resultOf('heavy')?.outcome).toMatchObject({ limit: { maxMemoryBytes: 800e6 } });
});

test('an exclusive image whose consumer dies before it starts it stays exclusive', async () => {
  let consumers: TestConsumer[] = [];
  const run = await startPool(['heavy'], {
    memory,
    onConsumer: (consumer, index) => {
      consumers = [...consumers, consumer];
      // The second consumer gets the exclusive job and dies before it starts it.
      if (index !== 1) return;
      consumer.hold();
      consumer.die({ code: null, signal: 'SIGKILL' });
    },
    doJob: ({ exclusive }, consumer) => {
      if (exclusive) return FINISHED;
      consumer.residentBytes = 300e6;
      return { status: 'deferred' };
    },
  });
  await run.advance(1000);
  await run.finished;
  expect(consumers).toHaveLength(3);
  expect(run.started).toEqual(['0 heavy', '2 heavy exclusive']);
});

test('a memory check that fails ends the run with its error', async () => {
  const run = await startPool(['a'], {
    doJob: () => HANGS,
    residentMemory: () => Promise.reject(new Error('no memory is known')),
  });
  await run.advance(200);
  await expect(run.finished).rejects.toThrow('no memory is known');
});
