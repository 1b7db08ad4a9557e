// Consumers that hang, and a parent that does.

import { expect, test } from 'vitest';
import type { DoJob, TestConsumer } from '../../../support/in-process/test-consumer.js';
import { FINISHED, startPool } from '../../../support/in-process/test-pool.js';

const HANGS = new Promise<never>(() => {});

/** Jobs that are finished when the test says so. */
function slowJobs(): { doJob: DoJob; finish: (name: string) => void } {
  const finishing = new Map<string, () => void>();
  return {
    doJob: ({ path }) => new Promise((resolve) => finishing.set(path, () => resolve(FINISHED))),
    finish: (name) => finishing.get(name)?.(),
  };
}

test('an image that is not finished in its time is killed and not tried again; the others are done', async () => {
  const run = await startPool(['hang', 'b', 'c'], {
    timeoutMs: 500,
    doJob: ({ path }) => (path === 'hang' ? HANGS : FINISHED),
  });
  await run.advance(400);
  expect(run.results).toEqual([]);
  await run.advance(200);
  await run.finished;
  expect(run.results).toEqual([
    'b: CORRUPT finished',
    'c: CORRUPT finished',
    'hang: TIMEOUT not finished after 0.5 s',
  ]);
  expect(run.resultOf('hang')?.attempt).toMatchObject({ tries: 1, seconds: 0.5, signal: 'SIGKILL' });
  expect(run.sentinels).toBe(1);
});

test('the time runs for the running job, not for the one that is queued behind it', async () => {
  const { doJob, finish } = slowJobs();
  const run = await startPool(['a', 'b', 'c'], { timeoutMs: 1000, doJob });
  for (const name of ['a', 'b', 'c']) {
    await run.advance(700);
    finish(name);
  }
  await run.finished;
  expect(run.results).toEqual(['a: CORRUPT finished', 'b: CORRUPT finished', 'c: CORRUPT finished']);
  expect(run.consumers).toHaveLength(1);
});

test('a pause of this process (Ctrl-Z, a closed laptop) counts as one tick and costs no image', async () => {
  const { doJob, finish } = slowJobs();
  const run = await startPool(['a'], { timeoutMs: 1000, doJob });
  await run.clock.skip(3_600_000);
  await run.advance(500);
  finish('a');
  await run.finished;
  expect(run.results).toEqual(['a: CORRUPT finished']);
  expect(run.consumers).toHaveLength(1);
});

test('a result that has arrived when the time is found to be over counts', async () => {
  const { doJob, finish } = slowJobs();
  let hasArrived = false;
  const run = await startPool(['a', 'b'], {
    timeoutMs: 250,
    doJob,
    // It is called in the same turn in which the time is found to be over: the message is there, and is read after it.
    residentMemory: async () => {
      if (run.clock.now() === 300 && !hasArrived) finish('a');
      hasArrived ||= run.clock.now() === 300;
      return new Map();
    },
  });
  await run.advance(400);
  expect(hasArrived).toBe(true);
  finish('b');
  await run.finished;
  expect(run.results).toEqual(['a: CORRUPT finished', 'b: CORRUPT finished']);
  expect(run.consumers).toHaveLength(1);
});

test('a consumer that starts no job is replaced after its idle time, and no image is charged', async () => {
  const run = await startPool(['a', 'b'], {
    idleTimeoutMs: 700,
    retries: 0,
    onConsumer: (consumer, index) => {
      if (index === 0) consumer.hold();
    },
  });
  await run.advance(600);
  expect(run.consumers).toHaveLength(1);
  await run.advance(400);
  await run.finished;
  expect(run.consumers).toHaveLength(2);
  expect(run.results).toEqual(['a: CORRUPT finished', 'b: CORRUPT finished']);
});

test('every message ends the idle time', async () => {
  const { doJob, finish } = slowJobs();
  const run = await startPool(['a', 'b'], { idleTimeoutMs: 700, doJob });
  await run.advance(600);
  run.consumers[0]?.hold();
  finish('a');
  // The consumer has sent a result now, and starts the next job later.
  await run.advance(600);
  run.consumers[0]?.release();
  await run.advance(100);
  finish('b');
  await run.finished;
  expect(run.consumers).toHaveLength(1);
});

