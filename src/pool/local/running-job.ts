// The job that a consumer works on: its time, its memory, and the report of its last try.

import { overMemoryError, timeoutError, workerDiedError } from '../../errors.js';
import { type Attempt, type Deferred, type FailedOutcome, failedOutcome } from '../../job.js';
import type { Clock } from '../clock.js';
import { describeExit, type Exit } from '../consumer.js';
import type { MemoryLimits } from '../memory-limits.js';
import type { Assignment } from './assignments.js';

export class RunningJob {
  readonly assignment: Assignment;
  readonly #pid: number;
  readonly #clock: Clock;
  readonly #startedAt: number;
  /** Time that it has had while this process was awake. */
  #spentMs = 0;

  constructor(assignment: Assignment, pid: number, clock: Clock) {
    this.assignment = assignment;
    this.#pid = pid;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** Milliseconds since it was started. */
  get ms(): number {
    return this.#clock.now() - this.#startedAt;
  }

  /** Adds `ms`, and returns the outcome if the job has now had `timeoutMs`. */
  spend(ms: number, timeoutMs: number): FailedOutcome | undefined {
    this.#spentMs += ms;
    if (this.#spentMs < timeoutMs) return undefined;
    return failedOutcome(timeoutError(timeoutMs), this.assignment.job.facts);
  }

  /**
   * Returns the outcome if the consumer's resident memory, in bytes, is over its limit. Over a share it is never a failure, even when the
   * share is the total: when it is measured, what earlier images have left and a prefetched source may count too.
   */
  checkMemory(
    residentBytes: number,
    { hard, exclusive }: MemoryLimits,
  ): FailedOutcome | Deferred | undefined {
    if (!this.assignment.exclusive) return residentBytes > hard ? { status: 'deferred' } : undefined;
    if (residentBytes <= exclusive) return undefined;
    return failedOutcome(overMemoryError(residentBytes, exclusive), this.assignment.job.facts);
  }

  /** The report of this try; with `exit` when the consumer ended during it. */
  attempt(exit?: Exit): Attempt {
    return {
      pid: this.#pid,
      tries: this.assignment.tries,
      seconds: Math.round(this.ms) / 1000,
      ...(exit?.code == null ? {} : { exitCode: exit.code }),
      ...(exit?.signal == null ? {} : { signal: exit.signal }),
      ...(exit === undefined || exit.stderrTail === '' ? {} : { stderrTail: exit.stderrTail }),
    };
  }
}

/** The outcome of an image whose consumer crashed on every try. */
export function crashOutcome({ crashes, job }: Assignment, exit: Exit): FailedOutcome {
  return failedOutcome(workerDiedError(describeExit(exit), crashes), job.facts);
}
