// Moves jobs from the producer to N consumers, and their results and sentinels to the sink.

import { Readable } from 'node:stream';
import { ThumbsError } from '../errors.js';
import type { ManifestRecord } from '../manifest/record.js';
import { printable } from '../printable.js';
import { type Exit, isKilled } from './child.js';
import { manner } from './in-work.js';
import { residentMemory } from './memory.js';
import type { Sentinel } from './messages.js';
import type { Carried, Job } from './planner.js';
import { QUIET_MS, Seat, type SeatOptions, type SeatOutput } from './seat.js';
import type { Identified } from './work.js';

/** What the dispatcher needs to know. */
export interface DispatcherOptions extends SeatOptions {
  /** N: the seats, and the sentinels that pass them. */
  readonly consumers: number;
  /** The record of a photo whose content is known; one whose content is not is made. */
  readonly recognize: (path: string, identified: Identified) => ManifestRecord | undefined;
  /** Milliseconds of silence that are granted beyond all other limits. @default STALL_MS */
  readonly stallMs?: number;
}

/** Often enough that a decoder gets hold of some 100 MB between two looks; asking anything but /proc costs a process. */
const TICK_MS = process.platform === 'linux' ? 100 : 1000;

/** Beyond the time of an image, or of a silent consumer, after which its seat should have killed it. */
const STALL_MS = 10_000;

/** Consumers that died in a row before any began a job: further ones will not fare better. */
const STILLBORN_LIMIT = 3;

/**
 * Milliseconds in which others may still begin one. Those that somebody killed, a person or the kernel for want of memory,
 * prove less than those that ended themselves.
 */
const PATIENCE_MS = { ended: 5000, killed: 60_000 } as const;

/** What passes the dispatcher on its way to the sink. */
export type Output = SeatOutput | Carried;

