// One of the N places of a consumer: what it holds, whose time and memory run, and what follows from its death.
//
// A seat forks when it is given its first job, and passes exactly one sentinel on: through its consumer, or itself when
// it has none. An image whose consumer died is tried again here, alone; what was only queued goes back to the dispatcher.

import { fromWire, type ThumbsError, unreachable } from '../errors.js';
import { Child, consumerEntry, type Exit, isKilled } from './child.js';
import type { Attempt } from './events.js';
import { deathOf, type Held, InWork } from './in-work.js';
import type { MemoryLimits } from './memory.js';
import type { Result, Sentinel, ToDispatcher, Usage } from './messages.js';
import type { Job } from './planner.js';
import type { FailedOutcome, Identified, Outcome, WorkOptions } from './work.js';

/** What a seat needs to know. */
export interface SeatOptions {
  readonly work: WorkOptions;
  /** Milliseconds for one image in work. */
  readonly timeoutMs: number;
  /** Further tries of an image whose consumer died. */
  readonly retries: number;
  readonly memory: MemoryLimits;
  /** Another consumer's entry, for tests of what a consumer may do. @default consumerEntry */
  readonly entry?: URL;
  /** Milliseconds that a consumer may be silent while it has no image in work. @default QUIET_MS */
  readonly quietMs?: number;
}

/** A finished job. */
export interface JobResult {
  readonly type: 'result';
  readonly job: Job;
  readonly outcome: Outcome;
  readonly attempt: Attempt;
}

/** A sentinel that has passed its seat, with what the seat's consumers used, as far as they could tell. */
export interface SeatSentinel extends Sentinel {
  readonly usage: Usage;
}

/** What leaves a seat. */
export type SeatOutput = JobResult | SeatSentinel;

/** What a seat tells the dispatcher. */
export interface SeatListener {
  output(output: SeatOutput): void;
  /** A job that its consumer did not begin: it is anybody's. */
  returned(job: Job): void;
  /** A job that needs more memory than a consumer's share, and is to be given again alone. */
  deferred(job: Job): void;
  /** A job whose content was to be identified, and is. */
  identified(job: Job, identified: Identified): void;
  /** A consumer has begun a job: consumers can be started. */
  begun(): void;
  /** A consumer died before it began any. */
  stillborn(exit: Exit): void;
  /** A consumer did not end of itself. */
  died(): void;
  /** A consumer was heard, started or ended: there may be room, and nothing stands still. */
  changed(): void;
  /** The run cannot go on. */
  fail(error: ThumbsError): void;
}

/** One job queued behind the one in work hides the way there and back; a third gained nothing when it was measured. */
const IN_FLIGHT = 2;

/** Long enough to start Node.js and load sharp from a slow disk. */
export const QUIET_MS = 30_000;

/**
 * After a death at birth: what was missing (processes, memory, descriptors) may be there again. It doubles each time, but
 * for those that were killed: fewer at once would only be easier to hit.
 */
const FIRST_REST_MS = 100;
const LONGEST_REST_MS = 5000;

/** A consumer that was killed for its image, and why. */
interface Verdict {
  readonly inWork: InWork;
  readonly failure: FailedOutcome;
}

export class Seat {
  readonly #options: SeatOptions;
  readonly #listener: SeatListener;
  #child: Child | undefined;
  /** In the order that the consumer does them. */
  #held: Held[] = [];
  #inWork: InWork | undefined;
  #verdict: Verdict | undefined;
  /** Whether the living consumer has begun a job. */
  #hasBegun = false;
  /** Whether the living consumer was told to retire. */
  #retiring = false;
  /** Whether a consumer is to be there before it is needed: one has been, and jobs still come. */
  #replaces = false;
  #rest: NodeJS.Timeout | undefined;
  #stillbirths = 0;
  #quietMs = 0;
  #sentinel: 'none' | 'due' | 'sent' | 'passed' = 'none';
  #halted = false;
  /** Whether the image in work was given up because the run is to end. */
  #gaveUp = false;
  #grace: NodeJS.Timeout | undefined;
  #usage: Usage = { peakMemoryBytes: 0, cpuMs: 0 };
  #nextId = 1;
  #closed = false;

