// One of the N places of a consumer: what it holds, whose time runs, and what follows from its death.
//
// A seat forks when it is given its first job and passes exactly one sentinel on: through its consumer, or itself when
// it has none. What a dead consumer held stays with its seat, whose next consumer goes on with it.

import { fromWire, ThumbsError, unreachable } from '../errors.js';
import { Child, consumerEntry, type Exit } from './child.js';
import type { Sentinel, ToDispatcher, Usage } from './messages.js';
import type { Job } from './producer.js';
import type { Outcome, WorkOptions } from './work.js';

/** What a seat needs to know. */
export interface SeatOptions {
  readonly work: WorkOptions;
  /** Milliseconds for one image in work. */
  readonly timeoutMs: number;
  /** Further tries of an image whose consumer died. */
  readonly retries: number;
  /** Another consumer's entry, for tests of what a consumer may do. @default consumerEntry */
  readonly entry?: URL;
}

/** A finished job. */
export interface JobResult {
  readonly type: 'result';
  readonly job: Job;
  readonly outcome: Outcome;
}

/** A sentinel that has passed its seat. `usage` is absent when no consumer was there to tell. */
export interface SeatSentinel extends Sentinel {
  readonly usage?: Usage;
}

export type Output = JobResult | SeatSentinel;

/** What a seat tells the dispatcher. */
export interface SeatListener {
  output(output: Output): void;
  /** The run cannot go on. */
  fail(error: ThumbsError): void;
}

/** Consumers that died one after the other before they began any job: further ones will not fare better. */
const FRUITLESS_DEATHS = 3;

/** A consumer with nothing left to do exits within milliseconds. */
const EXIT_GRACE_MS = 1000;

interface Held {
  readonly id: number;
  readonly job: Job;
  /** Consumers that died while they worked on it. */
  deaths: number;
}

/** The job that the consumer has begun, and its time. */
interface InWork {
  readonly held: Held;
  readonly clock: NodeJS.Timeout;
}

export class Seat {
  readonly #options: SeatOptions;
  readonly #listener: SeatListener;
  #child: Child | undefined;
  #exited: Promise<void> = Promise.resolve();
  /** In the order that the consumer does them. */
  readonly #held: Held[] = [];
  /** How many of `#held` the living consumer was sent. */
  #sent = 0;
  #inWork: InWork | undefined;
  /** The id of the job whose time has passed, if the consumer was killed for that. */
  #killedFor: number | undefined;
  #sentinel: 'none' | 'due' | 'sent' | 'passed' = 'none';
  #fruitlessDeaths = 0;
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

