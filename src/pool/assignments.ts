// The jobs that a slot has been given and that are not finished, in the order in which its consumer does them.

import type { Job } from '../job.js';

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

export class Assignments {
  #list: Assignment[] = [];
  #nextId = 1;

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

  add(job: Job, exclusive: boolean): void {
    this.#list.push({ id: this.#nextId++, job, exclusive, sent: false, tries: 0, crashes: 0 });
  }

  find(id: number): Assignment | undefined {
    return this.#list.find((assignment) => assignment.id === id);
  }

  remove(finished: Assignment): void {
    this.#list = this.#list.filter((assignment) => assignment !== finished);
  }

  clear(): void {
    this.#list = [];
  }

  /** What the present consumer has not got yet; from now on it counts as sent. */
  takeUnsent(): Assignment[] {
    const unsent = this.#list.filter(({ sent }) => !sent);
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
