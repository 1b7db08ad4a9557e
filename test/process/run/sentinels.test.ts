import path from 'node:path';
import { expect, test } from 'vitest';
import { prepareFolder } from '../../../src/files/thumbnail-folder.js';
import type { PoolOutput } from '../../../src/job.js';
import { ManifestStore } from '../../../src/manifest/store.js';
import { memoryLimits } from '../../../src/pool/memory-limits.js';
import { Pool } from '../../../src/pool/pool.js';
import { forkedProcesses } from '../../../src/pool/process/forked-consumer.js';
import { residentMemory } from '../../../src/pool/process/resident-memory.js';
import { produce } from '../../../src/producer/producer.js';
import { findRoots } from '../../../src/producer/roots.js';
import { newWalkProgress } from '../../../src/producer/walk-progress.js';
import { Sink } from '../../../src/run/sink.js';
import { temporaryFolder, writePhotos } from '../../support/photos.js';
import { plainWalk } from '../../support/walk.js';

const work = {
  variant: { box: { width: 100, height: 100 }, format: 'png' },
  jpegReader: 'own',
  maxPixels: 1e8,
  maxBytes: 1e8,
  maxMemory: 1e9,
} as const;

/** Producer, dispatcher and sink as the pipeline joins them, with what passed between them and how many were forked. */
async function passThrough(photos: number, consumers: number) {
  const folder = temporaryFolder();
  const out = path.join(folder, 'out');
  await writePhotos(path.join(folder, 'photos'), photos);
  prepareFolder(out);
  const walked = newWalkProgress();
  const dispatcher = new Pool({
    consumers,
    startConsumer: forkedProcesses().startConsumers({ ...work, out }),
    residentMemory,
    timeoutMs: 30_000,
    retries: 1,
    memory: memoryLimits(1e9 * consumers, consumers),
    recognize: () => undefined,
  });
  const roots = await findRoots([path.join(folder, 'photos')], out);
  const produced: string[] = [];
  const passed: string[] = [];
  const forked = new Set<number>();
  async function* jobs() {
    for await (const item of produce({ roots, consumers, out, ...plainWalk }, walked)) {
      produced.push(item.type);
      yield item;
    }
  }
  async function* outputs(): AsyncGenerator<PoolOutput> {
    for await (const output of dispatcher.outputs(jobs())) {
      passed.push(output.type);
      yield output;
    }
  }
  const manifest = ManifestStore.open(path.join(out, 'manifest.jsonl'), 'test');
  const sink = new Sink(manifest, walked, { jobs: photos });
  // A consumer takes a tenth of a second to start at the least, and so is seen.
  const looking = setInterval(() => {
    for (const pid of dispatcher.pids) forked.add(pid);
  }, 5);
  for await (const _ of sink.drain(outputs(), consumers));
  clearInterval(looking);
  manifest.close();
  const count = (list: string[], type: string) => list.filter((each) => each === type).length;
  return {
    sent: count(produced, 'sentinel'),
    sentLast: produced.lastIndexOf('job') < produced.indexOf('sentinel'),
    passed: count(passed, 'sentinel'),
    counted: sink.totals.sentinels,
    done: sink.totals.done,
    forked: forked.size,
    left: dispatcher.pids.length,
  };
}

for (const consumers of [1, 2, 8]) {
  for (const photos of [0, 3, 20]) {
    test(`${consumers} sentinels are sent, passed on and counted with ${photos} photos`, async () => {
      const run = await passThrough(photos, consumers);
      expect(run).toEqual({
        sent: consumers,
        sentLast: true,
        passed: consumers,
        counted: consumers,
        done: photos,
        forked: Math.min(consumers, photos),
        left: 0,
      });
    });
  }
}

test('results that end before the last sentinel are an error, not an end', async () => {
  const out = temporaryFolder();
  const manifest = ManifestStore.open(path.join(out, 'manifest.jsonl'), 'test');
  const sink = new Sink(manifest, { ...newWalkProgress(), ended: true }, { jobs: 0 });
  async function* outputs(): AsyncGenerator<PoolOutput> {
    yield { type: 'sentinel', usage: { peakMemoryBytes: 0, cpuMs: 0 } };
  }
  await expect(async () => {
    for await (const _ of sink.drain(outputs(), 2));
  }).rejects.toThrow('the results ended after 1 of 2 sentinels');
  manifest.close();
});