  /** The consumer's process id, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts the consumer before its first job, which is sure to come. */
  warm(): void {
    if (this.#child === undefined) this.#fork();
  }

  /** Gives the seat a job, and a consumer if it has none. */
  give(job: Job): void {
    this.#held.push({ id: this.#nextId++, job, deaths: 0 });
    this.#goOn();
  }

  /** No job comes after it. */
  end(): void {
    this.#sentinel = 'due';
    this.#goOn();
  }

  /** Resolves when no consumer is left: one that passed its sentinel is waited for, any other is killed. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#inWork?.clock);
    if (this.#sentinel !== 'passed') this.#child?.kill();
    const grace = setTimeout(() => this.#child?.kill(), EXIT_GRACE_MS);
    await this.#exited;
    clearTimeout(grace);
  }

  /** Sends what can be sent, forks if there is a need, pays the sentinel if there is nobody to pass it. */
  #goOn(): void {
    if (this.#child === undefined && this.#held.length > 0) this.#fork();
    // An image that has cost a consumer its life is tried alone: nothing must be queued behind it.
    const sendable = (this.#held[0]?.deaths ?? 0) > 0 ? 1 : this.#held.length;
    for (const { id, job } of this.#held.slice(this.#sent, sendable)) {
      this.#child?.send({ type: 'job', id, path: job.path });
      this.#sent += 1;
    }
    if (this.#sentinel !== 'due' || this.#sent < this.#held.length) return;
    if (this.#child === undefined) this.#pass({ type: 'sentinel' });
    else {
      this.#child.send({ type: 'sentinel' });
      this.#sentinel = 'sent';
    }
  }

  #fork(): void {
    this.#sent = 0;
    this.#exited = new Promise((resolve) => {
      this.#child = new Child(this.#options.entry ?? consumerEntry, {
        message: (message) => this.#hear(message),
        exited: (exit) => {
          this.#bury(exit);
          resolve();
        },
      });
    });
    this.#child?.send({ type: 'configure', work: this.#options.work });
  }

  #hear(message: ToDispatcher): void {
    if (this.#closed) return;
    switch (message.type) {
      case 'started':
        this.#start(message.id);
        break;
      case 'result':
        this.#finish(message.id, message.outcome);
        this.#goOn();
        break;
      case 'fatal':
        this.#listener.fail(fromWire(message.error));
        break;
      case 'sentinel':
        this.#pass(message);
        break;
      default:
        unreachable(message);
    }
  }

  #start(id: number): void {
    this.#fruitlessDeaths = 0;
    const held = this.#held.find((each) => each.id === id);
    if (held === undefined) return;
    // A process that was busy runs its timers before it reads what has come meanwhile: a look at that comes first.
    const clock = setTimeout(() => setImmediate(() => this.#timeOut(id)), this.#options.timeoutMs);
    this.#inWork = { held, clock };
  }

  #timeOut(id: number): void {
    if (this.#inWork?.held.id !== id) return;
    this.#killedFor = id;
    this.#child?.kill();
  }

  #finish(id: number, outcome: Outcome): void {
    clearTimeout(this.#inWork?.clock);
    this.#inWork = undefined;
    const index = this.#held.findIndex((held) => held.id === id);
    const [held] = index === -1 ? [] : this.#held.splice(index, 1);
    if (held === undefined) return;
    this.#sent -= 1;
    this.#listener.output({ type: 'result', job: held.job, outcome });
  }

  #pass(sentinel: SeatSentinel): void {
    this.#sentinel = 'passed';
    this.#listener.output(sentinel);
  }

  /**
   * A consumer may have been killed (by us for its time, by the kernel for memory, by a person), have crashed in a
   * decoder, or never have started. The image in work answers for it; what was queued does not; a sentinel that it had
   * not passed is due again.
   */
  #bury(exit: Exit): void {
    this.#child = undefined;
    if (this.#closed || this.#sentinel === 'passed') return;
    if (this.#sentinel === 'sent') this.#sentinel = 'due';
    if (this.#inWork === undefined) this.#fruitlessDeaths += 1;
    else this.#blame(this.#inWork, exit);
    this.#killedFor = undefined;
    this.#sent = 0;
    if (this.#fruitlessDeaths >= FRUITLESS_DEATHS) {
      this.#listener.fail(new ThumbsError('CONSUMER', `Consumers cannot be started: ${wordsOf(exit)}`));
      return;
    }
    this.#goOn();
  }

  #blame({ held, clock }: InWork, exit: Exit): void {
    clearTimeout(clock);
    this.#inWork = undefined;
    const { timeoutMs, retries } = this.#options;
    if (this.#killedFor === held.id) {
      const reason = `not finished after ${timeoutMs / 1000} s`;
      this.#finish(held.id, { status: 'failed', code: 'TIMEOUT', reason });
    }
    // Killed for the job before it, which was finished after all: this one has nothing to answer for.
    if (this.#killedFor !== undefined) return;
    held.deaths += 1;
    if (held.deaths <= retries) return;
    const tries = held.deaths === 1 ? '' : ` (${held.deaths} tries)`;
    const reason = `the process that worked on it died: ${wordsOf(exit)}${tries}`;
    this.#finish(held.id, { status: 'failed', code: 'WORKER_DIED', reason });
  }
}

function wordsOf({ code, signal, lastWords }: Exit): string {
  const how = signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
  return lastWords === '' ? how : `${how}; it said: ${lastWords}`;
}
