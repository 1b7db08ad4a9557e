// The messages between a forked consumer and its parent, as they travel over the IPC channel, each in an envelope.
//
//     parent -> consumer   configure, jobs, jobs, ..., sentinel
//     consumer -> parent   started, result, result, ..., sentinel               (or fatal, and no more)
//
//     parent -> consumer   configure, jobs, jobs, ..., retire
//     consumer -> parent   started, result, ..., retired                        (jobs that were not started are dropped)

import type { WireError } from '../../errors.js';
import type { EmittedSentinel, Sentinel, Usage, WorkOptions } from '../../job.js';
import type { ConsumerJob, ConsumerResult } from '../consumer.js';

/** The first message to a consumer. */
export interface Configure {
  readonly type: 'configure';
  readonly work: WorkOptions;
}

/** Jobs, to be done in this order. */
export interface Jobs {
  readonly type: 'jobs';
  readonly jobs: readonly ConsumerJob[];
}

/** Makes the consumer finish the running job, start no other, and exit without a sentinel. */
export interface Retire {
  readonly type: 'retire';
}

/** Every message to a consumer. */
export type ToConsumer = Configure | Jobs | Retire | Sentinel;

/** A job is worked on now: its time runs, and the consumer's death is charged to it. */
export interface Started {
  readonly type: 'started';
  readonly id: number;
}

/** A job is finished. */
export interface Result extends ConsumerResult {
  readonly type: 'result';
  /** The job that is worked on from now on, as if `started` followed: one message less for a photo. Absent when none is waiting. */
  readonly next?: number;
}

/** No job can be finished any more (the output cannot be written). */
export interface Fatal {
  readonly type: 'fatal';
  readonly error: WireError;
}

/** The last message of a consumer that was told to retire. */
export interface Retired {
  readonly type: 'retired';
  readonly usage: Usage;
}

/** Every message from a consumer. */
export type FromConsumer = Started | Result | Fatal | Retired | EmittedSentinel;

/** Tells our messages from others that come over the same channel. */
interface Envelope<Message> {
  readonly thumbs: Message;
}

export function wrap<Message extends ToConsumer | FromConsumer>(message: Message): Envelope<Message> {
  return { thumbs: message };
}

/** The message in an envelope; undefined for any other value. */
export function unwrap<Message extends ToConsumer | FromConsumer>(value: unknown): Message | undefined {
  const isEnvelope = typeof value === 'object' && value !== null && 'thumbs' in value;
  return isEnvelope ? (value as Envelope<Message>).thumbs : undefined;
}
