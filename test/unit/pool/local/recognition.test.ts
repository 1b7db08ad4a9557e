// Photos that are identified by their content before it is decided whether they are made.

import { expect, test } from 'vitest';
import { ThumbsError } from '../../../../src/errors.js';
import type { DoJob } from '../../../support/in-process/test-consumer.js';
import { FINISHED, identifiedAs, planKnown, runPool } from '../../../support/in-process/test-pool.js';

const names = ['known-a', 'b', 'known-c', 'd', 'e', 'known-f'];

const identifying: DoJob = ({ path, task }) => (task === 'identify' ? identifiedAs(path) : FINISHED);

for (const consumers of [1, 2, 4])
  test(`${consumers} consumers: a photo whose content is on record is unchanged, the others are made`, async () => {
    const run = await runPool(names, {
      consumers,
      task: 'identify',
      doJob: identifying,
      planIdentified: planKnown,
    });
    expect(run.recognized).toEqual(['known-a', 'known-c', 'known-f']);
    expect(run.results).toEqual(['b', 'd', 'e'].map((name) => `${name}: CORRUPT finished`));
    expect(run.sentinels).toBe(consumers);
    // Six were identified, and three of them made.
    expect(run.started).toHaveLength(9);
  });

test('the very last photo, if unknown, is made before the sentinels are given out', async () => {
  const run = await runPool(['a'], { consumers: 3, task: 'identify', doJob: identifying });
  expect([run.results, run.sentinels]).toEqual([['a: CORRUPT finished'], 3]);
});

test('a consumer that dies while it identifies is replaced, and the photo identified again', async () => {
  const tried = new Set<string>();
  const run = await runPool(['once-known', 'always-known', 'b'], {
    task: 'identify',
    planIdentified: planKnown,
    doJob: (job, consumer) => {
      const isFirst = !tried.has(job.path);
      tried.add(job.path);
      const dies = job.path.startsWith('always-') || (job.path.startsWith('once-') && isFirst);
      if (!dies) return identifying(job, consumer);
      consumer.die({ code: null, signal: 'SIGKILL' });
      return new Promise(() => {});
    },
  });
  expect(run.recognized).toEqual(['once-known']);
  expect(run.results).toEqual([
    'always-known: WORKER_DIED the process that worked on it died: signal SIGKILL (2 tries)',
    'b: CORRUPT finished',
  ]);
});

test('a manifest that cannot be read any more ends the run', async () => {
  const planIdentified = () => {
    throw new ThumbsError('MANIFEST', 'it was removed');
  };
  await expect(
    runPool(names, { task: 'identify', doJob: identifying, planIdentified }),
  ).rejects.toMatchObject({
    code: 'MANIFEST',
  });
});

test('an output that cannot be written ends the run', async () => {
  const doJob: DoJob = (_, consumer) => {
    consumer.fail(new ThumbsError('OUTPUT', 'Cannot write to out: no space left on device (ENOSPC)'));
    return new Promise(() => {});
  };
  await expect(runPool(names, { consumers: 2, doJob })).rejects.toMatchObject({ code: 'OUTPUT' });
});
