// What a run tells its caller, as it happens.

import type { ImageErrorCode } from '../errors.js';
import type { PrunedEvent } from '../maintenance/prune.js';
import type { DoneRecord, FailedRecord } from '../manifest/record.js';
import type { Why } from './planner.js';

/** How far the run is. */
export interface Progress {
  /** Photos finished: done, unchanged and failed. */
  readonly finished: number;
  readonly failed: number;
  /** Of those finished, the ones that a consumer had. */
  readonly worked: number;
  /** Photos found so far. */
  readonly found: number;
  /** Of those found, the ones that a consumer has to do with: the rest is carried over. */
  readonly jobs: number;
  /** Whether the walk has ended, so that `found` and `jobs` are all there are. */
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

/** A photo has its thumbnail from an earlier run. */
export interface UnchangedEvent {
  readonly type: 'unchanged';
  /** Absolute path of the source. */
  readonly path: string;
  /** Whether its content had to be read, because it was moved or touched. */
  readonly identified: boolean;
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
  /** Whether it failed in an earlier run and was not tried again. */
  readonly known: boolean;
  /** Absent when it was not tried. */
  readonly attempt?: Attempt;
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

/** Files that were, or would be, removed from the output folder. */
export interface Pruned {
  readonly files: number;
  readonly bytes: number;
}

/** What a run would do with a photo. */
export interface PlannedEvent {
  readonly type: 'planned';
  /** Absolute path of the source. */
  readonly path: string;
  /** `compare`: it was moved or touched, and its content will decide. `known-bad`: it failed, and is not tried again. */
  readonly plan: 'new' | 'changed' | 'compare' | 'unchanged' | 'known-bad';
  /** Absent when it is carried over. */
  readonly why?: Why;
  /** Of the source. */
  readonly bytes: number;
}

/** Photos, and the bytes of their sources. */
export interface Amount {
  readonly photos: number;
  readonly bytes: number;
}

/** The last event of a dry run. */
export interface PlanSummaryEvent {
  readonly type: 'plan';
  readonly new: Amount;
  readonly changed: Amount;
  readonly compare: Amount;
  readonly unchanged: Amount;
  readonly knownBad: Amount;
  /** Sources that would leave the manifest. */
  readonly removed: number;
  /** Files of the output folder that no record would name: what `prune` would remove then. */
  readonly unneeded: Pruned;
  readonly unreadableFolders: number;
  /** Symbolic links that were met and not followed. */
  readonly skippedLinks: number;
  /** Whether the walk came to its end: not after its signal. */
  readonly walked: boolean;
}

/** What ended a run before its photos did: its `signal`, or its `deadline`. */
export type StopReason = 'signal' | 'deadline';

/** The last event. */
export interface SummaryEvent {
  readonly type: 'summary';
  /** Photos finished: `made + shared + unchanged + failed`. */
  readonly photos: number;
  /** Different thumbnails. */
  readonly made: number;
  /** Photos whose thumbnail is also that of another photo done in this run: their pixels are equal. */
  readonly shared: number;
  /** Photos that have their thumbnail from an earlier run. */
  readonly unchanged: number;
  /** Of those unchanged, the ones that were moved or touched, and known by their content. */
  readonly identified: number;
  readonly failed: number;
  /** Of those failed, the ones that failed in an earlier run and were not tried again. */
  readonly known: number;
  /** Failures by their code; codes that did not occur are absent. */
  readonly failures: Readonly<Partial<Record<ImageErrorCode, number>>>;
  /** Sources that were in the manifest and are no more: removed, or not selected any more. */
  readonly removed: number;
  /** What was pruned; absent when that was not asked for, or the run was stopped. */
  readonly pruned?: Pruned;
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
  /** Bytes of the sources that were done in this run. */
  readonly sourceBytes: number;
  /** Pixels of the sources that were done in this run. */
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

export type ThumbsEvent =
  | StartEvent
  | DoneEvent
  | UnchangedEvent
  | FailedEvent
  | UnreadableFolderEvent
  | PrunedEvent
  | SummaryEvent;