test('a consumer that waits for a slow walk is not killed, and has all of its idle time for the next job and its sentinel', async () => {
  let find = () => {};
  const resolved = new Promise<void>((resolve) => {
    find = resolve;
  });
  const run = await startPool(['a', 'b'], { idleTimeoutMs: 700, until: { name: 'b', resolved } });
  await run.advance(60_000);
  const [consumer] = run.consumers;
  consumer?.hold();
  find();
  await run.advance(600);
  consumer?.release();
  await run.finished;
  expect(run.results).toHaveLength(2);
  expect(run.consumers).toHaveLength(1);
});

test('a job whose result arrives while its consumer is being killed counts, and the next one is not charged', async () => {
  const { doJob, finish } = slowJobs();
  let first: TestConsumer | undefined;
  const run = await startPool(['a', 'b'], {
    timeoutMs: 500,
    retries: 0,
    doJob: (job, consumer) => (consumer === first ? doJob(job, consumer) : FINISHED),
    onConsumer: (consumer, index) => {
      if (index > 0) return;
      first = consumer;
      // SIGKILL comes after the result of `a` was sent and `b` was started.
      consumer.kill = () => {
        finish('a');
        setTimeout(() => consumer.die({ code: null, signal: 'SIGKILL' }), 5);
      };
    },
  });
  await run.advance(600);
  await run.finished;
  expect(run.started).toEqual(['0 a', '0 b', '1 b']);
  expect(run.results).toEqual(['a: CORRUPT finished', 'b: CORRUPT finished']);
});

test('the first limit that is exceeded is the one that is recorded, however long the consumer takes to die', async () => {
  const run = await startPool(['a'], {
    timeoutMs: 500,
    memory: { soft: 1e8, hard: 2e8, exclusive: 2e8 },
    doJob: () => HANGS,
    onConsumer: (consumer) => {
      consumer.kill = () => {};
    },
  });
  await run.advance(600);
  const [consumer] = run.consumers;
  if (consumer !== undefined) consumer.residentBytes = 3e8;
  await run.advance(200);
  consumer?.die({ code: null, signal: 'SIGKILL' });
  await run.finished;
  expect(run.results).toEqual(['a: TIMEOUT not finished after 0.5 s']);
});

test('a consumer that does not emit its sentinel is killed after its idle time, and the slot emits it', async () => {
  const run = await startPool(['a'], {
    idleTimeoutMs: 700,
    onConsumer: (consumer) => {
      consumer.finish = () => {};
    },
  });
  expect(run.sentinels).toBe(0);
  await run.advance(900);
  await run.finished;
  expect(run.sentinels).toBe(1);
});

test('a run in which no consumer makes progress ends with what it waits for', async () => {
  // Neither a result nor an exit ever comes: the process is killed, and its channel is held open by a process of its own.
  const run = await startPool(['a', 'b'], {
    timeoutMs: 500,
    idleTimeoutMs: 500,
    stallMs: 1000,
    doJob: () => HANGS,
    onConsumer: (consumer) => {
      consumer.kill = () => {};
      consumer.close = async () => {};
    },
  });
  await run.advance(1500);
  expect(run.outputs).toEqual([]);
  await run.advance(200);
  await expect(run.finished).rejects.toMatchObject({
    code: 'CONSUMER',
    message: `Stalled: no consumer sent anything for 1.5 s; waiting for consumer ${run.consumers[0]?.pid}: a`,
  });
});

test('a run that makes progress is not stalled, however long it takes', async () => {
  const { doJob, finish } = slowJobs();
  const names = ['a', 'b', 'c', 'd'];
  const run = await startPool(names, { timeoutMs: 1200, idleTimeoutMs: 500, stallMs: 300, doJob });
  for (const name of names) {
    await run.advance(1000);
    finish(name);
  }
  await run.finished;
  expect(run.results).toHaveLength(4);
});

test('a run that waits for its caller is not stalled', async () => {
  let take = () => {};
  const run = await startPool(['a'], {
    timeoutMs: 500,
    idleTimeoutMs: 500,
    stallMs: 1000,
    onOutput: ({ type }) => (type === 'result' ? new Promise((resolve) => (take = resolve)) : undefined),
  });
  await run.advance(60_000);
  take();
  await run.finished;
  expect(run.sentinels).toBe(1);
});
