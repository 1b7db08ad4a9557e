// A consumer in the test's own process, which does to each job what the test says.

import type { ThumbsError } from '../../../src/errors.js';
import { NO_USAGE } from '../../../src/job.js';
import type {
  Consumer,
  ConsumerJob,
  ConsumerListener,
  ConsumerResult,
  Exit,
} from '../../../src/pool/consumer.js';

export type Outcome = ConsumerResult['outcome'];

/** Does one job. A consumer that is to die in it, or to hang, calls {@link TestConsumer.die}, or never resolves. */
export type DoJob = (job: ConsumerJob, consumer: TestConsumer) => Outcome | Promise<Outcome>;

const ORDERLY: Exit = { code: 0, signal: null, stderrTail: '' };

let nextPid = 1;

export class TestConsumer implements Consumer {
  /** A test may change it: a transport need not have process ids, and two hosts may have the same ones. */
  pid: number | undefined = nextPid++;
  /** Resident memory that it reports with its results, and that a test may report for it at any time; bytes. */
  residentBytes = 0;
  /** How it dies when it is told to finish; undefined to finish in order. */
  exitOnFinish: Partial<Exit> | undefined;
  /** In how many messages it was given jobs. */
  messages = 0;
  /** Paths of the jobs that it was given. */
  readonly assigned: string[] = [];
  readonly #listener: ConsumerListener;
  readonly #doJob: DoJob;
  #queue: Array<ConsumerJob | 'finish' | 'retire'> = [];
  #isWorking = false;
  #isHeld = false;
  #hasEnded = false;
  #resolveEnded: () => void = () => {};
  readonly #ended = new Promise<void>((resolve) => {
    this.#resolveEnded = resolve;
  });

  constructor(listener: ConsumerListener, doJob: DoJob) {
    this.#listener = listener;
    this.#doJob = doJob;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  assign(jobs: readonly ConsumerJob[]): void {
    this.messages += 1;
    for (const job of jobs) {
      this.assigned.push(job.path);
      this.#enqueue(job);
    }
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
    setImmediate(() => {
      this.#listener.onExit({ ...ORDERLY, ...exit });
      this.#resolveEnded();
    });
  }

  /** Starts nothing that it is given, as while Node.js and sharp are loading, until {@link release}. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#work();
  }

  /** Reports that no job can be finished any more. */
  fail(error: ThumbsError): void {
    this.#listener.onFatal(error);
  }

  /** Resolves when it has ended, and does nothing for it: a slot has to kill it. */
  close(): Promise<void> {
    return this.#ended;
  }

  #enqueue(item: ConsumerJob | 'finish' | 'retire'): void {
    this.#queue.push(item);
    this.#work();
  }

  #work(): void {
    if (this.#isWorking || this.#isHeld) return;
    this.#isWorking = true;
    setImmediate(() => void this.#workThroughQueue());
  }

  async #workThroughQueue(): Promise<void> {
    while (!this.#hasEnded && !this.#isHeld) {
      const next = this.#queue.shift();
      if (next === undefined) break;
      if (typeof next === 'string') this.#end(next);
      else await this.#do(next);
    }
    this.#isWorking = false;
  }

  #end(message: 'finish' | 'retire'): void {
    if (message === 'retire') this.#listener.onRetired(NO_USAGE);
    else if (this.exitOnFinish === undefined) this.#listener.onSentinel(NO_USAGE);
    this.die((message === 'finish' && this.exitOnFinish) || ORDERLY);
  }

  async #do(job: ConsumerJob): Promise<void> {
    this.#listener.onStarted(job.id);
    const outcome = await this.#doJob(job, this);
    if (this.#hasEnded) return;
    this.#listener.onResult({ id: job.id, outcome, residentBytes: this.residentBytes });
  }
}
