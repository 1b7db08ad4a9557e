import { expect, test } from 'vitest';
import type { PoolOutput } from '../../../src/job.js';
import { newWalkProgress } from '../../../src/producer/walk-progress.js';
import { Sink } from '../../../src/run/sink/sink.js';
import { joinedRun } from '../../support/in-process/joined-run.js';
import { inProcess } from '../../support/in-process/run.js';
import { manifestPath, openStore, VARIANT } from '../../support/manifests.js';

for (const consumers of [1, 2, 8]) {
  for (const photos of [0, 3, 10]) {
    test(`photos ${photos}, consumers ${consumers}: as many sentinels are produced last, emitted and counted`, async () => {
      const run = await joinedRun(photos, consumers, inProcess());
      const sentinels = Array(consumers).fill('sentinel');
      expect(run.produced).toEqual([...Array(photos).fill('job'), ...sentinels]);
      expect(run.emitted.filter((type) => type === 'sentinel')).toEqual(sentinels);
      expect(run.totals).toMatchObject({ sentinels: consumers, done: photos });
      expect([run.started, run.left]).toEqual([Math.min(consumers, photos), 0]);
    });
  }
}

test('outputs that end before the last sentinel are an error', async () => {
  const manifest = openStore(manifestPath());
  const sink = new Sink(manifest, { ...newWalkProgress(), ended: true }, { jobs: 0 }, [VARIANT]);
  async function* outputs(): AsyncGenerator<PoolOutput> {
    yield { type: 'sentinel', usage: { peakMemoryBytes: 0, cpuMs: 0 } };
  }
  await expect(async () => {
    for await (const _ of sink.consume(outputs(), { slots: 2 }));
  }).rejects.toThrow('the results ended after 1 of 2 sentinels');
  manifest.close();
});
