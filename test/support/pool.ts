// What the tests of consumers' faults share: a dispatcher over the scripted consumer, and what became of every photo.

import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { Job, Task } from '../../src/job.js';
import { memoryLimits } from '../../src/pool/memory-limits.js';
import { Pool, type PoolOptions, type PoolOutput } from '../../src/pool/pool.js';
import { forkedProcesses } from '../../src/pool/process/forked-consumer.js';
import { residentMemory } from '../../src/pool/process/resident-memory.js';
import type { JobResult } from '../../src/pool/slot.js';
import { projectFolder } from './paths.js';
import { temporaryFolder } from './photos.js';
import { plannedJob } from './walk.js';

const consumers = path.join(projectFolder, 'test/fixtures/consumers');
export const scripted: string = path.join(consumers, 'scripted.js');
export const unstartable: string = path.join(consumers, 'unstartable.js');

/** What became of the photos. */
export interface Fates {
  /** `name: code reason` of each photo, sorted. */
  readonly results: string[];
  /** The results themselves, by the photo's name. */
  readonly byName: Map<string, JobResult>;
  /** Names of the photos that were recognized, sorted. */
  readonly recognized: string[];
  readonly sentinels: number;
  /** What the consumers were given and did, as `<process id> given <name>`. */
  readonly log: string[];
}

export interface DispatchOptions extends Partial<PoolOptions> {
  readonly entry?: string;
  /** What consumers are to do. @default 'make' */
  readonly task?: Task;
  /** Told of each output as it comes. */
  readonly onOutput?: (output: PoolOutput, dispatcher: Pool) => void;
}

/** A dispatcher over the scripted consumer, unless the options say otherwise. */
export function dispatcherOf(out: string, options: Partial<PoolOptions> & { entry?: string }): Pool {
  const { consumers = 1, entry = scripted } = options;
  const variant = { box: { width: 9, height: 9 }, format: 'png' } as const;
  const limits = { maxPixels: 1e6, maxBytes: 1e6, maxMemory: 1e9 };
  return new Pool({
    consumers,
    startConsumer: forkedProcesses(entry).startConsumers({ out, variant, jpegReader: 'own', ...limits }),
    residentMemory,
    timeoutMs: 30_000,
    retries: 1,
    memory: memoryLimits(2e9 * consumers, consumers),
    recognize: () => undefined,
    ...options,
  });
}

/** Gives photos of these names to a consumer that does to each what its name says. */
export async function dispatch(names: readonly string[], options: DispatchOptions = {}): Promise<Fates> {
  const folder = temporaryFolder();
  const { consumers = 1, task = 'make', onOutput, ...others } = options;
  async function* produced(): AsyncGenerator<Job | { type: 'sentinel' }> {
    for (const name of names) yield { ...plannedJob(`${folder}/${name}`), task };
    for (let sent = 0; sent < consumers; sent += 1) yield { type: 'sentinel' };
  }
  const dispatcher = dispatcherOf(folder, { consumers, ...others });
  const outputs: PoolOutput[] = [];
  for await (const output of dispatcher.outputs(produced())) {
    outputs.push(output);
    onOutput?.(output, dispatcher);
    if (outputs.filter(({ type }) => type === 'sentinel').length === consumers) break;
  }
  expect(dispatcher.pids).toEqual([]);
  const results = outputs.filter((output): output is JobResult => output.type === 'result');
  return {
    results: results.map(line).sort(),
    byName: new Map(results.map((result) => [nameOf(result.job), result])),
    recognized: outputs
      .flatMap((output) => (output.type === 'unchanged' ? [path.basename(output.path)] : []))
      .sort(),
    sentinels: outputs.filter(({ type }) => type === 'sentinel').length,
    log: fs.existsSync(`${folder}/log`) ? fs.readFileSync(`${folder}/log`, 'utf8').trimEnd().split('\n') : [],
  };
}

/** The process ids of `log`, each once, in their order. */
export function consumersIn(log: readonly string[]): string[] {
  return [...new Set(log.map((entry) => entry.split(' ')[0] ?? ''))];
}

function nameOf(job: Job): string {
  return job.path.split('/').at(-1) ?? '';
}

function line({ job, outcome }: JobResult): string {
  return `${nameOf(job)}: ${outcome.status === 'failed' ? `${outcome.code} ${outcome.reason}` : outcome.status}`;
}
