// Where a slot's one sentinel is: not received from the producer, pending in the slot, sent to the consumer, emitted to the sink.

export class SlotSentinel {
  #state: 'awaited' | 'pending' | 'sent' | 'emitted' = 'awaited';

  /** Whether the producer's sentinel has reached the slot: no job follows. */
  get isReceived(): boolean {
    return this.#state !== 'awaited';
  }

  /** Whether the slot has it: a consumer is to get it, or the slot emits it itself. */
  get isPending(): boolean {
    return this.#state === 'pending';
  }

  /** Whether the present consumer has it. */
  get isSent(): boolean {
    return this.#state === 'sent';
  }

  get isEmitted(): boolean {
    return this.#state === 'emitted';
  }

  receive(): void {
    if (this.#state === 'awaited') this.#state = 'pending';
  }

  send(): void {
    this.#state = 'sent';
  }

  /** After the consumer's end: a sentinel that it had not emitted is the slot's again. */
  takeBack(): void {
    if (this.#state === 'sent') this.#state = 'pending';
  }

  emit(): void {
    this.#state = 'emitted';
  }
}
