// How long a slot waits before it starts a consumer again after a startup failure: one that ended before it started any job.

import type { Cancel, Clock } from '../clock.js';
import { type Exit, isExternalKill } from '../consumer.js';

/** What was missing (processes, memory, descriptors) may be available again by then. */
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5000;

/** Exponential, except after external kills: a longer delay does not make the next kill less likely. */
export class BackOff {
  readonly #clock: Clock;
  #failures = 0;
  #cancel: Cancel | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isWaiting(): boolean {
    return this.#cancel !== undefined;
  }

  /** Waits, then calls `onEnd`. */
  wait(exit: Exit, onEnd: () => void): void {
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** this.#failures, MAX_DELAY_MS);
    if (!isExternalKill(exit)) this.#failures += 1;
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#cancel = undefined;
      onEnd();
    });
  }

  /** Waits no longer, and calls nothing. */
  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** To be called when a consumer has started a job. */
  reset(): void {
    this.#failures = 0;
  }
}
