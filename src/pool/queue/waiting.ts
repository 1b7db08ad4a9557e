// What a run with a queue waits for, and when it has waited too long.

/** How a run says what it waits for. */
export interface WaitingListener {
  /** @param waitsFor On one line; undefined when the run goes on. */
  onChange(waitsFor: string | undefined): void;
  /** Called once, when the run has waited longer than it may. */
  onTooLong(waitsFor: string): void;
}

export class Waiting {
  readonly #timeoutMs: number;
  readonly #listener: WaitingListener;
  #waitsFor: string | undefined;
  #since: number | undefined;
  #isOver = false;

  /** @param timeoutMs Milliseconds that it may wait, for whatever it is. */
  constructor(timeoutMs: number, listener: WaitingListener) {
    this.#timeoutMs = timeoutMs;
    this.#listener = listener;
  }

  /**
   * To be called every second.
   * @param waitsFor Undefined when the run waits for nothing.
   * @param isPatient Whether what it waits for is sure to come, in its time.
   */
  update(waitsFor: string | undefined, isPatient = false): void {
    const now = performance.now();
    this.#since = waitsFor === undefined ? undefined : (this.#since ?? now);
    if (waitsFor !== this.#waitsFor) this.#listener.onChange(waitsFor);
    this.#waitsFor = waitsFor;
    if (waitsFor === undefined || this.#since === undefined || isPatient || this.#isOver) return;
    if (now - this.#since < this.#timeoutMs) return;
    this.#isOver = true;
    this.#listener.onTooLong(waitsFor);
  }
}
