// What passes between producer, pool, consumers and sink: jobs, their outcomes, and sentinels behind both.

import type { ImageError, ImageErrorCode, Limits } from './errors.js';
import type { SourceFacts } from './files/source.js';
import type { KeptEntry } from './manifest/digests/matching.js';
import type { ContentFacts, DoneFacts, ManifestRecord } from './manifest/record.js';
import type { DecodingOptions, Layout } from './options/options.js';
import type { Variant } from './options/variant.js';

/** What a consumer does with a photo: make its thumbnails, or only read it and identify its content. */
export type Task = 'make' | 'identify';

/** Why a photo is a job. */
export type Why =
  /** No record of this path. */
  | 'new'
  /** No record of this path, but one of a photo of the same size: the content decides. */
  | 'moved'
  /** The time differs, or the size is that of another photo on record: the content decides. */
  | 'touched'
  /** Size or time differ. */
  | 'changed'
  /** Its record lacks what it could have without a thumbnail being made: the time of an earlier version's record, or a placeholder. */
  | 'incomplete'
  /** A thumbnail was made under other options, or for no variant that is wanted. */
  | 'options'
  /** Every thumbnail was made by another version of sharp or of the format's decoder. */
  | 'versions'
  /** A thumbnail is missing, or has another size. */
  | 'thumbnail'
  /** `verify --repair` found a thumbnail damaged. */
  | 'redo'
  /** It failed, and is to be tried again. */
  | 'retry'
  /** Every thumbnail is made again. */
  | 'force';

/** What is to be made of a photo that has some of what is wanted. */
export interface Part {
  /** Names of the variants to be made; perhaps none. */
  readonly variants: readonly string[];
  readonly placeholder: boolean;
  /** As `contentOf` has it of the record. If the source has another content now, everything is made. */
  readonly content: string;
}

/** What a photo has already, where a {@link Part} is to be made. */
export interface Kept {
  readonly thumbnails: readonly KeptEntry[];
  readonly placeholder?: string;
}

/** One photo to be done. */
export interface Job {
  readonly type: 'job';
  /** Absolute path of the source. */
  readonly path: string;
  readonly task: Task;
  readonly why: Why;
  /** The file as the planner saw it; absent when it is no regular file, or `stat` failed. */
  readonly facts?: SourceFacts;
  /** Whether it is on a disk of this machine, so that reading it is sure to end. */
  readonly isLocal: boolean;
  /** Absent when everything is to be made. */
  readonly part?: Part;
  /** Beside `part`. */
  readonly kept?: Kept;
}

/** One photo that is finished without being decoded. */
export interface Unchanged {
  readonly type: 'unchanged';
  /** Absolute path of the source. */
  readonly path: string;
  readonly record: ManifestRecord;
  /** Whether the photo was found on record by path, size and time, or by its content. */
  readonly by: 'state' | 'content';
  /** Whether the record is in the manifest already, as it is here. */
  readonly isOnRecord: boolean;
}

/** The end marker for one slot of the pool: from the producer, through the slot's consumer, to the sink. */
export interface Sentinel {
  readonly type: 'sentinel';
}

/** What is the same for all jobs of a run. */
export interface WorkOptions {
  /** Absolute path of the output folder, which exists. */
  readonly out: string;
  readonly layout: Layout;
  readonly variants: readonly Variant[];
  /** Whether each photo gets a ThumbHash. */
  readonly placeholder: boolean;
  readonly decoding: DecodingOptions;
  /** Images with more pixels are refused. */
  readonly maxPixels: number;
  /** Files with more bytes are refused unread. */
  readonly maxBytes: number;
  /** Bytes of memory that a consumer may use; an image that needs more is deferred, unless it is exclusive. */
  readonly maxMemory: number;
}

/** What is known of a source whose bytes were read, all or some. */
export interface ReadFacts extends SourceFacts, ContentFacts {}

/** A photo without a thumbnail. */
export interface FailedOutcome extends Partial<ReadFacts> {
  readonly status: 'failed';
  readonly code: ImageErrorCode;
  /** The cause alone; the sink adds the name. */
  readonly reason: string;
  /** The limit that the image exceeded, when that is the cause. */
  readonly limit?: Limits;
  /** What the decoder needed and did not have, when that is the cause. */
  readonly needs?: string;
  /** Of an unexpected error: where it arose. It is reported, and not recorded. */
  readonly stack?: string;
}

