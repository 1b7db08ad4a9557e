// A consumer in the test's own process, which does to each job what the test says.

import type { ThumbsError } from '../../src/errors.js';
import type { Usage } from '../../src/job.js';
import type {
  Consumer,
  ConsumerJob,
  ConsumerListener,
  ConsumerResult,
  Exit,
} from '../../src/pool/consumer.js';

export type Outcome = ConsumerResult['outcome'];

/** Does one job. A consumer that is to die in it, or to hang, calls {@link TestConsumer.die}, or never resolves. */
export type DoJob = (job: ConsumerJob, consumer: TestConsumer) => Outcome | Promise<Outcome>;

const NO_USAGE: Usage = { peakMemoryBytes: 0, cpuMs: 0 };
const ORDERLY: Exit = { code: 0, signal: null, stderrTail: '' };

let nextPid = 1;

export class TestConsumer implements Consumer {
  readonly pid: number = nextPid++;
  /** Resident memory that it reports with its results, and that a test may report for it at any time; bytes. */
  residentBytes = 0;
  /** How it dies when it is told to finish; undefined to finish in order. */
  exitOnFinish: Partial<Exit> | undefined;
  readonly #listener: ConsumerListener;
  readonly #doJob: DoJob;
  #queue: Array<ConsumerJob | 'finish' | 'retire'> = [];
  #isWorking = false;
  #hasEnded = false;

  constructor(listener: ConsumerListener, doJob: DoJob) {
    this.#listener = listener;
    this.#doJob = doJob;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  assign(job: ConsumerJob): void {
    this.#enqueue(job);
  }

  finish(): void {
    this.#enqueue('finish');
  }

  retire(): void {
    this.#queue = [];
    this.#enqueue('retire');
  }

  kill(): void {
    this.die({ code: null, signal: 'SIGKILL' });
  }

  /** Ends as a process does: later than the call, and once. */
  die(exit: Partial<Exit>): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    setImmediate(() => this.#listener.onExit({ ...ORDERLY, ...exit }));
  }

  /** Reports that no job can be finished any more. */
  fail(error: ThumbsError): void {
    this.#listener.onFatal(error);
  }

  async close(): Promise<void> {
    this.kill();
  }

  #enqueue(item: ConsumerJob | 'finish' | 'retire'): void {
    this.#queue.push(item);
    if (this.#isWorking) return;
    this.#isWorking = true;
    setImmediate(() => void this.#workThroughQueue());
  }

  async #workThroughQueue(): Promise<void> {
    for (let next = this.#queue.shift(); next !== undefined && !this.#hasEnded; next = this.#queue.shift()) {
      if (next === 'finish' && this.exitOnFinish !== undefined) this.die(this.exitOnFinish);
      else if (next === 'finish') this.#listener.onSentinel(NO_USAGE);
      else if (next === 'retire') this.#listener.onRetired(NO_USAGE);
      if (typeof next === 'string') this.die(ORDERLY);
      else await this.#work(next);
    }
    this.#isWorking = false;
  }

  async #work(job: ConsumerJob): Promise<void> {
    this.#listener.onStarted(job.id);
    const outcome = await this.#doJob(job, this);
    if (this.#hasEnded) return;
    this.#listener.onResult({ id: job.id, outcome, residentBytes: this.residentBytes });
  }
}
