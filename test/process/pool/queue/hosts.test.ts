// Hosts that vanish, stand still, are stopped, or come late.

import path from 'node:path';
import { expect } from 'vitest';
import type { SummaryEvent } from '../../../../src/run/events.js';
import { recordsIn } from '../../../support/output.js';
import { eventsOf } from '../../../support/processes/command.js';
import { childrenOf, until, untilWritten } from '../../../support/processes/processes.js';
import {
  addGate,
  DEADLY,
  expectNothingLeft,
  expectSameOutput,
  GATED_PHOTOS,
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

testWithRedis(
  'a host that is killed loses nothing: another does its photos, each has one record, none is charged, and it is named as lost',
  async () => {
    const redis = await startRedis();
    const {
      folder,
      run,
      worker: victim,
      expectEnd,
    } = await startGatedRun(redis, {
      runArgs: ['--json'],
      workerArgs: ['-w', '2'],
    });
    // It has done some, and has the photo that waits, and what is behind it.
    await untilWritten(run, 'done ');
    const consumers = childrenOf(victim.pid);
    expect(consumers).toHaveLength(2);
    victim.child.kill('SIGKILL');
    await untilGone(consumers);
    const other = await startWorker(redis, { cwd: folder, env: DEADLY });
    await untilWritten(run, 'does not answer: what it had goes to other hosts');
    await expectEnd(other);
    const summary = eventsOf(run.output.stdout).at(-1) as SummaryEvent;
    expect(summary.hosts?.map(({ standing }) => standing).sort()).toEqual(['joined', 'lost']);
    expect(run.output.stderr).not.toContain('WORKER_DIED');
    expect(run.output.stderr).toMatch(/^host vm|^host .*\(.*lost\)$/m);
  },
);

testWithRedis(
  'a host that stood still and comes back when others have done its photos: what it then says is dropped, and it takes part again',
  async () => {
    const redis = await startRedis();
    const { folder, run, worker: victim, expectEnd } = await startGatedRun(redis);
    victim.child.kill('SIGSTOP');
    await untilWritten(run, 'does not answer: what it had goes to other hosts');
    const other = await startWorker(redis, { cwd: folder, env: DEADLY });
    await until(() => linesWith(run.output.stderr, 'has joined') === 2);
    victim.child.kill('SIGCONT');
    await until(() => linesWith(run.output.stderr, 'has joined') === 3);
    await expectEnd(victim, other);
  },
);

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
  const { folder, worker, expectEnd } = await startGatedRun(redis);
  const consumers = childrenOf(worker.pid);
  worker.child.kill('SIGINT');
  await untilWritten(worker, 'Stopping: ');
  worker.child.kill('SIGTERM');
  expect((await worker.finished).code).toBe(143);
  await untilGone(consumers);
  await expectEnd(await startWorker(redis, { cwd: folder }));
});

testWithRedis(
  'a main process that is killed: the worker leaves the run, nothing is left in the server, and the next run continues with it',
  async () => {
    const redis = await startRedis();
    const { folder, run, worker } = await startGatedRun(redis, { workerArgs: ['-w', '2'] });
    await untilWritten(run, 'done ');
    run.child.kill('SIGKILL');
    await run.finished;
    await untilWritten(worker, 'its main process does not answer');
    await expect.poll(() => redis.keys(), { timeout: 30_000 }).toEqual([]);
    const done = recordsIn(path.join(folder, 'queue')).length;
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(GATED_PHOTOS);
    openGate(folder);
    const next = await startQueueRun(redis, { cwd: folder }).finished;
    expect([next.code, next.stderr]).toEqual([1, expect.stringMatching(/\d+ unchanged/)]);
    expectSameOutput(path.join(folder, 'queue'), path.join(folder, 'plain'));
    await expectNothingLeft(redis, worker);
  },
);

testWithRedis(
  'a run that is stopped by a signal: exit 130, what was done is on record, nothing is left in the server, and the worker stays for the next run',
  async () => {
    const redis = await startRedis();
    const { folder, run, worker } = await startGatedRun(redis, {
      workerArgs: ['-w', '2'],
      runArgs: ['--json'],
    });
    await untilWritten(run, 'done ');
    run.child.kill('SIGINT');
    await untilWritten(run, 'Stopping: ');
    openGate(folder);
    const { code, stdout, stderr } = await run.finished;
    expect(code).toBe(130);
    const done = recordsIn(path.join(folder, 'queue')).length;
    expect(eventsOf(stdout).at(-1)).toMatchObject({ type: 'summary', stopped: 'signal', photos: done });
    expect(stderr).toContain('The manifest has what was done; the same command continues.');
    expect(await redis.keys()).toEqual([]);
    await untilWritten(worker, 'left');
    expect((await startQueueRun(redis, { cwd: folder }).finished).code).toBe(1);
    expectSameOutput(path.join(folder, 'queue'), path.join(folder, 'plain'));
    await expectNothingLeft(redis, worker);
  },
);

testWithRedis(
  'a deadline that passes: running images have their time, nothing is begun after it, exit 124, and the same command continues',
  async () => {
    const redis = await startRedis();
    const { folder, run, worker } = await startGatedRun(redis, {
      // The image that waits does so longer than its time.
      runArgs: ['--deadline', '1', '--timeout', '3'],
    });
    const { code, stderr } = await run.finished;
    expect([code, stderr]).toEqual([
      124,
      expect.stringMatching(/^The deadline passed: \d+ photos not reached\./m),
    ]);
    await untilWritten(worker, 'left');
    expect(await redis.keys()).toEqual([]);
    openGate(folder);
    const next = await startQueueRun(redis, { cwd: folder, args: ['--retry-failed'] }).finished;
    expect(next.code).toBe(1);
    expectSameOutput(path.join(folder, 'queue'), path.join(folder, 'plain'));
    await expectNothingLeft(redis, worker);
  },
);

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
