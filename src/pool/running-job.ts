// The job that a consumer works on: its time, its memory, and the report of its last try.

import type { Attempt, FailedOutcome } from '../job.js';
import type { Assignment } from './assignments.js';
import type { Clock } from './clock.js';
import { describeExit, type Exit } from './consumer.js';
import type { MemoryLimits } from './memory-limits.js';

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

  /** Adds `ms`, and returns the outcome if the job has now had `timeoutMs`. */
  spend(ms: number, timeoutMs: number): FailedOutcome | undefined {
    this.#spentMs += ms;
    if (this.#spentMs < timeoutMs) return undefined;
    const reason = `not finished after ${timeoutMs / 1000} s`;
    return { status: 'failed', code: 'TIMEOUT', reason, limit: { timeoutMs }, ...this.assignment.job.facts };
  }

  /** Returns the outcome if the consumer's resident memory, in bytes, is over its limit. */
  checkMemory(bytes: number, limits: MemoryLimits): FailedOutcome | undefined {
    const { exclusive, job } = this.assignment;
    const most = exclusive ? limits.exclusive : limits.hard;
    if (bytes <= most) return undefined;
    const reason = `its consumer had ${megabytes(bytes)} of memory, more than the limit of ${megabytes(most)}`;
    const limit = exclusive ? { maxMemoryBytes: most } : { memoryShareBytes: most };
    return { status: 'failed', code: 'TOO_LARGE', reason, limit, ...job.facts };
  }

  /** The report of this try; with `exit` when the consumer ended during it. */
  attempt(exit?: Exit): Attempt {
    return {
      pid: this.#pid,
      tries: this.assignment.tries,
      seconds: Math.round(this.#clock.now() - this.#startedAt) / 1000,
      ...(exit?.code == null ? {} : { exitCode: exit.code }),
      ...(exit?.signal == null ? {} : { signal: exit.signal }),
      ...(exit === undefined || exit.stderrTail === '' ? {} : { stderrTail: exit.stderrTail }),
    };
  }
}

/** The outcome of an image whose consumer crashed on every try. */
export function crashOutcome({ crashes, job }: Assignment, exit: Exit): FailedOutcome {
  const tries = crashes === 1 ? '' : ` (${crashes} tries)`;
  const reason = `the process that worked on it died: ${describeExit(exit)}${tries}`;
  return { status: 'failed', code: 'WORKER_DIED', reason, ...job.facts };
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
