// The queue server does not do what it should, in the middle of a run.

import path from 'node:path';
import { expect } from 'vitest';
import { untilWritten } from '../../../support/processes/processes.js';
import {
  addGate,
  expectNothingLeft,
  expectSameOutput,
  queuePhotos,
  startGatedRun,
  startQueueRun,
  startWorker,
} from '../../../support/processes/queue.js';
import { startRedis, testWithRedis } from '../../../support/redis.js';

// taskforcesh/bullmq#4585: a Worker that does not come back after an outage.
testWithRedis(
  'a server that stops answering for some seconds: the run says so, and goes on by itself',
  async () => {
    const redis = await startRedis();
    const { run, expectEnd } = await startGatedRun(redis);
    redis.pause();
    await untilWritten(run, `Waiting for the queue server ${redis.url}: `);
    redis.resume();
    await untilWritten(run, 'The run goes on.');
    await expectEnd();
  },
);

testWithRedis(
  'FLUSHALL and SCRIPT FLUSH lose nothing: what the server has lost is given out again',
  async () => {
    const redis = await startRedis();
    const { expectEnd } = await startGatedRun(redis);
    await redis.ask('FLUSHALL');
    await redis.ask('SCRIPT', 'FLUSH');
    await expectEnd();
  },
);

testWithRedis(
  'a password that is changed and changed back: the run waits, and goes on by itself',
  async () => {
    const redis = await startRedis({ password: 'geheim' });
    const { run, worker, expectEnd } = await startGatedRun(redis);
    const admin = redis.client();
    await admin.call('CONFIG', 'SET', 'requirepass', 'another');
    for (const type of ['normal', 'pubsub'])
      await admin.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
    for (const waiting of [run, worker])
      await untilWritten(
        waiting,
        `Waiting for the queue server redis://***@127.0.0.1:${redis.port}: WRONGPASS`,
      );
    await admin.call('CONFIG', 'SET', 'requirepass', 'geheim');
    await untilWritten(run, 'The run goes on.');
    await expectEnd();
    expect(run.output.stderr + worker.output.stderr).not.toContain('geheim');
  },
);

// BullMQ 6.7 asks for a job again at once, 11,000 times a second, while the server lacks memory.
testWithRedis(
  'a server without memory: the run says so, nobody floods it, and everything goes on when there is some',
  async () => {
    const redis = await startRedis();
    const admin = redis.client();
    const count = async (section: string, pattern: RegExp) =>
      Number(pattern.exec(await admin.info(section))?.[1] ?? 0);
    const { folder, plain } = await queuePhotos(40, { add: addGate });
    await admin.call('CONFIG', 'SET', 'maxmemory', '1');
    const run = startQueueRun(redis, { cwd: folder });
    await untilWritten(run, `Waiting for the queue server ${redis.url}: OOM`);
    await admin.call('CONFIG', 'SET', 'maxmemory', '0');
    await untilWritten(run, 'Waiting for a host');
    await admin.call('CONFIG', 'SET', 'maxmemory', '1');
    await admin.call('CONFIG', 'RESETSTAT');
    // It finds the run and takes its jobs, and the server refuses that.
    const worker = await startWorker(redis, { cwd: folder });
    await untilWritten(worker, 'joined a run of');
    // Each process asks once a second whether the server is there.
    await expect
      .poll(() => count('commandstats', /cmdstat_ping:calls=(\d+)/), { timeout: 30_000 })
      .toBeGreaterThan(5);
    const refused = await count('stats', /total_error_replies:(\d+)/);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(300);
    await admin.call('CONFIG', 'SET', 'maxmemory', '0');
    expect((await run.finished).code).toBe(1);
    expectSameOutput(path.join(folder, 'queue'), plain);
    await expectNothingLeft(redis, worker);
  },
);
