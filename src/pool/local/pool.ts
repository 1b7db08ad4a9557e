// The N slots of a run: gives out the jobs, and passes results and sentinels to the sink.

import { Readable } from 'node:stream';
import { consumerError } from '../../errors.js';
import type { Identified, Job, PoolOutput, Sentinel, Unchanged } from '../../job.js';
import { printable } from '../../printable.js';
import { type Clock, systemClock } from '../clock.js';
import type { Consumer, Exit, Transport } from '../consumer.js';
import { UNCHANGED_AHEAD } from '../job-pool.js';
import { Slot, type SlotOptions } from './slot.js';
import { StallWatch } from './stall-watch.js';
import { StartupFailures } from './startup-failures.js';
import { IDLE_TIMEOUT_MS } from './supervised-consumer.js';

/** @template Answer What is passed on of a photo that was read, if somebody else plans it. */
export interface PoolOptions<Answer = never> extends SlotOptions {
  /** N: the number of slots, and of the sentinels that pass them. */
  readonly consumers: number;
  /** What is to be done with a photo that was read: nothing more, if its content is on record; else something is to be made. */
  readonly planIdentified: (job: Job, identified: Identified) => Job | Unchanged | NoInfer<Answer>;
  readonly residentMemory: Transport['residentMemory'];
  /** Milliseconds without progress that are allowed after the longer of `timeoutMs` and `idleTimeoutMs`. @default STALL_MS */
  readonly stallMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** A decoder can allocate some 100 MB between two checks. Elsewhere than on Linux each check starts a process. */
const TICK_MS = process.platform === 'linux' ? 100 : 1000;

/** By then the slots should have killed every consumer that hangs. */
const STALL_MS = 10_000;

function isJob(planned: { readonly type: string }): planned is Job {
  return planned.type === 'job';
}

/** A job that waits to be given out once more. */
interface Requeued {
  readonly job: Job;
  readonly exclusive: boolean;
}

export class Pool<Answer extends { readonly type: string } = never> {
  readonly #options: PoolOptions<Answer>;
  readonly #clock: Clock;
  readonly #slots: readonly Slot[];
  /** Results of each slot that the sink has not taken yet. */
  readonly #untaken = new Map<Slot, number>();
  readonly #outputs = new Readable({ objectMode: true, read: () => {} });
  /** Exclusive jobs are at the front. */
  readonly #requeued: Requeued[] = [];
  readonly #startupFailures: StartupFailures;
  readonly #stallWatch: StallWatch;
  #notify: () => void = () => {};
  #isOver = false;
  #crashes = 0;

  constructor(options: PoolOptions<Answer>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#startupFailures = new StartupFailures(this.#clock);
    const { timeoutMs, idleTimeoutMs = IDLE_TIMEOUT_MS, stallMs = STALL_MS } = options;
    this.#stallWatch = new StallWatch(Math.max(timeoutMs, idleTimeoutMs) + stallMs);
    this.#slots = Array.from({ length: options.consumers }, () => this.#createSlot());
    // An error may come before anybody iterates; it is thrown then.
    this.#outputs.on('error', () => {});
  }

  get slots(): number {
    return this.#slots.length;
  }

  /** The living consumers. */
  get consumers(): Consumer[] {
    return this.#slots.flatMap(({ consumer }) => consumer ?? []);
  }

  /** Consumers that did not exit in order; each may have left a temporary file. */
  get crashes(): number {
    return this.#crashes;
  }

