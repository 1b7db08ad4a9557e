// What a consumer's death costs, and what it does not.

import { expect, test } from 'vitest';
import type { Exit } from '../../../../src/pool/consumer.js';
import type { DoJob } from '../../../support/in-process/test-consumer.js';
import { FINISHED, runPool, startPool } from '../../../support/in-process/test-pool.js';

const KILLED: Partial<Exit> = { code: null, signal: 'SIGKILL' };

/** Dies in jobs named `always-...` on every try, in jobs named `once-...` on the first. */
function crashing(exit: Partial<Exit> = KILLED): DoJob {
  const tried = new Set<string>();
  return ({ path }, consumer) => {
    const isFirst = !tried.has(path);
    tried.add(path);
    if (!path.startsWith('always-') && !(path.startsWith('once-') && isFirst)) return FINISHED;
    consumer.die(exit);
    return new Promise(() => {});
  };
}

const exits: ReadonlyArray<readonly [exit: Partial<Exit>, described: string, attempt: object]> = [
  [KILLED, 'signal SIGKILL', { signal: 'SIGKILL' }],
  [{ code: null, signal: 'SIGSEGV' }, 'signal SIGSEGV', { signal: 'SIGSEGV' }],
  [{ code: 3, stderrTail: 'no memory' }, 'exit code 3', { exitCode: 3, stderrTail: 'no memory' }],
];

for (const [exit, described, attempt] of exits) {
  test(`a consumer that dies (${described}) costs one record; the other photos are done, and its sentinel is emitted`, async () => {
    const run = await runPool(['a', 'always-b', 'c', 'd'], { doJob: crashing(exit) });
    expect(run.results).toEqual([
      'a: CORRUPT finished',
      `always-b: WORKER_DIED the process that worked on it died: ${described} (2 tries)`,
      'c: CORRUPT finished',
      'd: CORRUPT finished',
    ]);
    expect(run.sentinels).toBe(1);
    expect(run.resultOf('always-b')?.attempt).toMatchObject({ tries: 2, ...attempt });
  });
}

test('a photo whose consumer died once is tried again in a fresh consumer, with nothing queued behind it', async () => {
  let finish = () => {};
  let tries = 0;
  const run = await startPool(['once-a', 'b', 'c'], {
    doJob: ({ path }, consumer) => {
      if (path !== 'once-a') return FINISHED;
      tries += 1;
      if (tries === 1) consumer.die(KILLED);
      return new Promise((resolve) => {
        finish = () => resolve(FINISHED);
      });
    },
  });
  expect(run.consumers.map(({ assigned }) => assigned)).toEqual([['once-a', 'b'], ['once-a']]);
  finish();
  await run.finished;
  expect(run.results).toEqual(['b: CORRUPT finished', 'c: CORRUPT finished', 'once-a: CORRUPT finished']);
  expect(run.resultOf('once-a')?.attempt).toMatchObject({ tries: 2, pid: run.consumers[1]?.pid });
  expect(run.pool.crashes).toBe(1);
});

test('a crash after a kill is charged to its own job', async () => {
  const crash = crashing();
  const run = await startPool(['hang', 'always-b', 'c'], {
    timeoutMs: 500,
    doJob: (job, consumer) => (job.path === 'hang' ? new Promise(() => {}) : crash(job, consumer)),
  });
  await run.advance(700);
  await run.finished;
  expect(run.results).toEqual([
    'always-b: WORKER_DIED the process that worked on it died: signal SIGKILL (2 tries)',
    'c: CORRUPT finished',
    'hang: TIMEOUT not finished after 0.5 s',
  ]);
  expect(run.pool.crashes).toBe(3);
});

test('a consumer that exits in order is no crash', async () => {
  const run = await runPool(['a', 'b'], { consumers: 2 });
  expect(run.pool.crashes).toBe(0);
});

test('jobs that a dead consumer had only queued go to another consumer while the crashed photo is tried again', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const crash = crashing();
  const run = await startPool(['always-a', 'slow-b', 'queued', 'slow-c'], {
    consumers: 2,
    retries: 2,
    doJob: async (job, consumer) => {
      if (job.path.startsWith('slow-')) await held;
      return crash(job, consumer);
    },
  });
  release();
  await run.finished;
  expect(run.results).toHaveLength(4);
  const crashed = run.started.filter((line) => line.endsWith('always-a')).map((line) => line.split(' ')[0]);
  expect(crashed).toHaveLength(3);
  const queued = run.started.find((line) => line.endsWith('queued'))?.split(' ')[0];
  expect(crashed).not.toContain(queued);
});

test('without retries the first death is the record', async () => {
  const run = await runPool(['once-a'], { retries: 0, doJob: crashing() });
  expect(run.results).toEqual(['once-a: WORKER_DIED the process that worked on it died: signal SIGKILL']);
});

test('every sentinel is emitted when the last photo of each consumer kills it', async () => {
  const names = ['always-a', 'always-b', 'always-c'];
  const run = await runPool(names, { consumers: 3, retries: 0, doJob: crashing() });
  expect(run.results).toHaveLength(3);
  expect(run.sentinels).toBe(3);
});

test('the sentinel of a consumer that dies before it has emitted it is emitted by its slot', async () => {
  const run = await runPool(['a', 'b', 'c'], {
    consumers: 2,
    doJob: (_, consumer) => {
      consumer.exitOnFinish = KILLED;
      return FINISHED;
    },
  });
  expect(run.results).toHaveLength(3);
  expect(run.sentinels).toBe(2);
});

test('leaving the outputs early kills every consumer', async () => {
  const run = await startPool(['a', 'b', 'c'], {
    consumers: 2,
    doJob: ({ path }) => (path === 'a' ? FINISHED : new Promise(() => {})),
    onOutput: () => {
      throw new Error('the caller leaves');
    },
  });
  await expect(run.finished).rejects.toThrow('the caller leaves');
  expect(run.consumers.map(({ hasEnded }) => hasEnded)).toEqual([true, true]);
  expect(run.pool.consumers).toEqual([]);
});
