// What a run tells its caller, as it happens.

import type { ImageErrorCode } from '../errors.js';
import type { DoneRecord, FailedRecord } from '../manifest/record.js';

/** How far the run is. */
export interface Progress {
  /** Photos finished: done and failed. */
  readonly finished: number;
  readonly failed: number;
  /** Photos found so far. */
  readonly found: number;
  /** Whether the walk has ended, so that `found` is all there are. */
  readonly walked: boolean;
}

/** The run begins: paths and output are fit, no consumer is forked yet. */
export interface StartEvent {
  readonly type: 'start';
  /** Consumers at the most. */
  readonly workers: number;
  /** Absolute path of the output folder. */
  readonly out: string;
  /** Absolute path of the manifest. */
  readonly manifest: string;
}

/** A photo has its thumbnail, and the manifest says so. */
export interface DoneEvent {
  readonly type: 'done';
  /** Absolute path of the source. */
  readonly path: string;
  readonly record: DoneRecord;
  readonly progress: Progress;
}

/** How a photo was tried last: what a report of a decoder's fault needs. It differs from run to run. */
export interface Attempt {
  /** Process id of the consumer. */
  readonly pid: number;
  /** Consumers that have begun the photo. */
  readonly tries: number;
  /** Wall-clock time of the last try, to the millisecond. */
  readonly seconds: number;
  /** How the consumer ended, if it did. */
  readonly exitCode?: number;
  /** The signal that ended the consumer, if one did. */
  readonly signal?: NodeJS.Signals;
  /** The end of what the consumer wrote to stderr before it died, on one line, at most 2500 characters. */
  readonly lastWords?: string;
}

/** A photo has none, and the manifest says why. */
export interface FailedEvent {
  readonly type: 'failed';
  /** Absolute path of the source. */
  readonly path: string;
  /** The cause without the name, on one line. `record.error.message` has both. */
  readonly reason: string;
  readonly attempt: Attempt;
  readonly record: FailedRecord;
  readonly progress: Progress;
}

/** A folder could not be read: photos in it, if there are any, were not found. */
export interface UnreadableFolderEvent {
  readonly type: 'unreadable-folder';
  /** Absolute path of the folder. */
  readonly path: string;
  readonly reason: string;
}

/** What ended a run before its photos did: its `signal`, or its `deadline`. */
export type StopReason = 'signal' | 'deadline';

/** The last event. */
export interface SummaryEvent {
  readonly type: 'summary';
  /** Photos finished: `made + shared + failed`. */
  readonly photos: number;
  /** Different thumbnails. */
  readonly made: number;
  /** Photos whose thumbnail is also another photo's: their pixels are equal. */
  readonly shared: number;
  readonly failed: number;
  /** Failures by their code; codes that did not occur are absent. */
  readonly failures: Readonly<Partial<Record<ImageErrorCode, number>>>;
  readonly unreadableFolders: number;
  /** Symbolic links that were met and not followed. */
  readonly skippedLinks: number;
  /** Why the run ended before all photos were done; absent when they were. */
  readonly stopped?: StopReason;
  /** Photos that were found and not finished. */
  readonly notReached: number;
  /** Whether the walk had ended, so that `photos + notReached` is all there are. */
  readonly walked: boolean;
  /** Sentinels that the sink counted: the consumers that were asked for. */
  readonly workers: number;
  /** Wall-clock time. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Bytes of the sources that have their thumbnail. */
  readonly sourceBytes: number;
  /** Pixels of the sources that have their thumbnail. */
  readonly sourcePixels: number;
  /** Largest resident memory of each process of the run, added up: at least what they had at any one moment. */
  readonly peakMemoryBytes: number;
  /** User and system time of all processes of the run. */
  readonly cpuSeconds: number;
  readonly out: string;
  readonly manifest: string;
  /** Absolute paths of the exports. */
  readonly exports: readonly string[];
}

export type ThumbsEvent = StartEvent | DoneEvent | FailedEvent | UnreadableFolderEvent | SummaryEvent;
