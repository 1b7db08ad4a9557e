// One consumer from its start to its exit, with the job that it works on, and killed when that exceeds its limits.

import type { Deferred, FailedOutcome } from '../../job.js';
import type { Clock } from '../clock.js';
import type { Consumer, ConsumerListener, StartConsumer } from '../consumer.js';
import type { MemoryLimits } from '../memory-limits.js';
import type { Assignment } from './assignments.js';
import { RunningJob } from './running-job.js';

export interface ConsumerLimits {
  /** Milliseconds for one image. */
  readonly timeoutMs: number;
  /** Milliseconds that a consumer without a running job may send nothing. @default IDLE_TIMEOUT_MS */
  readonly idleTimeoutMs?: number;
  readonly memory: MemoryLimits;
}

/** Long enough to start Node.js and load sharp from a slow disk. */
export const IDLE_TIMEOUT_MS = 30_000;

/**
 * The job for which the consumer was killed, and its outcome. A deferred job is not charged; nor is one without an outcome, and any
 * consumer may have it.
 */
interface KillReason {
  readonly running: RunningJob;
  readonly outcome: FailedOutcome | Deferred | undefined;
}

export class SupervisedConsumer {
  readonly consumer: Consumer;
  readonly #limits: ConsumerLimits;
  readonly #clock: Clock;
  #running: RunningJob | undefined;
  #killReason: KillReason | undefined;
  #hasStarted = false;
  #isRetiring = false;
  /** Whether the running job was started after the order to retire had been sent. */
  #startedRetiring = false;
  #idleMs = 0;

  constructor(
    startConsumer: StartConsumer,
    listener: ConsumerListener,
    limits: ConsumerLimits,
    clock: Clock,
  ) {
    this.#limits = limits;
    this.#clock = clock;
    this.consumer = startConsumer(listener);
  }

  get running(): RunningJob | undefined {
    return this.#running;
  }

  /** Whether it has started a job. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** Whether it was told to retire. */
  get isRetiring(): boolean {
    return this.#isRetiring;
  }

  /** Whether it was killed because a job exceeded a limit. */
  get wasKilled(): boolean {
    return this.#killReason !== undefined;
  }

  /** The outcome of the running job, if the consumer was killed because of it and it has one. */
  get killOutcome(): FailedOutcome | Deferred | undefined {
    return this.#killReason?.running === this.#running ? this.#killReason?.outcome : undefined;
  }

  assign(assignments: readonly Assignment[]): void {
    const jobs = assignments.map(({ id, job: { path, task, facts, isLocal, part }, exclusive }) => {
      const bytes = isLocal ? facts?.sourceBytes : undefined;
      return { id, path, task, bytes, exclusive, ...(part === undefined ? {} : { part }) };
    });
    if (jobs.length > 0) this.consumer.assign(jobs);
  }

  finish(): void {
    this.consumer.finish();
  }

  retire(): void {
    if (this.#isRetiring) return;
    this.#isRetiring = true;
    this.consumer.retire();
  }

  kill(): void {
    this.consumer.kill();
  }

  close(): Promise<void> {
    return this.consumer.close();
  }

  /** To be called when it has sent a message, or has been given something to do. */
  resetIdle(): void {
    this.#idleMs = 0;
  }

  /** It has started a job; undefined for one that is not in its slot any more. */
  onStarted(assignment: Assignment | undefined): void {
    this.#hasStarted = true;
    if (assignment === undefined) return;
    assignment.tries += 1;
    this.#startedRetiring = this.#isRetiring;
    this.#running = new RunningJob(assignment, this.consumer.pid ?? 0, this.#clock);
  }

  /** The running job has its result. */
  endJob(): void {
    this.#running = undefined;
  }

  /** Adds `ms` of time in which this process was awake, and in which the slot `isWaiting` for the consumer or not. */
  tick(ms: number, isWaiting: boolean): void {
    const { timeoutMs, idleTimeoutMs = IDLE_TIMEOUT_MS } = this.#limits;
    const running = this.#running;
    this.#idleMs += ms;
    if (running === undefined) {
      if (isWaiting && this.#idleMs > idleTimeoutMs) this.kill();
      return;
    }
    const outcome = running.spend(ms, timeoutMs);
    // A process that was busy runs its timers before it reads messages: the result may have arrived already.
    if (outcome !== undefined) setImmediate(() => this.#killFor({ running, outcome }));
  }

  /** Kills the consumer if its resident memory, in bytes, is over its limit. */
  checkMemory(residentBytes: number): void {
    const running = this.#running;
    const outcome = running?.checkMemory(residentBytes, this.#limits.memory);
    if (running === undefined || outcome === undefined) return;
    // A consumer is told to retire for the memory that an earlier job has left, and may have started the next one by then.
    this.#killFor({ running, outcome: this.#startedRetiring ? undefined : outcome });
  }

  #killFor(reason: KillReason): void {
    if (this.#running !== reason.running || this.#killReason !== undefined) return;
    this.#killReason = reason;
    this.kill();
  }
}