/** The outcome of a photo with this error, and what is known of its source. */
export function failedOutcome(
  { code, message, limit, needs }: ImageError,
  facts: Partial<ReadFacts> = {},
): FailedOutcome {
  return {
    status: 'failed',
    code,
    reason: message,
    ...(limit === undefined ? {} : { limit }),
    ...(needs === undefined ? {} : { needs }),
    ...facts,
  };
}

/** The end of a job. */
export type Outcome = DoneFacts | FailedOutcome;

/** A source that was read and not decoded. */
export interface Identified extends ReadFacts {
  readonly status: 'identified';
  /** As in a record. */
  readonly takenAt: string | null;
}

/** An image that needs more memory than a consumer's share, by its header or because its consumer had more: it is to be done alone. */
export interface Deferred {
  readonly status: 'deferred';
}

/** How a photo was tried last, for a report about a decoder. It differs from run to run. */
export interface Attempt {
  /** Process id of the consumer. */
  readonly pid: number;
  /** The name of the consumer's host, in a run whose consumers are on several. */
  readonly host?: string;
  /** Consumers that have started the photo. */
  readonly tries: number;
  /** Wall-clock time of the last try, to the millisecond. */
  readonly seconds: number;
  /** How the consumer ended, if it did. */
  readonly exitCode?: number;
  /** The signal that ended the consumer, if one did. */
  readonly signal?: NodeJS.Signals;
  /** The end of what the consumer wrote to stderr before it died, on one line, at most 2500 characters. */
  readonly stderrTail?: string;
  /** Where an unexpected error of this program arose (`INTERNAL`): its lines, as Node.js writes them. */
  readonly stack?: string;
}

/** What one process has used so far. */
export interface Usage {
  /** Largest resident memory, bytes. */
  readonly peakMemoryBytes: number;
  /** User and system time, milliseconds. */
  readonly cpuMs: number;
}

/** Of what has reported none. */
export const NO_USAGE: Usage = { peakMemoryBytes: 0, cpuMs: 0 };

/** A finished job. */
export interface JobResult {
  readonly type: 'result';
  readonly job: Job;
  readonly outcome: Outcome;
  readonly attempt: Attempt;
}

/** A sentinel that has passed its slot, with what the slot's consumers used, as far as they could report it. */
export interface EmittedSentinel extends Sentinel {
  readonly usage: Usage;
}

/** What the sink takes. */
export type PoolOutput = JobResult | EmittedSentinel | Unchanged;

/**
 * How a host stands to a run: `refused` takes nothing, and says why; `busy` works for other runs; `left` has gone in order; `lost` does
 * not answer, and what it had is given to others.
 */
export type HostStanding = 'joined' | 'refused' | 'busy' | 'left' | 'lost';

/** A host whose standing has changed. */
export interface HostNotice {
  readonly type: 'host';
  /** Unique in the run. */
  readonly host: string;
  readonly standing: HostStanding;
  /** Its consumers for this run. */
  readonly consumers: number;
  /** Why it does not take part, on one line. */
  readonly reason?: string;
}

/** Whether the run waits for its queue server, or for a host; and why, on one line. */
export interface QueueNotice {
  readonly type: 'queue';
  /** Absent when it goes on. */
  readonly waitsFor?: string;
  /** What is wrong with the server's settings. */
  readonly warning?: string;
}

/** What a pool with other hosts says besides results. */
export type PoolNotice = HostNotice | QueueNotice;

/** What two processes have used that ran one after the other. */
export function addUsage(one: Usage, other: Usage): Usage {
  return {
    peakMemoryBytes: Math.max(one.peakMemoryBytes, other.peakMemoryBytes),
    cpuMs: one.cpuMs + other.cpuMs,
  };
}

/** What the calling process has used so far. */
export function currentUsage(): Usage {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  return { peakMemoryBytes: maxRSS * 1024, cpuMs: (userCPUTime + systemCPUTime) / 1000 };
}