  /** Starts the first `consumers` before their jobs are known; never more than there will be jobs. */
  prefork(consumers: number): void {
    for (const slot of this.#slots.slice(0, consumers)) slot.prefork();
  }

  /** Ends the work before the jobs end: no job is started, running ones have `graceMs`, and every slot emits its sentinel. */
  drain(graceMs: number): void {
    this.#isOver = true;
    for (const slot of this.#slots) slot.drain(graceMs);
    this.#notify();
  }

  /**
   * Results as they come, and N sentinels. A result frees its slot's capacity when the next one is asked for, so a slow reader slows
   * the walk. However the iteration ends (a `break`, a throw), no consumer is left.
   * @throws {ThumbsError} `OUTPUT` or `CONSUMER`, and whatever `produced` throws.
   */
  async *outputs(produced: AsyncIterable<Job | Unchanged | Sentinel>): AsyncGenerator<PoolOutput | Answer> {
    this.#feed(produced).catch((error: Error) => this.#outputs.destroy(error));
    const stopTicking = this.#startTicking();
    try {
      const queue: AsyncIterable<{ output: PoolOutput | Answer; slot?: Slot }> = this.#outputs;
      for await (const { output, slot } of queue) {
        yield output;
        if (output.type === 'sentinel') continue;
        if (slot !== undefined) this.#untaken.set(slot, this.#untakenOf(slot) - 1);
        this.#onChange();
      }
    } finally {
      stopTicking();
      await this.close();
    }
  }

  /** Resolves when no consumer is left, whether or not anybody has asked for outputs. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#notify();
    await Promise.all(this.#slots.map((slot) => slot.close()));
    // Whoever still waits for outputs gets none.
    this.#outputs.push(null);
  }

  #createSlot(): Slot {
    const slot: Slot = new Slot(
      this.#options,
      {
        onOutput: (output) => this.#emit(output, slot),
        onIdentified: (job, identified) => this.#onIdentified(slot, job, identified),
        onReturned: (job) => this.#requeued.push({ job, exclusive: false }),
        onDeferred: (job) => this.#requeued.unshift({ job, exclusive: true }),
        onStarted: () => this.#startupFailures.reset(),
        onStartupFailure: (exit) => this.#onStartupFailure(exit),
        onChange: () => {
          this.#stallWatch.reset();
          this.#onChange();
        },
        onCrash: () => {
          this.#crashes += 1;
        },
        onError: (error) => this.#outputs.destroy(error),
      },
      this.#clock,
    );
    return slot;
  }

  #untakenOf(slot: Slot): number {
    return this.#untaken.get(slot) ?? 0;
  }

  #emit(output: PoolOutput | Answer, slot: Slot): void {
    if (output.type !== 'sentinel') this.#untaken.set(slot, this.#untakenOf(slot) + 1);
    this.#outputs.push({ output, slot });
  }

  #onIdentified(slot: Slot, job: Job, identified: Identified): void {
    try {
      const planned = this.#options.planIdentified(job, identified);
      if (isJob(planned)) this.#requeued.push({ job: planned, exclusive: false });
      else this.#emit(planned, slot);
    } catch (error) {
      this.#outputs.destroy(error as Error);
    }
  }

  async #feed(produced: AsyncIterable<Job | Unchanged | Sentinel>): Promise<void> {
    const unfinished = [...this.#slots];
    for await (const item of produced) {
      if (item.type === 'job') await this.#giveOut(item);
      else if (item.type === 'unchanged') await this.#passOn(item);
      else await this.#allFinished();
      if (this.#isOver) return;
      if (item.type === 'sentinel') unfinished.shift()?.finish();
    }
  }

  /** Gives `job` to a slot, as soon as nothing is requeued and one has capacity. */
  async #giveOut(job: Job): Promise<void> {
    while (!this.#isOver) {
      const slot = this.#requeued.length === 0 ? this.#freeSlot(false) : undefined;
      if (slot !== undefined) {
        slot.assign(job, false);
        return;
      }
      await this.#nextChange();
    }
  }

  /** Resolves when every job is finished: only then no slot can return one. */
  async #allFinished(): Promise<void> {
    while (!this.#isOver && (this.#requeued.length > 0 || this.#isBusy())) await this.#nextChange();
  }

  /** A slot may have capacity. What was requeued is given out here, because the producer may be long in finding its next photo. */
  #onChange(): void {
    while (!this.#isOver) {
      const [next] = this.#requeued;
      const slot = next && this.#freeSlot(next.exclusive);
      if (next === undefined || slot === undefined) break;
      // First, because an assignment that starts a consumer is a change itself.
      this.#requeued.shift();
      slot.assign(next.job, next.exclusive);
    }
    this.#notify();
  }

  /** Passes on what needs no consumer, as soon as the sink has read enough of what is before it. */
  async #passOn(output: Unchanged): Promise<void> {
    while (!this.#isOver && this.#outputs.readableLength >= UNCHANGED_AHEAD) await this.#nextChange();
    if (!this.#isOver) this.#outputs.push({ output });
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => {
      this.#notify = resolve;
    });
  }

  /** Whether any slot has a job. */
  #isBusy(): boolean {
    return this.#slots.some(({ load }) => load > 0);
  }

  /**
   * The slot with the least to do; of equals one whose consumer runs, so that none is started needlessly. Undefined while an
   * exclusive job runs, and for an exclusive job until all slots are idle.
   */
  #freeSlot(exclusive: boolean): Slot | undefined {
    const isBlocked = exclusive ? this.#isBusy() : this.#slots.some(({ hasExclusive }) => hasExclusive);
    if (isBlocked) return undefined;
    let best: Slot | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const slot of this.#slots) {
      const untaken = this.#untakenOf(slot);
      if (slot.capacity <= untaken) continue;
      const load = slot.load + untaken;
      if (load > least || (load === least && (best === undefined || slot.consumer === undefined))) continue;
      [best, least] = [slot, load];
    }
    return best;
  }

  #startTicking(): () => void {
    let last = this.#clock.now();
    let isMeasuring = false;
    return this.#clock.every(TICK_MS, () => {
      // If this process was stopped, asleep or busy, the whole pause counts as two ticks at most: the consumers were stopped as well, or
      // have sent messages that are not read yet.
      const ms = Math.min(this.#clock.now() - last, 2 * TICK_MS);
      last = this.#clock.now();
      this.#watchForStall(ms);
      for (const slot of this.#slots) slot.tick(ms);
      if (isMeasuring) return;
      isMeasuring = true;
      const check = (bytes: ReadonlyMap<Consumer, number>) => {
        isMeasuring = false;
        for (const slot of this.#slots)
          if (slot.consumer !== undefined) slot.checkMemory(bytes.get(slot.consumer) ?? 0);
      };
      this.#options
        .residentMemory(this.consumers)
        .then(check)
        .catch((error: Error) => this.#outputs.destroy(error));
    });
  }

  #watchForStall(ms: number): void {
    const waiting = this.#slots.find(({ waitingFor }) => waitingFor !== undefined);
    if (!this.#stallWatch.tick(ms, waiting !== undefined)) return;
    const seconds = this.#stallWatch.limitMs / 1000;
    const consumer = `consumer ${waiting?.consumer?.pid ?? '(not started)'}`;
    const cause = `no consumer sent anything for ${seconds} s; waiting for ${consumer}: ${printable(waiting?.waitingFor ?? '')}`;
    this.#outputs.destroy(consumerError(`Stalled: ${cause}`));
  }

  #onStartupFailure(exit: Exit): void {
    const living = this.#slots.filter(({ consumer }) => consumer !== undefined);
    const isProductive = living.some((slot) => slot.isProductive);
    const message = this.#startupFailures.add(exit, { count: living.length, isProductive });
    if (message !== undefined) this.#outputs.destroy(consumerError(message));
  }
}
