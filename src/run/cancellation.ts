// What ends a run before its photos do: its caller's signal, or its deadline.

import type { StopReason } from './events.js';

/** Milliseconds that running images have after a signal. Images of 10 megapixels take about a hundredth of this. */
export const SIGNAL_GRACE_MS = 5000;

export interface CancellationOptions {
  readonly signal: AbortSignal | undefined;
  /** Milliseconds from now; undefined for none. */
  readonly deadlineMs: number | undefined;
  /** Milliseconds that one image may take. */
  readonly timeoutMs: number;
}

/** Watches for the early end of one run. */
export class Cancellation {
  readonly #controller = new AbortController();
  readonly #options: CancellationOptions;
  readonly #drain: (graceMs: number) => void;
  readonly #timer: NodeJS.Timeout | undefined;
  #reason: StopReason | undefined;

  /** @param drain Called with the milliseconds that running jobs have: by whatever comes first, and again by a signal after a deadline. */
  constructor(options: CancellationOptions, drain: (graceMs: number) => void) {
    this.#options = options;
    this.#drain = drain;
    const { signal, deadlineMs } = options;
    if (signal?.aborted === true) this.#onSignal();
    else signal?.addEventListener('abort', this.#onSignal);
    if (deadlineMs !== undefined) this.#timer = setTimeout(() => this.#onDeadline(), Math.max(deadlineMs, 0));
  }

  /** Aborted when the run is cancelled, and when it has ended for any other reason: the walk ends. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What came first; undefined while the run is not cancelled. */
  get reason(): StopReason | undefined {
    return this.#reason;
  }

  /** To be called when the run ends, however that may be: stops watching, and ends a walk that still goes on. */
  end(): void {
    this.#controller.abort();
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#onSignal);
  }

  readonly #onSignal = () => this.#cancel('signal', SIGNAL_GRACE_MS);

  #onDeadline(): void {
    // Each running job still has its own time, which ends before this one does.
    if (this.#reason === undefined) this.#cancel('deadline', this.#options.timeoutMs);
  }

  #cancel(reason: StopReason, graceMs: number): void {
    this.#reason ??= reason;
    this.#controller.abort();
    this.#drain(graceMs);
  }
}
