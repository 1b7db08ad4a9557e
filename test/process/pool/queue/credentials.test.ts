// The password of a queue server is nowhere but in what was typed.

import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { command } from '../../../support/paths.js';
import { thumbs } from '../../../support/processes/command.js';
import { childrenOf, start, until, untilWritten } from '../../../support/processes/processes.js';
import {
  addGate,
  contentOf,
  DEADLY,
  expectNothingLeft,
  openGate,
  queuePhotos,
  startQueueRun,
  startWorker,
} from '../../../support/processes/queue.js';
import { startRedis, testWithRedis } from '../../../support/redis.js';

const PASSWORD = 'geheim-3f9';

testWithRedis(
  'a password in the URL or in THUMBS_QUEUE is in no line of output, not in the manifest, and not with the consumers',
  async () => {
    const redis = await startRedis({ password: PASSWORD });
    const { folder } = await queuePhotos(10, { add: addGate });
    const worker = await startWorker(redis, { cwd: folder, env: DEADLY });
    const hidden = { THUMBS_QUEUE: redis.url };
    const byVariable = start(process.execPath, [command, 'worker', '-w', '1'], {
      cwd: folder,
      env: { ...DEADLY, ...hidden },
    });
    await untilWritten(byVariable, ' for runs on ');
    const run = startQueueRun(redis, {
      cwd: folder,
      args: ['-v', '--json', '-w', '1'],
      env: { ...DEADLY, ...hidden },
    });
    await untilWritten(run, 'has joined');
    const consumers = () => [run, worker, byVariable].flatMap(({ pid }) => childrenOf(pid));
    // Until then a process that was just forked is a copy of its parent.
    const areStarted = () =>
      consumers().every((pid) => fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('consumer'));
    await until(() => consumers().length === 3 && areStarted());
    for (const pid of consumers())
      for (const file of ['cmdline', 'environ'])
        expect(fs.readFileSync(`/proc/${pid}/${file}`, 'latin1')).not.toContain(PASSWORD);
    openGate(folder);
    expect((await run.finished).code).toBe(1);
    // Known failures are named with a command line that tries them again.
    const again = await startQueueRun(redis, { cwd: folder, args: ['-v'] }).finished;
    expect(again.stderr).toContain('the same command with `--retry-failed`');
    fs.rmSync(path.join(folder, 'photos'), { recursive: true });
    fs.mkdirSync(path.join(folder, 'photos'));
    const emptied = await startQueueRun(redis, { cwd: folder }).finished;
    expect(emptied.stderr).toContain('--forget');
    await expectNothingLeft(redis, worker, byVariable);
    const unreachable = await thumbs(['worker', redis.url.replace('redis:', 'http:')], { cwd: folder });
    expect(unreachable.code).toBe(2);
    for (const { stdout, stderr } of [
      run.output,
      worker.output,
      byVariable.output,
      again,
      emptied,
      unreachable,
    ])
      expect(stdout + stderr).not.toContain(PASSWORD);
    for (const [name, bytes] of contentOf(path.join(folder, 'queue')))
      expect([name, bytes.includes(PASSWORD)]).toEqual([name, false]);
  },
);
