// The queue server does not do what it should, in the middle of a run.

import { expect } from 'vitest';
import { untilWritten } from '../../../support/processes/processes.js';
import { startGatedRun } from '../../../support/processes/queue.js';
import { startRedis, testWithRedis } from '../../../support/redis.js';

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

// taskforcesh/bullmq: a worker tries again at once, thousands of times a second, while the server lacks memory.
testWithRedis(
  'a server without memory: the run says so and goes on when there is some, and nobody floods it meanwhile',
  async () => {
    const redis = await startRedis();
    const admin = redis.client();
    await admin.call('CONFIG', 'SET', 'maxmemory', '1');
    const waiting = admin.call('CONFIG', 'RESETSTAT');
    await waiting;
    const starting = startGatedRun(redis);
    // No host can join, either.
    await expect
      .poll(async () => Number(/total_error_replies:(\d+)/.exec(await admin.info('stats'))?.[1]), {
        timeout: 30_000,
      })
      .toBeGreaterThan(1);
    await admin.call('CONFIG', 'SET', 'maxmemory', '0');
    const { expectEnd } = await starting;
    await admin.call('CONFIG', 'SET', 'maxmemory', '1');
    await admin.call('CONFIG', 'RESETSTAT');
    const errors = async () => Number(/total_error_replies:(\d+)/.exec(await admin.info('stats'))?.[1]);
    await expect.poll(errors, { timeout: 30_000 }).toBeGreaterThan(5);
    expect(await errors()).toBeLessThan(500);
    await admin.call('CONFIG', 'SET', 'maxmemory', '0');
    await expectEnd();
  },
);
