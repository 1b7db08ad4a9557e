// Moves jobs from the producer to N consumers, and their results and sentinels to the sink.

import { Readable } from 'node:stream';
import type { Sentinel } from './messages.js';
import type { Job } from './producer.js';
import { type Output, Seat, type SeatOptions } from './seat.js';

/** What the dispatcher needs to know. */
export interface DispatcherOptions extends SeatOptions {
  /** N: the seats, and the sentinels that pass them. */
  readonly consumers: number;
  /** After it no further job is given out; the sentinels go their way. */
  readonly signal?: AbortSignal | undefined;
}

/** One job queued behind the one in work hides the way there and back; a third gained nothing when it was measured. */
const IN_FLIGHT = 2;

interface Place {
  readonly seat: Seat;
  /** Results of this seat that the sink has not taken yet. */
  untaken: number;
}

/** Gives out the jobs of one run. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #places: readonly Place[];
  readonly #outputs = new Readable({ objectMode: true, read: () => {} });
  #wake: () => void = () => {};
  #left = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#places = Array.from({ length: options.consumers }, () => this.#place());
  }

  /** Process ids of the living consumers. */
  get pids(): number[] {
    return this.#places.flatMap(({ seat }) => seat.pid ?? []);
  }

  /** Starts the first `consumers` before their jobs come; no more than there will be jobs. */
  warm(consumers: number): void {
    for (const { seat } of this.#places.slice(0, consumers)) seat.warm();
  }

  /**
   * Results as they come, and N sentinels. A result frees its place when the next one is asked for, so that a slow taker
   * slows the walk. However it ends (by the taker's leaving, or a throw), no consumer is left.
   * @throws {ThumbsError} `OUTPUT` or `CONSUMER`, and whatever the producer throws.
   */
  async *outputs(produced: AsyncIterable<Job | Sentinel>): AsyncGenerator<Output> {
    this.#feed(produced).catch((error: Error) => this.#outputs.destroy(error));
    try {
      const queue: AsyncIterable<{ output: Output; place: Place }> = this.#outputs;
      for await (const { output, place } of queue) {
        yield output;
        if (output.type === 'sentinel') continue;
        place.untaken -= 1;
        this.#wake();
      }
    } finally {
      this.#left = true;
      this.#wake();
      await Promise.all(this.#places.map(({ seat }) => seat.close()));
    }
  }

  #place(): Place {
    const place: Place = {
      untaken: 0,
      seat: new Seat(this.#options, {
        output: (output) => {
          if (output.type === 'result') place.untaken += 1;
          this.#outputs.push({ output, place });
        },
        fail: (error) => this.#outputs.destroy(error),
      }),
    };
    return place;
  }

  async #feed(produced: AsyncIterable<Job | Sentinel>): Promise<void> {
    const waiting = [...this.#places];
    for await (const item of produced) {
      if (item.type === 'sentinel') waiting.shift()?.seat.end();
      else await this.#giveOut(item);
      if (this.#left) return;
    }
  }

  async #giveOut(job: Job): Promise<void> {
    for (;;) {
      if (this.#left || this.#options.signal?.aborted === true) return;
      const seat = this.#vacancy();
      if (seat !== undefined) return seat.give(job);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The seat with least to do; of equals one whose consumer runs, so that none is forked for want of looking. */
  #vacancy(): Seat | undefined {
    let best: Seat | undefined;
    let least = IN_FLIGHT;
    for (const { seat, untaken } of this.#places) {
      const load = seat.holds + untaken;
      if (load > least || (load === least && (best === undefined || seat.pid === undefined))) continue;
      [best, least] = [seat, load];
    }
    return best;
  }
}
