// The protocol between the dispatcher and a consumer.
//
//     dispatcher -> consumer   configure, job, job, ..., sentinel
//     consumer -> dispatcher   started, result, started, result, ..., sentinel      (or fatal, and no more)
//
//     dispatcher -> consumer   configure, job, job, ..., retire
//     consumer -> dispatcher   started, result, ..., retired                        (what was not begun is left)

import type { WireError } from '../errors.js';
import type { Task } from './planner.js';
import type { Deferred, Identified, Outcome, WorkOptions } from './work.js';

/** The end of the work for one consumer. It is passed from the producer through a consumer to the sink. */
export interface Sentinel {
  readonly type: 'sentinel';
}

/** The first message to a consumer. */
export interface Configure {
  readonly type: 'configure';
  readonly work: WorkOptions;
}

/** One image to do. `id` is the dispatcher's, unique in its run. */
export interface JobMessage {
  readonly type: 'job';
  readonly id: number;
  /** Absolute path of the source. */
  readonly path: string;
  readonly task: Task;
  /** Whether no other image is in work anywhere, so that this one may take more than a consumer's share of memory. */
  readonly alone: boolean;
}

/** To finish the image in work, begin no other, and exit without passing a sentinel. */
export interface Retire {
  readonly type: 'retire';
}

export type ToConsumer = Configure | JobMessage | Retire | Sentinel;

/** Work on a job begins: its time runs, and the consumer's death is now this job's. */
export interface Started {
  readonly type: 'started';
  readonly id: number;
}

/** A job is finished: done, failed, identified, or left for later because it needs more memory than one consumer's share. */
export interface Result {
  readonly type: 'result';
  readonly id: number;
  readonly outcome: Outcome | Identified | Deferred;
  /** Resident memory after it, between two images, bytes. */
  readonly residentBytes: number;
}

/** No job can be finished any more (the output cannot be written). */
export interface Fatal {
  readonly type: 'fatal';
  readonly error: WireError;
}

/** A consumer's sentinel on its way to the sink, with what the consumer used. */
export interface PassedSentinel extends Sentinel {
  readonly usage: Usage;
}

/** The last message of a consumer that was told to retire. */
export interface Retired {
  readonly type: 'retired';
  readonly usage: Usage;
}

/** What one process used until now. */
export interface Usage {
  /** Largest resident memory, bytes. */
  readonly peakMemoryBytes: number;
  /** User and system time, milliseconds. */
  readonly cpuMs: number;
}

export type ToDispatcher = Started | Result | Fatal | Retired | PassedSentinel;

/** What a message travels in, so that one that is not ours is told apart. */
export interface Envelope<Message> {
  readonly thumbs: Message;
}

/** The message in an envelope, or undefined for anything else that came over the channel. */
export function opened<Message extends { readonly type: string }>(value: unknown): Message | undefined {
  const isOurs = typeof value === 'object' && value !== null && 'thumbs' in value;
  return isOurs ? (value as Envelope<Message>).thumbs : undefined;
}

/** What the calling process has used until now. */
export function currentUsage(): Usage {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  return { peakMemoryBytes: maxRSS * 1024, cpuMs: (userCPUTime + systemCPUTime) / 1000 };
}
