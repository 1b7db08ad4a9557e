// Hosts that are stopped, or come late.

import path from 'node:path';
import { expect } from 'vitest';
import { childrenOf, until, untilWritten } from '../../../support/processes/processes.js';
import {
  addGate,
  DEADLY,
  expectNothingLeft,
  expectSameOutput,
  linesWith,
  openGate,
  queuePhotos,
  startGatedRun,
  startQueueRun,
  startWorker,
  stopWorker,
  untilGone,
} from '../../../support/processes/queue.js';
import { startRedis, testWithRedis } from '../../../support/redis.js';

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  testWithRedis(
    `a worker that is stopped by ${signal} gives back what it has not begun, exit ${exitCode}, and the run goes on when another comes`,
    async () => {
      const redis = await startRedis();
      const { folder, run, worker, expectEnd } = await startGatedRun(redis);
      const stopped = stopWorker(worker, signal);
      await untilWritten(worker, 'Stopping: ');
      const other = await startWorker(redis, { cwd: folder, env: DEADLY });
      openGate(folder);
      expect((await stopped).code).toBe(exitCode);
      await untilWritten(run, 'has left: it was stopped');
      await expectEnd(other);
      expect(run.output.stderr).not.toMatch(/WORKER_DIED|TIMEOUT|lost/);
    },
  );

testWithRedis('a second signal ends a worker at once, and its consumers with it', async () => {
  const redis = await startRedis();
  const { run, worker } = await startGatedRun(redis, { workerArgs: ['-w', '2'] });
  await untilWritten(run, 'done ');
  const consumers = childrenOf(worker.pid);
  worker.child.kill('SIGINT');
  await untilWritten(worker, 'Stopping: ');
  worker.child.kill('SIGTERM');
  expect((await worker.finished).code).toBe(143);
  await untilGone(consumers);
});

testWithRedis(
  'a host that comes in the middle of a run takes part; consumers of it that die are replaced',
  async () => {
    const redis = await startRedis();
    const { folder, run, worker, expectEnd } = await startGatedRun(redis, { runArgs: ['--retries', '3'] });
    const late = await startWorker(redis, { cwd: folder, env: DEADLY });
    await until(() => linesWith(run.output.stderr, 'has joined') === 2);
    for (const consumer of [...childrenOf(worker.pid), ...childrenOf(late.pid)])
      process.kill(consumer, 'SIGKILL');
    await expectEnd(worker, late);
  },
);

testWithRedis('a run that waits for a host is done by the first that comes', async () => {
  const redis = await startRedis();
  const { folder, plain } = await queuePhotos(10, { add: addGate });
  const run = startQueueRun(redis, { cwd: folder });
  await untilWritten(run, 'Waiting for a host');
  const worker = await startWorker(redis, { cwd: folder });
  expect((await run.finished).code).toBe(1);
  expect(run.output.stderr).toContain('The run goes on.');
  expectSameOutput(path.join(folder, 'queue'), plain);
  await expectNothingLeft(redis, worker);
});
