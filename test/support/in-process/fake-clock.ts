// A clock that stands still until a test advances it.

import type { Cancel, Clock } from '../../../src/pool/clock.js';

interface Timer {
  at: number;
  readonly everyMs: number | undefined;
  readonly act: () => void;
}

export class FakeClock implements Clock {
  #now = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  after(ms: number, act: () => void): Cancel {
    return this.#add({ at: this.#now + ms, everyMs: undefined, act });
  }

  every(ms: number, act: () => void): Cancel {
    return this.#add({ at: this.#now + ms, everyMs: ms, act });
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets `ms` pass: calls every timer that is due, in order, and lets everything that follows from it happen. */
  async advance(ms: number): Promise<void> {
    await settle();
    const end = this.#now + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = next.at;
      if (next.everyMs === undefined) this.#timers.delete(next);
      else next.at += next.everyMs;
      next.act();
      await settle();
    }
    this.#now = end;
  }

  /** Lets `ms` pass at once, as they do while a process is stopped or busy: timers are called late. */
  async skip(ms: number): Promise<void> {
    this.#now += ms;
    for (const timer of this.#timers) if (timer.at < this.#now) timer.at = this.#now;
    await this.advance(0);
  }

  #add(timer: Timer): Cancel {
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  #next(end: number): Timer | undefined {
    const due = [...this.#timers].filter(({ at }) => at <= end);
    return due.sort((a, b) => a.at - b.at)[0];
  }
}

/** Lets promises and immediates run until nothing follows from them; some steps of a pool take several turns. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
