// The queue server ends in the middle of a run, and comes back.

import path from 'node:path';
import { expect } from 'vitest';
import { recordsIn } from '../../../support/output.js';
import { thumbs } from '../../../support/processes/command.js';
import { untilWritten } from '../../../support/processes/processes.js';
import {
  expectSameOutput,
  GATED_PHOTOS,
  openGate,
  startGatedRun,
  startQueueRun,
  stopWorker,
} from '../../../support/processes/queue.js';
import { startRedis, testWithRedis } from '../../../support/redis.js';

for (const [keeps, what] of [
  [false, 'and comes back empty'],
  [true, 'and comes back with what it had on disk'],
] as const)
  testWithRedis(
    `a server that is killed ${what}: the run says what it waits for, goes on by itself, and nothing is lost or done twice`,
    async () => {
      const redis = await startRedis({ keeps });
      const { run, worker, expectEnd } = await startGatedRun(redis);
      await redis.kill();
      await untilWritten(run, `Waiting for the queue server ${redis.url}: `);
      await untilWritten(worker, `Waiting for the queue server ${redis.url}: `);
      await redis.start();
      await untilWritten(run, 'The run goes on.');
      await expectEnd();
    },
  );

testWithRedis(
  'a server that is killed when all photos but one are done, with --json: a `queue` event says why, and one that it goes on',
  async () => {
    const redis = await startRedis();
    const { run, expectEnd } = await startGatedRun(redis, { runArgs: ['--json'] });
    await redis.kill();
    await untilWritten(run, 'Waiting for the queue server');
    expect(run.output.stdout).toMatch(/^\{"type":"queue","waitsFor":"the queue server [^"]+"\}$/m);
    await redis.start();
    await untilWritten(run, 'The run goes on.');
    expect(run.output.stdout).toMatch(/^\{"type":"queue"\}$/m);
    await expectEnd();
  },
);

// taskforcesh/bullmq#4656: closing a Worker hangs while the server is away.
testWithRedis('a worker that is stopped while the server is away ends, whatever it has in hand', async () => {
  const redis = await startRedis();
  const { folder, worker } = await startGatedRun(redis);
  await redis.kill();
  await untilWritten(worker, 'Waiting for the queue server');
  worker.child.kill('SIGTERM');
  await untilWritten(worker, 'Stopping: ');
  openGate(folder);
  expect((await worker.finished).code).toBe(143);
});

testWithRedis(
  'a server that stays away for --queue-timeout ends the run with exit 3, what was done is on record, and the same command continues',
  async () => {
    const redis = await startRedis();
    const { folder, run, worker } = await startGatedRun(redis, {
      runArgs: ['--queue-timeout', '1'],
      workerArgs: ['-w', '2'],
    });
    // The other consumer is not held up.
    await untilWritten(run, 'done ');
    await redis.kill();
    const { code, stderr } = await run.finished;
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(
        /^thumbs: The run has waited 1 s for the queue server redis:\/\/127\.0\.0\.1:\d+: .+$/m,
      ),
    ]);
    const out = path.join(folder, 'queue');
    const done = recordsIn(out).length;
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(GATED_PHOTOS);
    openGate(folder);
    await redis.start();
    await untilWritten(worker, 'left');
    const next = await startQueueRun(redis, { cwd: folder, args: ['-v'] }).finished;
    expect([next.code, next.stderr]).toEqual([1, expect.stringContaining(`${done} unchanged`)]);
    expectSameOutput(out, path.join(folder, 'plain'));
    await stopWorker(worker);
    expect(await redis.keys()).toEqual([]);
    expect((await thumbs(['verify', '-o', 'queue'], { cwd: folder })).code).toBe(0);
  },
);
