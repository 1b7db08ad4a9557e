// A pool over consumers in the test's own process and a clock that the test sets.

import type { Identified, Job, JobResult, PoolOutput, Sentinel, Task, Unchanged } from '../../../src/job.js';
import type { ConsumerJob } from '../../../src/pool/consumer.js';
import { Pool, type PoolOptions } from '../../../src/pool/local/pool.js';
import { memoryLimits } from '../../../src/pool/memory-limits.js';
import { failedRecord } from '../manifests.js';
import { FakeClock, settle } from './fake-clock.js';
import { type DoJob, type Outcome, TestConsumer } from './test-consumer.js';
import { alwaysMake, plannedJob } from './walk.js';

/** The outcome of a job that is simply finished. */
export const FINISHED: Outcome = { status: 'failed', code: 'CORRUPT', reason: 'finished' };

export interface TestPoolOptions extends Partial<PoolOptions> {
  /** What consumers do with a job. @default finish it */
  readonly doJob?: DoJob;
  /** What the planner wants of each photo. @default 'make' */
  readonly task?: Task;
  /** Bytes of each photo, as the planner sees them. @default not known */
  readonly bytes?: number;
  /** Whether the photos are on a disk of this machine. @default true */
  readonly isLocal?: boolean;
  /** Resolves when the producer may give the jobs from this one on. */
  readonly until?: { readonly name: string; readonly resolved: Promise<void> };
  /** Called with each output; the next one is asked for when it returns. */
  readonly onOutput?: (output: PoolOutput) => void | Promise<void>;
  /** Called with each consumer as it is started, to make it misbehave. */
  readonly onConsumer?: (consumer: TestConsumer, index: number) => void;
}

/** A pool whose consumers finish every job, and whose time stands still, unless the options say otherwise. */
export function createPool(options: Partial<PoolOptions>): Pool {
  const { consumers = 1 } = options;
  return new Pool({
    consumers,
    startConsumer: (listener) => new TestConsumer(listener, () => FINISHED),
    residentMemory: async () => new Map(),
    timeoutMs: 30_000,
    retries: 1,
    memory: memoryLimits(2e9 * consumers, consumers),
    planIdentified: alwaysMake,
    clock: new FakeClock(),
    ...options,
  });
}

/** A pool of that many slots, and every consumer that it has started, in order. @param onConsumer Called with each of them. */
export function createObservedPool(
  slots: number,
  onConsumer: (consumer: TestConsumer) => void = () => {},
): { pool: Pool; consumers: TestConsumer[] } {
  const consumers: TestConsumer[] = [];
  const pool = createPool({
    consumers: slots,
    startConsumer: (listener) => {
      const consumer = new TestConsumer(listener, () => FINISHED);
      consumers.push(consumer);
      onConsumer(consumer);
      return consumer;
    },
  });
  return { pool, consumers };
}

/** A run of a pool. */
export class PoolRun {
  readonly clock = new FakeClock();
  readonly pool: Pool;
  /** Every consumer that was started, in order. */
  readonly consumers: TestConsumer[] = [];
  /** Jobs that consumers have started, as `<index of the consumer> <name>`, with `exclusive` behind it where it applies. */
  readonly started: string[] = [];
  readonly outputs: PoolOutput[] = [];
  /** Resolves when N sentinels have come, or rejects. */
  readonly finished: Promise<void>;