/** Photos carried over that wait for the sink: enough to keep it busy, and next to no memory. */
const CARRIED_AHEAD = 256;

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
  /** Jobs that seats gave back; at the front those that are to be alone. */
  readonly #again: Array<{ readonly job: Job; readonly alone: boolean }> = [];
  #wake: () => void = () => {};
  #over = false;
  #stillborn = 0;
  #stillbornSince = 0;
  #deaths = 0;
  #silentMs = 0;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#places = Array.from({ length: options.consumers }, () => this.#place());
    // It may come before anybody iterates, who then gets it.
    this.#outputs.on('error', () => {});
  }

  /** Process ids of the living consumers. */
  get pids(): number[] {
    return this.#places.flatMap(({ seat }) => seat.pid ?? []);
  }

  /** Consumers that did not end of themselves; each may have left a temporary file. */
  get deaths(): number {
    return this.#deaths;
  }

  /** Starts the first `consumers` before their jobs come; no more than there will be jobs. */
  warm(consumers: number): void {
    for (const { seat } of this.#places.slice(0, consumers)) seat.warm();
  }

  /**
   * Ends the work before the jobs end: none is begun any more, those in work have `graceMs`, and the sentinels go their
   * way without the producer's.
   */
  halt(graceMs: number): void {
    this.#over = true;
    for (const { seat } of this.#places) seat.halt(graceMs);
    this.#wake();
  }

  /**
   * Results as they come, and N sentinels. A result frees its place when the next one is asked for, so that a slow taker
   * slows the walk. However it ends (by the taker's leaving, or a throw), no consumer is left.
   * @throws {ThumbsError} `OUTPUT` or `CONSUMER`, and whatever the producer throws.
   */
  async *outputs(produced: AsyncIterable<Job | Carried | Sentinel>): AsyncGenerator<Output> {
    this.#feed(produced).catch((error: Error) => this.#outputs.destroy(error));
    const ticking = this.#startTicking();
    try {
      const queue: AsyncIterable<{ output: Output; place?: Place }> = this.#outputs;
      for await (const { output, place } of queue) {
        yield output;
        if (output.type === 'sentinel') continue;
        if (place !== undefined) place.untaken -= 1;
        this.#wake();
      }
    } finally {
      clearInterval(ticking);
      await this.close();
    }
  }

  /** Resolves when no consumer is left, whether or not anybody has asked for outputs. */
  async close(): Promise<void> {
    this.#over = true;
    this.#wake();
    await Promise.all(this.#places.map(({ seat }) => seat.close()));
  }

  #place(): Place {
    const place: Place = {
      untaken: 0,
      seat: new Seat(this.#options, {
        output: (output) => this.#passFrom(place, output),
        identified: (job, identified) => this.#recognize(place, job, identified),
        returned: (job) => this.#again.push({ job, alone: false }),
        deferred: (job) => this.#again.unshift({ job, alone: true }),
        begun: () => {
          this.#stillborn = 0;
        },
        stillborn: (exit) => this.#countStillborn(exit),
        changed: () => {
          this.#silentMs = 0;
          this.#wake();
        },
        died: () => {
          this.#deaths += 1;
        },
        fail: (error) => this.#outputs.destroy(error),
      }),
    };
    return place;
  }

  #passFrom(place: Place, output: Output): void {
    if (output.type !== 'sentinel') place.untaken += 1;
    this.#outputs.push({ output, place });
  }

  #recognize(place: Place, job: Job, identified: Identified): void {
    try {
      const record = this.#options.recognize(job.path, identified);
      if (record === undefined) this.#again.push({ job: { ...job, task: 'make' }, alone: false });
      else this.#passFrom(place, { type: 'carried', path: job.path, record, by: 'content' });
    } catch (error) {
      this.#outputs.destroy(error as Error);
    }
  }

  async #feed(produced: AsyncIterable<Job | Carried | Sentinel>): Promise<void> {
    const waiting = [...this.#places];
    for await (const item of produced) {
      if (item.type === 'job') await this.#giveOut(item);
      else if (item.type === 'carried') await this.#passOn(item);
      else await this.#giveOut();
      if (this.#over) return;
      if (item.type === 'sentinel') waiting.shift()?.seat.end();
    }
  }

  /**
   * Gives out what waits to be given again, then `job`, and resolves when that is with a consumer. Without a job it
   * resolves when every one is finished: only then no seat has anything to give back.
   */
  async #giveOut(job?: Job): Promise<void> {
    while (!this.#over) {
      const [again] = this.#again;
      const next = again ?? (job === undefined ? undefined : { job, alone: false });
      if (next === undefined && !this.#isBusy()) return;
      const seat = this.#vacancy(next?.alone ?? false);
      if (seat === undefined || next === undefined) {
        await this.#change();
        continue;
      }
      seat.give(next.job, next.alone);
      if (again === undefined) return;
      this.#again.shift();
    }
  }

  /** Passes on what needs no consumer, when the sink has room for it. */
  async #passOn(output: Carried): Promise<void> {
    while (!this.#over && this.#outputs.readableLength >= CARRIED_AHEAD) await this.#change();
    if (!this.#over) this.#outputs.push({ output });
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Whether any image is with a consumer. */
  #isBusy(): boolean {
    return this.#places.some(({ seat }) => seat.holds > 0);
  }

  /**
   * The seat with least to do; of equals one whose consumer runs, so that none is forked for want of looking. None while
   * an image is alone, and none for one that is to be alone until all are idle.
   */
  #vacancy(alone: boolean): Seat | undefined {
    if (alone ? this.#isBusy() : this.#places.some(({ seat }) => seat.isAlone)) return undefined;
    let best: Seat | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const { seat, untaken } of this.#places) {
      if (seat.room <= untaken) continue;
      const load = seat.holds + untaken;
      if (load > least || (load === least && (best === undefined || seat.pid === undefined))) continue;
      [best, least] = [seat, load];
    }
    return best;
  }

  #startTicking(): NodeJS.Timeout {
    let last = performance.now();
    let looking = false;
    return setInterval(() => {
      // A process that was stopped, asleep or busy counts one tick for all that time: so did its consumers, or they
      // have answered, and it has not read it yet.
      const ms = Math.min(performance.now() - last, 2 * TICK_MS);
      last = performance.now();
      this.#watchForStall(ms);
      for (const { seat } of this.#places) seat.tick(ms);
      if (looking) return;
      looking = true;
      void residentMemory(this.pids).then((bytes) => {
        looking = false;
        for (const { seat } of this.#places) seat.weigh(bytes.get(seat.pid ?? 0) ?? 0);
      });
    }, TICK_MS);
  }

  #watchForStall(ms: number): void {
    const owing = this.#places.find(({ seat }) => seat.owes !== undefined)?.seat;
    this.#silentMs = owing === undefined ? 0 : this.#silentMs + ms;
    const { timeoutMs, quietMs = QUIET_MS, stallMs = STALL_MS } = this.#options;
    const limit = Math.max(timeoutMs, quietMs) + stallMs;
    if (this.#silentMs <= limit) return;
    const last = `consumer ${owing?.pid ?? '(not started)'} with ${printable(owing?.owes ?? '')}`;
    const message = `Stalled: nothing was heard of any consumer for ${limit / 1000} s, last of ${last}`;
    this.#outputs.destroy(new ThumbsError('CONSUMER', message));
  }

  #countStillborn(exit: Exit): void {
    this.#stillborn += 1;
    if (this.#stillborn === 1) this.#stillbornSince = performance.now();
    const alive = this.#places.map(({ seat }) => seat).filter(({ pid }) => pid !== undefined);
    if (this.#stillborn < STILLBORN_LIMIT || alive.some(({ isProductive }) => isProductive)) return;
    const hopeless = alive.length === 0 && !isKilled(exit);
    const patienceMs = PATIENCE_MS[isKilled(exit) ? 'killed' : 'ended'];
    if (!hopeless && performance.now() - this.#stillbornSince < patienceMs) return;
    const words = [exit.code === null && exit.signal === null ? '' : manner(exit), exit.lastWords];
    const cause = words.filter((word) => word !== '').join('; it said: ');
    this.#outputs.destroy(new ThumbsError('CONSUMER', `Consumers cannot be started: ${cause}`));
  }
}