  constructor(options: SeatOptions, listener: SeatListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** Jobs given and not finished. */
  get holds(): number {
    return this.#held.length;
  }

  /** Jobs that may be given now. None behind an image that has cost a consumer its life, or that is to be alone. */
  get room(): number {
    const reserved = this.#held.some(({ deaths, alone }) => deaths > 0 || alone);
    const shut = this.#closed || this.#halted || this.#sentinel !== 'none';
    return reserved || shut || this.#retiring || this.#rest !== undefined ? 0 : IN_FLIGHT - this.#held.length;
  }

  /** The consumer's process id, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Whether it has an image that no other must be in work beside. */
  get isAlone(): boolean {
    return this.#held.some(({ alone }) => alone);
  }

  /** Whether the living consumer has begun a job. */
  get isProductive(): boolean {
    return this.#child !== undefined && this.#hasBegun;
  }

  /** What is waited for, for a message; undefined when nothing is. */
  get owes(): string | undefined {
    if (this.#held[0] !== undefined) return this.#held[0].job.path;
    if (this.#retiring) return 'its end';
    return this.#sentinel === 'due' || this.#sentinel === 'sent' ? 'its sentinel' : undefined;
  }

  /** Starts the consumer before its first job, which is sure to come. */
  warm(): void {
    if (this.#child === undefined && this.#sentinel === 'none') this.#fork();
  }

  /** Gives the seat a job, and a consumer if it has none. `alone`: no other image is in work anywhere. */
  give(job: Job, alone: boolean): void {
    this.#held.push({ id: this.#nextId++, job, alone, sent: false, tries: 0, deaths: 0 });
    this.#quietMs = 0;
    this.#goOn();
  }

  /** No job comes after it. */
  end(): void {
    this.#sentinel = 'due';
    this.#quietMs = 0;
    this.#goOn();
  }

  /**
   * Begins no further job, and passes the sentinel on as soon as the image in work is finished. After `graceMs` that one
   * is given up. What is not finished leaves no result.
   */
  halt(graceMs: number): void {
    if (this.#closed) return;
    clearTimeout(this.#grace);
    this.#grace = setTimeout(() => {
      this.#gaveUp = true;
      this.#child?.kill();
    }, graceMs);
    if (this.#halted) return;
    this.#halted = true;
    this.#quietMs = 0;
    if (this.#sentinel === 'none') this.#sentinel = 'due';
    clearTimeout(this.#rest);
    this.#rest = undefined;
    if (this.#child === undefined) this.#held = [];
    else this.#retire();
    this.#goOn();
  }

  /** Counts `ms` of time in which this process was awake. */
  tick(ms: number): void {
    const { timeoutMs, quietMs = QUIET_MS } = this.#options;
    const inWork = this.#inWork;
    this.#quietMs += ms;
    if (inWork === undefined) {
      if (this.owes !== undefined && this.#quietMs > quietMs) this.#child?.kill();
      return;
    }
    const failure = inWork.spend(ms, timeoutMs);
    // A process that was busy runs its timers before it reads what has come meanwhile: a look at that comes first.
    if (failure !== undefined) setImmediate(() => this.#condemn({ inWork, failure }));
  }

  /** Looks at the resident memory that the consumer has, in bytes. */
  weigh(residentBytes: number): void {
    const inWork = this.#inWork;
    const failure = inWork?.weigh(residentBytes, this.#options.memory);
    if (inWork !== undefined && failure !== undefined) this.#condemn({ inWork, failure });
  }

  /** Resolves when no consumer is left: one that passed its sentinel is waited for, any other is killed. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of [this.#rest, this.#grace]) clearTimeout(timer);
    if (this.#sentinel !== 'passed') this.#child?.kill();
    await this.#child?.close();
  }

  /** Sends what can be sent, forks if there is a need, pays the sentinel if there is nobody to pass it. */
  #goOn(): void {
    if (this.#closed) return;
    const wanted = this.#held.length > 0 || (this.#replaces && this.#sentinel === 'none');
    if (this.#child === undefined && wanted) {
      if (this.#rest !== undefined) return;
      this.#fork();
    }
    if (this.#child === undefined) {
      if (this.#sentinel === 'due') this.#pass();
      return;
    }
    if (this.#retiring) return;
    for (const held of this.#held) {
      if (held.sent) continue;
      held.sent = true;
      const { path, task } = held.job;
      this.#child.send({ type: 'job', id: held.id, path, task, alone: held.alone });
    }
    if (this.#sentinel === 'due') {
      this.#child.send({ type: 'sentinel' });
      this.#sentinel = 'sent';
    }
  }

  #fork(): void {
    this.#hasBegun = false;
    this.#retiring = false;
    this.#quietMs = 0;
    this.#child = new Child(this.#options.entry ?? consumerEntry, {
      message: (message) => this.#hear(message),
      exited: (exit) => this.#bury(exit),
    });
    this.#child.send({ type: 'configure', work: this.#options.work });
    this.#listener.changed();
  }

  #retire(): void {
    if (this.#retiring || this.#sentinel === 'sent') return;
    this.#retiring = true;
    this.#child?.send({ type: 'retire' });
  }

  #hear(message: ToDispatcher): void {
    if (this.#closed) return;
    this.#quietMs = 0;
    switch (message.type) {
      case 'started':
        this.#start(message.id);
        break;
      case 'result':
        this.#take(message);
        this.#goOn();
        break;
      case 'fatal':
        this.#listener.fail(fromWire(message.error));
        break;
      case 'retired':
        this.#count(message.usage);
        break;
      case 'sentinel':
        this.#count(message.usage);
        this.#pass();
        break;
      default:
        unreachable(message);
    }
    this.#listener.changed();
  }

  #start(id: number): void {
    this.#hasBegun = true;
    this.#stillbirths = 0;
    this.#listener.begun();
    const held = this.#held.find((each) => each.id === id);
    if (held === undefined) return;
    held.tries += 1;
    this.#inWork = new InWork(held, this.#child?.pid ?? 0);
  }

  #condemn(verdict: Verdict): void {
    if (this.#inWork !== verdict.inWork || this.#verdict !== undefined) return;
    this.#verdict = verdict;
    this.#child?.kill();
  }

  #take({ id, outcome, residentBytes }: Result): void {
    const inWork = this.#inWork;
    if (inWork?.held.id !== id) return;
    switch (outcome.status) {
      case 'deferred':
        this.#drop(inWork);
        this.#listener.deferred(inWork.held.job);
        break;
      case 'identified':
        this.#drop(inWork);
        this.#listener.identified(inWork.held.job, outcome);
        break;
      case 'done':
      case 'failed':
        this.#finish(inWork, outcome);
        break;
      default:
        unreachable(outcome);
    }
    if (residentBytes > this.#options.memory.soft) this.#retire();
  }

  #finish(inWork: InWork, outcome: Outcome, exit?: Exit): void {
    this.#drop(inWork);
    this.#listener.output({
      type: 'result',
      job: inWork.held.job,
      outcome,
      attempt: inWork.attempt(exit),
    });
  }

  #drop(inWork: InWork): void {
    this.#held = this.#held.filter((each) => each !== inWork.held);
    this.#inWork = undefined;
  }

  #count({ peakMemoryBytes, cpuMs }: Usage): void {
    this.#usage = {
      peakMemoryBytes: Math.max(this.#usage.peakMemoryBytes, peakMemoryBytes),
      cpuMs: this.#usage.cpuMs + cpuMs,
    };
  }

  #pass(): void {
    this.#sentinel = 'passed';
    clearTimeout(this.#grace);
    this.#listener.output({ type: 'sentinel', usage: this.#usage });
  }

  /**
   * A consumer may have retired, have been killed (by us for its time or memory, by the kernel for memory, by a person),
   * have crashed in a decoder, or never have started. The image in work answers for it; what was queued does not; a
   * sentinel that it had not passed is due again.
   */
  #bury(exit: Exit): void {
    if (exit.code !== 0) this.#listener.died();
    this.#child = undefined;
    if (this.#closed || this.#sentinel === 'passed') return;
    if (this.#sentinel === 'sent') this.#sentinel = 'due';
    if (this.#inWork !== undefined) this.#blame(this.#inWork, exit);
    else if (!this.#hasBegun && !this.#halted) this.#mournStillborn(exit);
    this.#inWork = undefined;
    this.#verdict = undefined;
    this.#retiring = false;
    this.#replaces = true;
    const left = this.#halted ? [] : this.#held;
    this.#held = left.filter(({ deaths }) => deaths > 0);
    for (const held of this.#held) held.sent = false;
    for (const { job, alone } of left.filter(({ deaths }) => deaths === 0)) {
      if (alone) this.#listener.deferred(job);
      else this.#listener.returned(job);
    }
    this.#goOn();
    this.#listener.changed();
  }

  #blame(inWork: InWork, exit: Exit): void {
    if (this.#verdict?.inWork === inWork) {
      this.#finish(inWork, this.#verdict.failure, exit);
      return;
    }
    // Killed for the image before it, which was finished after all, or because the run is to end.
    if (this.#verdict !== undefined || this.#gaveUp) return;
    const { held } = inWork;
    held.deaths += 1;
    if (held.deaths > this.#options.retries) this.#finish(inWork, deathOf(held, exit), exit);
  }

  #mournStillborn(exit: Exit): void {
    const restMs = Math.min(FIRST_REST_MS * 2 ** this.#stillbirths, LONGEST_REST_MS);
    if (!isKilled(exit)) this.#stillbirths += 1;
    this.#rest = setTimeout(() => {
      this.#rest = undefined;
      this.#goOn();
      this.#listener.changed();
    }, restMs);
    this.#listener.stillborn(exit);
  }
}
