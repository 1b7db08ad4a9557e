// What ends a run before its photos do: its caller's signal, or its deadline.

import type { StopReason } from './events.js';

/** An image of 10 megapixels takes a tenth of this; a person who waits for Ctrl-C has no more patience. */
const SIGNAL_GRACE_MS = 5000;

/** What a stop needs to know. */
export interface StopOptions {
  readonly signal: AbortSignal | undefined;
  /** Milliseconds from now; undefined for none. */
  readonly deadlineMs: number | undefined;
  /** Milliseconds that one image may take. */
  readonly timeoutMs: number;
}

/** Watches for the end of one run. */
export class Stop {
  readonly #controller = new AbortController();
  readonly #options: StopOptions;
  readonly #halt: (graceMs: number) => void;
  readonly #timer: NodeJS.Timeout | undefined;
  #reason: StopReason | undefined;

  /** @param halt Told how many milliseconds the images in work have: first by what comes first, then by what is stricter. */
  constructor(options: StopOptions, halt: (graceMs: number) => void) {
    this.#options = options;
    this.#halt = halt;
    const { signal, deadlineMs } = options;
    if (signal?.aborted === true) this.#onSignal();
    else signal?.addEventListener('abort', this.#onSignal);
    if (deadlineMs !== undefined) this.#timer = setTimeout(() => this.#onDeadline(), Math.max(deadlineMs, 0));
  }

  /** Aborted at the stop: no further photo is to be looked for. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What came first. */
  get reason(): StopReason | undefined {
    return this.#reason;
  }

  /** Watches no longer. */
  release(): void {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#onSignal);
  }

  readonly #onSignal = () => this.#stop('signal', SIGNAL_GRACE_MS);

  #onDeadline(): void {
    // Each image in work has its own time still, which ends before this does.
    if (this.#reason === undefined) this.#stop('deadline', this.#options.timeoutMs);
  }

  #stop(reason: StopReason, graceMs: number): void {
    this.#reason ??= reason;
    this.#controller.abort();
    this.#halt(graceMs);
  }
}
