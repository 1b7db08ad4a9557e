// The jobs that a slot has been given and that are not finished, in the order in which its consumer does them.

import type { Job } from '../../job.js';
import { isSmall } from '../small-jobs.js';

/** One job in a slot. */
export interface Assignment {
  /** Unique in its slot. */
  readonly id: number;
  readonly job: Job;
  /** Whether no other image may be worked on beside it. */
  readonly exclusive: boolean;
  /** Whether the present consumer has it. */
  sent: boolean;
  /** Consumers that have started it. */
  tries: number;
  /** Consumers that died while they worked on it, by themselves or by an external kill. */
  crashes: number;
}

/** One job queued behind the running one hides the message round trip; a third gained nothing when it was measured. */
const IN_FLIGHT = 2;

/** What the last job of a slot may have taken. The jobs behind one that takes longer wait although other consumers may be idle. */
const QUICK_MS = 10;
/** Small jobs are given out several at a time, so that there are fewer messages. */
const SMALL_IN_FLIGHT = 12;
/** When the consumer has fewer of them, it gets those that have come since. */
const LEAST_SENT = 4;

export class Assignments {
  #list: Assignment[] = [];
  #nextId = 1;
  /** Whether the last job took little time: a small file may hold a large image. */
  #isQuick = false;
  /** Whether the job that was added last is small: so may be the next. */
  #isAfterSmall = false;

  get size(): number {
    return this.#list.length;
  }

  /** The one that is worked on, or comes next. */
  get first(): Assignment | undefined {
    return this.#list[0];
  }

  get hasExclusive(): boolean {
    return this.#list.some(({ exclusive }) => exclusive);
  }

  /** Whether nothing may be queued behind what is there: it is exclusive, or has crashed a consumer. */
  get isReserved(): boolean {
    return this.#list.some(({ exclusive, crashes }) => exclusive || crashes > 0);
  }

  /** Jobs that may be added now. */
  get room(): number {
    const areSmall = this.#isAfterSmall && this.#list.every(({ job }) => isSmall(job));
    const most = areSmall && this.#isQuick ? SMALL_IN_FLIGHT : IN_FLIGHT;
    return this.isReserved ? 0 : Math.max(0, most - this.#list.length);
  }

  add(job: Job, exclusive: boolean): void {
    this.#isAfterSmall = isSmall(job);
    this.#list.push({ id: this.#nextId++, job, exclusive, sent: false, tries: 0, crashes: 0 });
  }

  find(id: number): Assignment | undefined {
    return this.#list.find((assignment) => assignment.id === id);
  }

  /** @param ms Milliseconds that it took. */
  remove(finished: Assignment, ms: number): void {
    this.#list = this.#list.filter((assignment) => assignment !== finished);
    this.#isQuick = ms < QUICK_MS;
  }

  clear(): void {
    this.#list = [];
  }

  /** What the present consumer has not got yet, unless that can wait for more; from now on it counts as sent. */
  takeUnsent(): Assignment[] {
    const unsent = this.#list.filter(({ sent }) => !sent);
    if (this.#list.length - unsent.length >= LEAST_SENT) return [];
    for (const assignment of unsent) assignment.sent = true;
    return unsent;
  }

  /** After a consumer's end: keeps what crashed it, to be tried again here, and gives back what it had only queued. */
  releaseQueued(): Assignment[] {
    const queued = this.#list.filter(({ crashes }) => crashes === 0);
    this.#list = this.#list.filter(({ crashes }) => crashes > 0);
    for (const assignment of this.#list) assignment.sent = false;
    return queued;
  }
}
