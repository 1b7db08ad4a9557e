// A pool over real processes that run the scripted consumer, which does to each photo what its name says.

import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { JobResult, PoolOutput } from '../../../src/job.js';
import { Pool, type PoolOptions } from '../../../src/pool/local/pool.js';
import { memoryLimits } from '../../../src/pool/memory-limits.js';
import { forkedProcesses } from '../../../src/pool/process/forked-consumer.js';
import { alwaysMake, plannedJob } from '../in-process/walk.js';
import { projectFolder } from '../paths.js';
import { temporaryFolder } from '../photos.js';
import { workOptions } from '../work-options.js';

/** A fixture that is run as a consumer. */
export function consumerFixture(name: 'scripted' | 'unstartable'): string {
  return path.join(projectFolder, 'test/fixtures/consumers', `${name}.js`);
}

export interface ForkedPoolOptions extends Partial<PoolOptions> {
  /** The file that consumers run. @default the scripted consumer */
  readonly entry?: string;
  /** Called with each output. */
  readonly onOutput?: (output: PoolOutput) => void;
}

export interface ForkedPoolRun {
  /** The results by the photos' names. */
  readonly results: ReadonlyMap<string, JobResult>;
  readonly sentinels: number;
  /** What consumers got and did, as `<process id> given <name>`. */
  readonly log: readonly string[];
}

/** Runs photos of these names to the last sentinel, and expects that no consumer is left. */
export async function runForkedPool(
  names: readonly string[],
  { entry = consumerFixture('scripted'), onOutput, ...options }: ForkedPoolOptions = {},
): Promise<ForkedPoolRun> {
  const folder = temporaryFolder();
  const { consumers = 1 } = options;
  const transport = forkedProcesses(entry);
  const pool = new Pool({
    consumers,
    startConsumer: transport.startConsumers(workOptions(folder)),
    residentMemory: transport.residentMemory,
    timeoutMs: 30_000,
    retries: 1,
    memory: memoryLimits(2e9 * consumers, consumers),
    planIdentified: alwaysMake,
    ...options,
  });
  async function* produced() {
    for (const name of names) yield plannedJob(`${folder}/${name}`);
    for (let sent = 0; sent < consumers; sent += 1) yield { type: 'sentinel' } as const;
  }
  const results = new Map<string, JobResult>();
  let sentinels = 0;
  for await (const output of pool.outputs(produced())) {
    onOutput?.(output);
    if (output.type === 'result') results.set(path.basename(output.job.path), output);
    if (output.type === 'sentinel') sentinels += 1;
    if (sentinels === consumers) break;
  }
  expect(pool.consumers).toEqual([]);
  const log = path.join(folder, 'log');
  return {
    results,
    sentinels,
    log: fs.existsSync(log) ? fs.readFileSync(log, 'utf8').trimEnd().split('\n') : [],
  };
}

/** `CODE reason` of a result. */
export function describeOutcome(result: JobResult | undefined): string {
  const { outcome } = result ?? {};
  return outcome?.status === 'failed' ? `${outcome.code} ${outcome.reason}` : `${outcome?.status}`;
}
