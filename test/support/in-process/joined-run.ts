// Producer, pool and sink, joined as a run joins them, with a count of what passes between them.

import path from 'node:path';
import { prepareFolder } from '../../../src/files/thumbnails/thumbnail-folder.js';
import type { PoolOutput } from '../../../src/job.js';
import type { Transport } from '../../../src/pool/consumer.js';
import { Pool } from '../../../src/pool/local/pool.js';
import { memoryLimits } from '../../../src/pool/memory-limits.js';
import { produce } from '../../../src/producer/producer.js';
import { findRoots } from '../../../src/producer/roots.js';
import { newWalkProgress } from '../../../src/producer/walk-progress.js';
import { Sink } from '../../../src/run/sink/sink.js';
import { openStore, VARIANT } from '../manifests.js';
import { temporaryFolder, writePhotos } from '../photos.js';
import { workOptions } from '../work-options.js';
import { alwaysMake, plainWalk } from './walk.js';

/** What passed. */
export interface JoinedRun {
  /** Types of what the producer emitted, in order. */
  readonly produced: string[];
  /** Types of what the pool emitted, in order. */
  readonly emitted: string[];
  readonly totals: Sink['totals'];
  /** Consumers that were started, and those that are left. */
  readonly started: number;
  readonly left: number;
}

/** Runs over so many photos with so many consumers, to the sink's last sentinel. */
export async function joinedRun(photos: number, consumers: number, transport: Transport): Promise<JoinedRun> {
  const folder = temporaryFolder();
  const out = path.join(folder, 'out');
  writePhotos(path.join(folder, 'photos'), photos);
  prepareFolder(out);
  const walked = newWalkProgress();
  const startConsumer = transport.startConsumers(workOptions(out));
  let started = 0;
  const pool = new Pool({
    consumers,
    startConsumer: (listener) => {
      started += 1;
      return startConsumer(listener);
    },
    residentMemory: transport.residentMemory,
    timeoutMs: 30_000,
    retries: 1,
    memory: memoryLimits(1e9 * consumers, consumers),
    planIdentified: alwaysMake,
  });
  const roots = await findRoots([path.join(folder, 'photos')], out);
  const produced: string[] = [];
  const emitted: string[] = [];
  async function* items() {
    for await (const item of produce({ roots, consumers, out, ...plainWalk }, walked)) {
      produced.push(item.type);
      yield item;
    }
  }
  async function* outputs(): AsyncGenerator<PoolOutput> {
    for await (const output of pool.outputs(items())) {
      emitted.push(output.type);
      yield output;
    }
  }
  const manifest = openStore(path.join(out, 'manifest.jsonl'));
  const sink = new Sink(manifest, walked, { jobs: photos }, [VARIANT]);
  for await (const _ of sink.consume(outputs(), pool));
  manifest.close();
  return { produced, emitted, totals: sink.totals, started, left: pool.consumers.length };
}