  constructor(names: readonly string[], options: TestPoolOptions) {
    const {
      consumers = 1,
      task = 'make',
      doJob = () => FINISHED,
      onOutput,
      onConsumer,
      until,
      bytes,
      isLocal = true,
      ...others
    } = options;
    this.pool = createPool({
      consumers,
      startConsumer: (listener) => {
        const consumer = new TestConsumer(listener, (job, self) => {
          this.#noteStart(job, self);
          return doJob(job, self);
        });
        onConsumer?.(consumer, this.consumers.length);
        this.consumers.push(consumer);
        return consumer;
      },
      residentMemory: async () =>
        new Map(this.consumers.map((consumer) => [consumer, consumer.residentBytes])),
      clock: this.clock,
      ...others,
    });
    this.finished = this.#run(
      produced(names, { task, consumers, until, bytes, isLocal }),
      consumers,
      onOutput,
    );
    // A test may look at other things first.
    this.finished.catch(() => {});
  }

  /** `name: code reason` of each result, sorted. */
  get results(): string[] {
    return this.outputs.flatMap((output) => (output.type === 'result' ? [describe(output)] : [])).sort();
  }

  /** Names of the photos that were recognized by their content, sorted. */
  get recognized(): string[] {
    return this.outputs.flatMap((output) => (output.type === 'unchanged' ? [output.path] : [])).sort();
  }

  get sentinels(): number {
    return this.outputs.filter(({ type }) => type === 'sentinel').length;
  }

  resultOf(name: string): JobResult | undefined {
    return this.outputs.find(
      (output): output is JobResult => output.type === 'result' && output.job.path === name,
    );
  }

  /** Lets milliseconds pass, and everything that follows from them happen. */
  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }

  async #run(
    items: AsyncIterable<Job | Sentinel>,
    consumers: number,
    onOutput: TestPoolOptions['onOutput'],
  ): Promise<void> {
    for await (const output of this.pool.outputs(items)) {
      this.outputs.push(output);
      await onOutput?.(output);
      if (this.sentinels === consumers) break;
    }
  }

  #noteStart({ path, exclusive }: ConsumerJob, consumer: TestConsumer): void {
    this.started.push(`${this.consumers.indexOf(consumer)} ${path}${exclusive ? ' exclusive' : ''}`);
  }
}

/** Starts a run over photos of these names, and waits until nothing more happens by itself. */
export async function startPool(names: readonly string[], options: TestPoolOptions = {}): Promise<PoolRun> {
  const run = new PoolRun(names, options);
  await settle();
  return run;
}

/** A run over photos of these names, to its end. Time does not pass in it. */
export async function runPool(names: readonly string[], options: TestPoolOptions = {}): Promise<PoolRun> {
  const run = await startPool(names, options);
  await run.finished;
  return run;
}

interface Produced {
  readonly task: Task;
  readonly consumers: number;
  readonly until: TestPoolOptions['until'];
  readonly bytes: number | undefined;
  readonly isLocal: boolean;
}

async function* produced(
  names: readonly string[],
  { task, consumers, until, bytes, isLocal }: Produced,
): AsyncGenerator<Job | Sentinel> {
  const facts =
    bytes === undefined ? {} : { facts: { sourceBytes: bytes, sourceMtimeMs: 0, sourceMtimeNs: '0' } };
  for (const name of names) {
    if (until?.name === name) await until.resolved;
    yield { ...plannedJob(name), task, ...facts, isLocal };
  }
  for (let sent = 0; sent < consumers; sent += 1) yield { type: 'sentinel' };
}

function describe({ job, outcome }: JobResult): string {
  return `${job.path}: ${outcome.status === 'failed' ? `${outcome.code} ${outcome.reason}` : outcome.status}`;
}

/** The outcome of a photo that was only identified; its name is its content. */
export function identifiedAs(name: string): Identified {
  return {
    status: 'identified',
    sourceBytes: 1,
    sourceMtimeMs: 0,
    sourceMtimeNs: '0',
    sourceXxh128: name,
    takenAt: null,
  };
}

/** A photo that is finished without a consumer. */
export function unchanged(path: string, by: Unchanged['by'] = 'state'): Unchanged {
  const isOnRecord = by === 'state';
  return { type: 'unchanged', path, record: failedRecord(path, 'known'), by, isOnRecord };
}

/** Recognizes photos with `known` in their name. */
export function planKnown(job: Job): Job | Unchanged {
  return job.path.includes('known') ? unchanged(job.path, 'content') : alwaysMake(job);
}
