// Runs that end before their photos do.

import path from 'node:path';
import { expect } from 'vitest';
import { recordsIn } from '../../../support/output.js';
import { eventsOf } from '../../../support/processes/command.js';
import { untilWritten } from '../../../support/processes/processes.js';
import {
  expectNothingLeft,
  expectSameOutput,
  GATED_PHOTOS,
  openGate,
  startGatedRun,
  startQueueRun,
} from '../../../support/processes/queue.js';
import { startRedis, testWithRedis } from '../../../support/redis.js';

// taskforcesh/bullmq#1644: keys that nobody removes.
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
      runArgs: ['--deadline', '3', '--timeout', '4'],
    });
    const { code, stderr } = await run.finished;
    expect([code, stderr]).toEqual([
      124,
      expect.stringMatching(/^The deadline passed: (?:at least )?\d+ photos not reached\./m),
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
