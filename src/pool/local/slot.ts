// One consumer's place in the pool, which outlives the consumer.
//
// A slot starts a consumer for its first job and emits exactly one sentinel: through its consumer, or by itself when it has none.
// An image whose consumer crashed is tried again here with nothing queued behind it; what was only queued goes back to the pool.

import { type ThumbsError, unreachable } from '../../errors.js';
import {
  addUsage,
  type EmittedSentinel,
  type Identified,
  type Job,
  type JobResult,
  NO_USAGE,
  type Outcome,
  type Usage,
} from '../../job.js';
import type { Cancel, Clock } from '../clock.js';
import type { Consumer, ConsumerListener, ConsumerResult, Exit, StartConsumer } from '../consumer.js';
import { keepsTooMuch } from '../memory-limits.js';
import { Assignments } from './assignments.js';
import { BackOff } from './back-off.js';
import { crashOutcome, type RunningJob } from './running-job.js';
import { SlotSentinel } from './slot-sentinel.js';
import { type ConsumerLimits, SupervisedConsumer } from './supervised-consumer.js';

export interface SlotOptions extends ConsumerLimits {
  readonly startConsumer: StartConsumer;
  /** Further tries of an image whose consumer died. */
  readonly retries: number;
}

/** What a slot tells its pool. */
export interface SlotListener {
  onOutput(output: JobResult | EmittedSentinel): void;
  /** A job that its consumer did not start: any slot may have it. */
  onReturned(job: Job): void;
  /** A job that needs more memory than a consumer's share, or has had more, and is to be given out again as an exclusive one. */
  onDeferred(job: Job): void;
  onIdentified(job: Job, identified: Identified): void;
  /** A consumer has started a job. */
  onStarted(): void;
  /** A consumer ended before it started any job. */
  onStartupFailure(exit: Exit): void;
  /** A consumer did not exit in order. */
  onCrash(): void;
  /** A consumer sent something, was started or has ended: the slot may have capacity, and the run makes progress. */
  onChange(): void;
  /** The run cannot continue. */
  onError(error: ThumbsError): void;
}

export class Slot {
  readonly #options: SlotOptions;
  readonly #listener: SlotListener;
  readonly #clock: Clock;
  readonly #assignments = new Assignments();
  readonly #sentinel = new SlotSentinel();
  readonly #backOff: BackOff;
  #consumer: SupervisedConsumer | undefined;
  /** Whether a consumer that has ended is replaced before there is a job for the next. */
  #replaces = false;
  #draining = false;
  /** Whether the grace of a drain is over, so that the running job is given up. */
  #graceIsOver = false;
  #cancelGrace: Cancel | undefined;
  #usage = NO_USAGE;
  #closed = false;

  constructor(options: SlotOptions, listener: SlotListener, clock: Clock) {
    this.#options = options;
    this.#listener = listener;
    this.#clock = clock;
    this.#backOff = new BackOff(clock);
  }

  /** Jobs given and not finished. */
  get load(): number {
    return this.#assignments.size;
  }

  /** Jobs that may be given now. */
  get capacity(): number {
    const isShut = this.#closed || this.#draining || this.#sentinel.isReceived;
    const isPaused = this.#backOff.isWaiting || this.#consumer?.isRetiring === true;
    return isShut || isPaused ? 0 : this.#assignments.room;
  }

  /** The consumer, while there is one. */
  get consumer(): Consumer | undefined {
    return this.#consumer?.consumer;
  }

  get hasExclusive(): boolean {
    return this.#assignments.hasExclusive;
  }

  /** Whether the present consumer has started a job. */
  get isProductive(): boolean {
    return this.#consumer?.hasStarted === true;
  }

