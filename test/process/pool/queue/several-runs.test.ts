// Several runs on one queue server at the same time.

import path from 'node:path';
import { expect } from 'vitest';
import { untilWritten } from '../../../support/processes/processes.js';
import {
  addGate,
  DEADLY,
  expectNothingLeft,
  expectSameOutput,
  openGate,
  queuePhotos,
  startQueueRun,
  startWorker,
} from '../../../support/processes/queue.js';
import { startRedis, testWithRedis } from '../../../support/redis.js';

for (const [workers, consumers] of [
  [1, 2],
  [2, 1],
] as const)
  testWithRedis(
    `two runs at once, with ${workers} worker${workers === 1 ? '' : 's'} of ${consumers} consumer${consumers === 1 ? '' : 's'}: each output is that of a run on its own`,
    async () => {
      const redis = await startRedis();
      const all = await Promise.all([queuePhotos(40, { add: addGate }), queuePhotos(30)]);
      const canShare = consumers > 1;
      const allow = all.flatMap(({ folder }) => ['--allow', folder]);
      const options = { env: DEADLY, args: [...allow, '-w', String(consumers)] };
      const hosts = await Promise.all(Array.from({ length: workers }, () => startWorker(redis, options)));
      const runs = all.map(({ folder }) => startQueueRun(redis, { cwd: folder }));
      const [first, second] = runs;
      if (first === undefined || second === undefined) throw new RangeError('Expected two runs');
      if (canShare) {
        for (const run of runs) await untilWritten(run, 'has joined');
        // It ends while the first cannot.
        expect((await second.finished).code).toBe(1);
      }
      for (const { folder } of all) openGate(folder);
      for (const run of runs) expect((await run.finished).code).toBe(1);
      for (const { folder, plain } of all) expectSameOutput(path.join(folder, 'queue'), plain);
      for (const { output } of [...runs, ...hosts]) {
        expect(output.stderr).not.toContain('Warning');
        expect(output.stderr).not.toMatch(/WORKER_DIED|lost/);
      }
      await expectNothingLeft(redis, ...hosts);
    },
  );

testWithRedis(
  'a worker of one consumer does one run after the other: the second waits for its turn, and --queue-timeout does not end it',
  async () => {
    const redis = await startRedis();
    const all = await Promise.all([queuePhotos(10, { add: addGate }), queuePhotos(10)]);
    const allow = all.flatMap(({ folder }) => ['--allow', folder]);
    const worker = await startWorker(redis, { env: DEADLY, args: allow });
    const [one, other] = all;
    if (one === undefined || other === undefined) throw new RangeError('Expected two folders');
    const first = startQueueRun(redis, { cwd: one.folder });
    await untilWritten(first, 'has joined');
    const second = startQueueRun(redis, { cwd: other.folder, args: ['--queue-timeout', '0.5'] });
    await untilWritten(second, 'is busy: it works for other runs');
    await untilWritten(second, 'Waiting for a host: ');
    // Longer than its time: the other run has still to be done.
    const third = startQueueRun(redis, {
      cwd: other.folder,
      args: ['--queue-timeout', '0.5', '-o', 'third'],
    });
    await untilWritten(third, 'is busy: it works for other runs');
    openGate(one.folder);
    for (const run of [first, second, third]) expect((await run.finished).code).toBe(1);
    expectSameOutput(path.join(one.folder, 'queue'), one.plain);
    expectSameOutput(path.join(other.folder, 'queue'), other.plain);
    await expectNothingLeft(redis, worker);
  },
);
