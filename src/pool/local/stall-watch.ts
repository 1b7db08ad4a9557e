// Notices a run in which no consumer makes progress although it should.

export class StallWatch {
  readonly limitMs: number;
  #silentMs = 0;

  /** @param limitMs Milliseconds without any sign of progress after which a run is stalled. */
  constructor(limitMs: number) {
    this.limitMs = limitMs;
  }

  /** To be called at any sign of progress. */
  reset(): void {
    this.#silentMs = 0;
  }

  /** Adds `ms`, in which the pool `isWaiting` for a consumer or not, and returns whether the run is stalled. */
  tick(ms: number, isWaiting: boolean): boolean {
    this.#silentMs = isWaiting ? this.#silentMs + ms : 0;
    return this.#silentMs > this.limitMs;
  }
}
