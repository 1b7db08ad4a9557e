// Hosts that vanish, or stand still.

import { expect } from 'vitest';
import type { SummaryEvent } from '../../../../src/run/events.js';
import { eventsOf } from '../../../support/processes/command.js';
import { childrenOf, until, untilWritten } from '../../../support/processes/processes.js';
import {
  DEADLY,
  linesWith,
  startGatedRun,
  startWorker,
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
    expect(run.output.stderr).toMatch(/^host .* \((?:slow, )?lost\)$/m);
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