  /** What the slot waits for, for a message; undefined when it waits for nothing. */
  get waitingFor(): string | undefined {
    if (this.#assignments.first !== undefined) return this.#assignments.first.job.path;
    if (this.#consumer?.isRetiring === true) return 'its exit';
    return this.#sentinel.isPending || this.#sentinel.isSent ? 'its sentinel' : undefined;
  }

  /** Starts the consumer before the first job, which is sure to come. */
  prefork(): void {
    if (this.#consumer === undefined && !this.#sentinel.isReceived) this.#startConsumer();
  }

  /** Gives the slot a job. With `exclusive` no other image is worked on anywhere. */
  assign(job: Job, exclusive: boolean): void {
    this.#assignments.add(job, exclusive);
    this.#consumer?.resetIdle();
    this.#pump();
  }

  /** Gives the slot its sentinel: no job follows. */
  finish(): void {
    this.#sentinel.receive();
    this.#consumer?.resetIdle();
    this.#pump();
  }

  /**
   * Starts no further job, and emits the sentinel as soon as the running one is finished. After `graceMs` that one is given up.
   * What is not finished has no result. The last call decides the grace.
   */
  drain(graceMs: number): void {
    if (this.#closed) return;
    this.#cancelGrace?.();
    this.#cancelGrace = this.#clock.after(graceMs, () => {
      this.#graceIsOver = true;
      this.#consumer?.kill();
    });
    if (this.#draining) return;
    this.#draining = true;
    this.#consumer?.resetIdle();
    this.#sentinel.receive();
    this.#backOff.cancel();
    if (this.#consumer === undefined) this.#assignments.clear();
    else this.#retire();
    this.#pump();
  }

  /** Adds `ms` of time in which this process was awake. */
  tick(ms: number): void {
    this.#consumer?.tick(ms, this.waitingFor !== undefined);
  }

  /** Kills the consumer if its resident memory, in bytes, is over the limit. */
  checkMemory(residentBytes: number): void {
    this.#consumer?.checkMemory(residentBytes);
  }

  /** Resolves when there is no consumer: one that has emitted its sentinel is waited for, any other is killed. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#backOff.cancel();
    this.#cancelGrace?.();
    if (!this.#sentinel.isEmitted) this.#consumer?.kill();
    await this.#consumer?.close();
  }

  /** Starts a consumer if one is needed, sends it what it has not got, or emits the sentinel if there is no consumer. */
  #pump(): void {
    if (this.#closed) return;
    const isNeeded = this.#assignments.size > 0 || (this.#replaces && !this.#sentinel.isReceived);
    if (this.#consumer === undefined && isNeeded) {
      if (this.#backOff.isWaiting) return;
      this.#startConsumer();
    }
    if (this.#consumer === undefined) {
      if (this.#sentinel.isPending) this.#emitSentinel();
      return;
    }
    if (this.#consumer.isRetiring) return;
    this.#consumer.assign(this.#assignments.takeUnsent());
    if (this.#sentinel.isPending) {
      this.#consumer.finish();
      this.#sentinel.send();
    }
  }

  #startConsumer(): void {
    const { startConsumer } = this.#options;
    this.#consumer = new SupervisedConsumer(
      startConsumer,
      this.#consumerListener(),
      this.#options,
      this.#clock,
    );
    this.#listener.onChange();
  }

  #consumerListener(): ConsumerListener {
    const onMessage = (handle: () => void) => {
      if (this.#closed) return;
      this.#consumer?.resetIdle();
      handle();
      this.#listener.onChange();
    };
    return {
      onStarted: (id) => onMessage(() => this.#onStarted(id)),
      onResult: (result) =>
        onMessage(() => {
          this.#onResult(result);
          this.#pump();
        }),
      onFatal: (error) => onMessage(() => this.#listener.onError(error)),
      onRetired: (usage) => onMessage(() => this.#addUsage(usage)),
      onSentinel: (usage) =>
        onMessage(() => {
          this.#addUsage(usage);
          this.#emitSentinel();
        }),
      onExit: (exit) => this.#onExit(exit),
    };
  }

  /** A consumer that has its sentinel exits anyway. */
  #retire(): void {
    if (!this.#sentinel.isSent) this.#consumer?.retire();
  }

  #onStarted(id: number): void {
    this.#backOff.reset();
    this.#listener.onStarted();
    this.#consumer?.onStarted(this.#assignments.find(id));
  }

  #onResult({ id, outcome, residentBytes }: ConsumerResult): void {
    const running = this.#consumer?.running;
    if (running?.assignment.id !== id) return;
    const { job } = running.assignment;
    switch (outcome.status) {
      case 'deferred':
        this.#deferJob(running);
        break;
      case 'identified':
        this.#endJob(running);
        this.#listener.onIdentified(job, outcome);
        break;
      case 'done':
      case 'failed':
        this.#finishJob(running, outcome);
        break;
      default:
        unreachable(outcome);
    }
    if (keepsTooMuch(residentBytes, this.#options.memory)) this.#retire();
  }

  #deferJob(running: RunningJob): void {
    this.#endJob(running);
    this.#listener.onDeferred(running.assignment.job);
  }

  #finishJob(running: RunningJob, outcome: Outcome, exit?: Exit): void {
    this.#endJob(running);
    const { job } = running.assignment;
    this.#listener.onOutput({ type: 'result', job, outcome, attempt: running.attempt(exit) });
  }

  #endJob({ assignment, ms }: RunningJob): void {
    this.#assignments.remove(assignment, ms);
    this.#consumer?.endJob();
  }

  #addUsage(usage: Usage): void {
    this.#usage = addUsage(this.#usage, usage);
  }

  #emitSentinel(): void {
    this.#sentinel.emit();
    this.#cancelGrace?.();
    this.#listener.onOutput({ type: 'sentinel', usage: this.#usage });
  }

  /**
   * A consumer ends because it retired, was killed (by us for its time or memory, by the OOM killer, by a person), crashed in a
   * decoder, or never started. The end is charged to the running job, and to no queued one; a sentinel that the consumer had
   * not emitted is pending again.
   */
  #onExit(exit: Exit): void {
    const consumer = this.#consumer;
    if (exit.code !== 0) this.#listener.onCrash();
    this.#consumer = undefined;
    if (consumer === undefined || this.#closed || this.#sentinel.isEmitted) return;
    this.#sentinel.takeBack();
    if (consumer.running !== undefined) this.#chargeExit(consumer, consumer.running, exit);
    else if (!consumer.hasStarted && !this.#draining) this.#waitAfterStartupFailure(exit);
    this.#replaces = true;
    if (this.#draining) this.#assignments.clear();
    else this.#returnQueued();
    this.#pump();
    this.#listener.onChange();
  }

  #returnQueued(): void {
    for (const { job, exclusive } of this.#assignments.releaseQueued()) {
      if (exclusive) this.#listener.onDeferred(job);
      else this.#listener.onReturned(job);
    }
  }

  #chargeExit({ killOutcome, wasKilled }: SupervisedConsumer, running: RunningJob, exit: Exit): void {
    if (killOutcome !== undefined) {
      if (killOutcome.status === 'deferred') this.#deferJob(running);
      else this.#finishJob(running, killOutcome, exit);
      return;
    }
    // It was not killed for this job: an earlier one was finished after all, or has left its memory behind; or the run ends.
    if (wasKilled || this.#graceIsOver) return;
    const { assignment } = running;
    assignment.crashes += 1;
    if (assignment.crashes > this.#options.retries)
      this.#finishJob(running, crashOutcome(assignment, exit), exit);
  }

  #waitAfterStartupFailure(exit: Exit): void {
    this.#backOff.wait(exit, () => {
      this.#pump();
      this.#listener.onChange();
    });
    this.#listener.onStartupFailure(exit);
  }
}
