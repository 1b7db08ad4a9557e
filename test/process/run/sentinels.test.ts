// Sentinels through real consumers. All combinations, in process, are in unit/run/sentinels.test.ts.

import { expect, test } from 'vitest';
import { forkedProcesses } from '../../../src/pool/process/forked-consumer.js';
import { joinedRun } from '../../support/in-process/joined-run.js';

for (const [photos, consumers] of [
  [0, 2],
  [1, 3],
  [5, 2],
] as const) {
  test(`photos ${photos}, forked consumers ${consumers}: as many sentinels are produced last, emitted and counted`, async () => {
    const run = await joinedRun(photos, consumers, forkedProcesses());
    const sentinels = Array(consumers).fill('sentinel');
    expect(run.produced).toEqual([...Array(photos).fill('job'), ...sentinels]);
    expect(run.emitted.filter((type) => type === 'sentinel')).toEqual(sentinels);
    expect(run.totals).toMatchObject({ sentinels: consumers, done: photos });
    expect([run.started, run.left]).toEqual([Math.min(consumers, photos), 0]);
  });
}
