// When a run gives up starting consumers.

import type { Clock } from '../clock.js';
import { describeExit, type Exit, isExternalKill } from '../consumer.js';

/** After so many failures in a row, in any slots, further attempts are no likelier to succeed. */
const LIMIT = 3;

/**
 * Milliseconds since the first failure for which the run waits for a living consumer to start a job. After external kills (the OOM
 * killer, say) starts are retried for a minute.
 */
const WAIT_MS = { ownFault: 5000, externalKill: 60_000 } as const;

/** The consumers that live when one has failed. */
export interface LivingConsumers {
  readonly count: number;
  /** Whether one of them has started a job. */
  readonly isProductive: boolean;
}

export class StartupFailures {
  readonly #clock: Clock;
  #count = 0;
  #firstAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** To be called when any consumer has started a job: consumers can be started. */
  reset(): void {
    this.#count = 0;
  }

  /** Counts a failure, and returns why the run must end, or undefined while it may continue. */
  add(exit: Exit, living: LivingConsumers): string | undefined {
    this.#count += 1;
    if (this.#count === 1) this.#firstAt = this.#clock.now();
    if (this.#count < LIMIT || living.isProductive) return undefined;
    const isKilled = isExternalKill(exit);
    const waitMs = WAIT_MS[isKilled ? 'externalKill' : 'ownFault'];
    const mustEndNow = living.count === 0 && !isKilled;
    if (!mustEndNow && this.#clock.now() - this.#firstAt < waitMs) return undefined;
    const hasStarted = exit.code !== null || exit.signal !== null;
    const causes = [hasStarted ? describeExit(exit) : '', exit.stderrTail].filter((cause) => cause !== '');
    return `Consumers cannot be started: ${causes.join('; stderr: ')}`;
  }
}
