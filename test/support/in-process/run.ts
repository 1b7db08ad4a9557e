// Whole runs in the test's own process: real files, real decoding, and consumers without a process of their own. For what producer,
// planner, sink and manifest do; what only a real consumer can show is for the tests in `process/`.

import path from 'node:path';
import { load } from '../../../src/consumer/loading.js';
import { workOn } from '../../../src/consumer/work.js';
import { ThumbsError } from '../../../src/errors.js';
import type { WorkOptions } from '../../../src/job.js';
import type { ThumbsOptions } from '../../../src/options/options.js';
import { resolveOptions } from '../../../src/options/resolve.js';
import type { Transport } from '../../../src/pool/consumer.js';
import { localPool } from '../../../src/pool/local/local-pool.js';
import { run } from '../../../src/run/create-thumbnails.js';
import type { SummaryEvent, ThumbsEvent } from '../../../src/run/events.js';
import { type DoJob, TestConsumer } from './test-consumer.js';

/** Consumers in this process, and how many were started. */
export interface InProcessTransport extends Transport {
  started: number;
}

/** @param doJob What the consumers do with a job. By default they read, render and publish, as real ones do. */
export function inProcess(doJob?: DoJob): InProcessTransport {
  const transport: InProcessTransport = {
    started: 0,
    startConsumers: (work) => (listener) => {
      transport.started += 1;
      return new TestConsumer(listener, doJob ?? realWork(work));
    },
    residentMemory: async () => new Map(),
  };
  return transport;
}

/** Reads, renders and publishes as a real consumer does. */
function realWork(options: WorkOptions): DoJob {
  return async (job, consumer) => {
    try {
      const loaded = await load(job, options);
      return loaded.status === 'loaded' ? await workOn(job, loaded, options) : loaded;
    } catch (error) {
      if (!(error instanceof ThumbsError)) throw error;
      consumer.fail(error);
      return new Promise(() => {});
    }
  };
}

export interface InProcessRun {
  readonly events: ThumbsEvent[];
  readonly summary: SummaryEvent;
  /** Consumers that were started. */
  readonly started: number;
}

/** What a test may do within a run. */
export interface RunHooks {
  /** What consumers do with a job. @default read, render and publish */
  readonly doJob?: DoJob;
  /** Called with each event; the next one is asked for when it has resolved. */
  readonly onEvent?: (event: ThumbsEvent) => void | Promise<void>;
}

/** A whole run over `paths`. With it a run has one consumer, unless `workers` says otherwise. */
export async function runInProcess(
  paths: readonly string[],
  options: ThumbsOptions = {},
  { doJob, onEvent }: RunHooks = {},
): Promise<InProcessRun> {
  const transport = inProcess(doJob);
  const events: ThumbsEvent[] = [];
  for await (const event of run(resolveOptions(paths, { workers: 1, ...options }), localPool(transport))) {
    events.push(event);
    await onEvent?.(event);
  }
  const summary = events.at(-1);
  if (summary?.type !== 'summary') throw new Error('Expected a run to end with its summary');
  return { events, summary, started: transport.started };
}

/** A whole run over `photos` of a folder into its `thumbnails`. */
export function runFolder(
  folder: string,
  options: ThumbsOptions = {},
  hooks: RunHooks = {},
): Promise<InProcessRun> {
  const out = path.join(folder, 'thumbnails');
  return runInProcess([path.join(folder, 'photos')], { out, ...options }, hooks);
}
