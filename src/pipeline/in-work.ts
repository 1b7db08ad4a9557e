// The image that a consumer works on: its time, its memory, and what there is to tell of the try.

import type { Exit } from './child.js';
import type { Attempt } from './events.js';
import type { MemoryLimits } from './memory.js';
import type { Job } from './planner.js';
import type { FailedOutcome } from './work.js';

/** A job that a seat was given and that is not finished. */
export interface Held {
  readonly id: number;
  readonly job: Job;
  /** Whether no other image is in work anywhere. */
  readonly alone: boolean;
  /** Whether the living consumer has it. */
  sent: boolean;
  /** Consumers that have begun it. */
  tries: number;
  /** Consumers that died while they worked on it, of themselves or by somebody else's hand. */
  deaths: number;
}

export class InWork {
  readonly held: Held;
  readonly #pid: number;
  readonly #startedAt = performance.now();
  /** Time that it has had while this process was awake. */
  #ms = 0;

  constructor(held: Held, pid: number) {
    this.held = held;
    this.#pid = pid;
  }

  /** Counts `ms` more, and tells what follows when they were too many. */
  spend(ms: number, timeoutMs: number): FailedOutcome | undefined {
    this.#ms += ms;
    if (this.#ms < timeoutMs) return undefined;
    const reason = `not finished after ${timeoutMs / 1000} s`;
    return { status: 'failed', code: 'TIMEOUT', reason, limit: { timeoutMs }, ...this.held.job.facts };
  }

  /** Tells what follows when the consumer's resident memory, in bytes, is too much. */
  weigh(bytes: number, { hard, alone }: MemoryLimits): FailedOutcome | undefined {
    const most = this.held.alone ? alone : hard;
    if (bytes <= most) return undefined;
    const reason = `its consumer had ${megabytes(bytes)} of memory, more than the limit of ${megabytes(most)}`;
    const limit = this.held.alone ? { maxMemoryBytes: most } : { memoryShareBytes: most };
    return { status: 'failed', code: 'TOO_LARGE', reason, limit, ...this.held.job.facts };
  }

  /** What is told of the try; `exit` when the consumer died of it. */
  attempt(exit?: Exit): Attempt {
    return {
      pid: this.#pid,
      tries: this.held.tries,
      seconds: Math.round(performance.now() - this.#startedAt) / 1000,
      ...(exit?.code == null ? {} : { exitCode: exit.code }),
      ...(exit?.signal == null ? {} : { signal: exit.signal }),
      ...(exit === undefined || exit.lastWords === '' ? {} : { lastWords: exit.lastWords }),
    };
  }
}

/** The image's record when its consumer has died as often as tries were allowed. */
export function deathOf({ deaths, job }: Held, exit: Exit): FailedOutcome {
  const tries = deaths === 1 ? '' : ` (${deaths} tries)`;
  return {
    status: 'failed',
    code: 'WORKER_DIED',
    reason: `the process that worked on it died: ${manner(exit)}${tries}`,
    ...job.facts,
  };
}

/** How a process ended: `signal SIGSEGV`, `exit code 3`. */
export function manner({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
