// What a run tells its caller, as it happens.

import type { ImageErrorCode } from '../errors.js';
import type { GallerySummary } from '../gallery/create-gallery.js';
import type { Attempt, HostNotice, HostStanding, QueueNotice, Why } from '../job.js';
import type { LinkFigures } from '../links/tree.js';
import type { PrunedEvent } from '../maintenance/unneeded.js';
import type { DoneRecord, FailedRecord } from '../manifest/record.js';
import type { MadeAnew } from '../manifest/store.js';
import type { EventPath } from '../path-bytes.js';

/** How far the run is. */
export interface Progress {
  /** Photos finished: done, unchanged and failed. */
  readonly finished: number;
  readonly failed: number;
  /** Of those finished, the ones that a consumer worked on. */
  readonly worked: number;
  /** Photos found so far. */
  readonly found: number;
  /** Of those found, the ones that are jobs: the others are unchanged, or known failures. */
  readonly jobs: number;
  /** Whether the walk has ended, so that `found` and `jobs` are totals. */
  readonly walked: boolean;
  /** With a queue: what each host has done, at most half a second old. */
  readonly hosts?: readonly HostFigures[];
}

/** What one host has done for a run so far. */
export interface HostFigures {
  readonly host: string;
  readonly standing: HostStanding;
  /** Its consumers for this run. */
  readonly consumers: number;
  /** Photos that it worked on. */
  readonly photos: number;
  /** Time in which it was joined. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

/** A host has joined a run with a queue, does not take part, or has gone. */
export type HostEvent = HostNotice;

/** A run with a queue waits for its queue server, or for a host; or goes on. */
export type QueueEvent = QueueNotice;

/** The run begins: paths and output are valid, no consumer is forked yet. */
export interface StartEvent {
  readonly type: 'start';
  /** The largest number of consumers. */
  readonly workers: number;
  /** Absolute path of the output folder. */
  readonly out: string;
  /** Absolute path of the manifest. */
  readonly manifest: string;
  /** `3/8`: which shard this is; absent for a whole run. */
  readonly shard?: string;
  /** What is made anew because of other versions; absent for nothing. */
  readonly anew?: MadeAnew;
  /** Photos whose thumbnails were moved to another layout; absent for none. */
  readonly moved?: number;
}

/** A photo has its thumbnails, and the manifest has its record. */
export interface DoneEvent extends EventPath {
  readonly type: 'done';
  readonly record: DoneRecord;
  readonly progress: Progress;
}

/** A photo has its thumbnails from an earlier run. */
export interface UnchangedEvent extends EventPath {
  readonly type: 'unchanged';
  /** Whether its content was read, because it was moved or touched, or an earlier version made its record. */
  readonly identified: boolean;
  readonly record: DoneRecord;
  readonly progress: Progress;
}

/** A photo has no thumbnail, and the manifest says why. */
export interface FailedEvent extends EventPath {
  readonly type: 'failed';
  /** The cause without the name, on one line. `record.error.message` has both. */
  readonly reason: string;
  /** Whether it failed in an earlier run and was not tried again. */
  readonly known: boolean;
  /** Absent when it was not tried. */
  readonly attempt?: Attempt;
  readonly record: FailedRecord;
  readonly progress: Progress;
}

/** A folder could not be read: photos in it were not found. */
export interface UnreadableFolderEvent extends EventPath {
  readonly type: 'unreadable-folder';
  /** The cause without the path, on one line. */
  readonly reason: string;
}

/** A file in a walked folder looks like a picture or a video by its name, and is not selected. */
export interface PassedOverEvent extends EventPath {
  readonly type: 'passed-over';
  /** In lower case, without the dot. */
  readonly extension: string;
}

/** A folder was not walked, because of what it is. */
export interface SkippedFolderEvent extends EventPath {
  readonly type: 'skipped-folder';
  /** Its group in {@link WalkFigures.skippedFolders}. */
  readonly group: string;
}

/** Files of one format that were passed over because it cannot be read, and what helps. */
export interface LackingFigures {
  /** `HEIC` */
  readonly format: string;
  /** How many, by extension in lower case. */
  readonly extensions: Readonly<Record<string, number>>;
  /** What is missing: a package, or an option. */
  readonly needs: string;
  /** `libheif-js is not installed` */
  readonly reason: string;
  /** As typed: `npm install libheif-js`, `--svg`. */
  readonly remedy: string;
}

/** What the walk has met besides photos. */
export interface WalkFigures {
  readonly unreadableFolders: number;
  /** Symbolic links that were not followed. */
  readonly skippedLinks: number;
  /**
   * Files that look like a picture or a video by their names and were not selected, by extension in lower case, in walked folders: other
   * formats, and photos that `include` leaves out. Not those that `exclude` leaves out, nor hidden ones. The first 10,000 have an event.
   */
  readonly passedOver: Readonly<Record<string, number>>;
  /** Of those passed over, the files that have a photo's extension: `include` leaves them out, or they lie in a folder of thumbnails. */
  readonly photosPassedOver: number;
  /** Of those passed over, the files of formats that cannot be read in this installation, or under these options, by format. */
  readonly lacking: readonly LackingFigures[];
  /**
   * RAW files that `preferJpeg` left out beside a selected JPEG of the same name, by extension in lower case; they are not among those
   * passed over.
   */
  readonly besideJpeg: Readonly<Record<string, number>>;
  /**
   * Folders that were not walked, by what they are: those that systems and network storage keep (`@eaDir`, `lost+found`, ...), and under
   * `.thumbs.json` those that this program fills. The first 10,000 have an event.
   */
  readonly skippedFolders: Readonly<Record<string, number>>;
  /** Folders, as absolute paths, and globs of `include` from which nothing was selected; none unless the walk was complete. */
  readonly selectedNothing: { readonly paths: readonly string[]; readonly include: readonly string[] };
  /** Globs of `exclude` that matched nothing; none unless the walk was complete. */
  readonly excludedNothing: readonly string[];
  /** Whether the walk was complete, so that the number of photos found is the total. */
  readonly walked: boolean;
}

/** Files that were removed from the output folder, or would be. */
export interface Pruned {
  readonly files: number;
  readonly bytes: number;
}

/** What a run would do with a photo. */
export interface PlannedEvent extends EventPath {
  readonly type: 'planned';
  /**
   * `compare`: it was moved or touched, or an earlier version made its record; its content decides. `known-bad`: it failed, and is not
   * tried again.
   */
  readonly plan: 'new' | 'changed' | 'compare' | 'unchanged' | 'known-bad';
  /** Absent when the photo is no job. */
  readonly why?: Why;
  /** Names of the variants that are to be made; none where the content decides. */
  readonly variants: readonly string[];
  /** Bytes of the source; 0 when its size is not known. */
  readonly bytes: number;
}

/** A number of photos, and the bytes of their sources. */
export interface Amount {
  readonly photos: number;
  readonly bytes: number;
}

/** The last event of a dry run. */
export interface PlanSummaryEvent extends WalkFigures {
  readonly type: 'plan';
  readonly new: Amount;
  readonly changed: Amount;
  readonly compare: Amount;
  readonly unchanged: Amount;
  readonly knownBad: Amount;
  /** Thumbnails that are to be made, by the variant's name; of photos whose content decides they are not counted. */
  readonly variants: Readonly<Record<string, number>>;
  /** As in {@link StartEvent}. */
  readonly anew?: MadeAnew;
  /** Photos whose thumbnails would be moved to another layout; absent for none. */
  readonly moved?: number;
  /** Sources whose records would be removed. */
  readonly removed: number;
  /** As in {@link SummaryEvent}. */
  readonly kept: number;
  /** As in {@link SummaryEvent}. */
  readonly emptyRoots: readonly string[];
  /**
   * Thumbnails that no record would name, and stale temporary files: what `prune` would then remove. Absent when that is not known, or
   * would be refused.
   */
  readonly unneeded?: Pruned;
  /** Why `unneeded` is not known, on one line: another run, whose records the dry run has not read, uses the output, or has. */
  readonly unneededUnknown?: string;
  /** Why `prune` would then be refused; absent when it was not asked for, or would not be. */
  readonly pruneRefused?: string;
}

/** What ended a run before its photos did: its `signal`, or its `deadline`. */
export type StopReason = 'signal' | 'deadline';

/** The last event. */
export interface SummaryEvent extends WalkFigures {
  readonly type: 'summary';
  /** Photos finished: `done + unchanged + failed`. */
  readonly photos: number;
  /** Photos of which something was made. */
  readonly done: number;
  /** Different thumbnails that were made. */
  readonly made: number;
  /** Thumbnails that are the same as another one of this run: their pixels are equal. */
  readonly shared: number;
  /** Photos that have their thumbnails from an earlier run. */
  readonly unchanged: number;
  /** Of those unchanged, the ones that were moved or touched, or had an incomplete record, and were found by their content. */
  readonly identified: number;
  readonly failed: number;
  /** Of those failed, the ones that failed in an earlier run and were not tried again. */
  readonly known: number;
  /** Failures by code; codes that did not occur are absent. */
  readonly failures: Readonly<Partial<Record<ImageErrorCode, number>>>;
  /** Sources whose records were removed: the photos are gone, or not selected any more. */
  readonly removed: number;
  /** Records that were kept although their photos were not found, because nothing was selected under their root: a disk may be missing. */
  readonly kept: number;
  /** Absolute paths of these roots. */
  readonly emptyRoots: readonly string[];
  /** With `gallery`: what it has, and what was done; absent when the run was stopped by its signal. */
  readonly gallery?: GallerySummary;
  /** With `links`: what was done in their folder; absent when the run was stopped by its signal. */
  readonly links?: LinkFigures;
  /** What was pruned; absent when that was not asked for, was refused, or the run was stopped. */
  readonly pruned?: Pruned;
  /** Why nothing was pruned; absent when that was not asked for, or was done. */
  readonly pruneRefused?: string;
  /** Why the run ended early; absent when it was complete. */
  readonly stopped?: StopReason;
  /** Photos that were found and not finished. */
  readonly notReached: number;
  /** Sentinels that the sink counted: the number of workers that was asked for; with a queue, of the hosts that were joined at the end. */
  readonly workers: number;
  /** With a queue: what each host has done. */
  readonly hosts?: readonly HostFigures[];
  /** Wall-clock time. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Bytes of the sources that were done in this run. */
  readonly sourceBytes: number;
  /** Pixels of the sources that were done in this run. */
  readonly sourcePixels: number;
  /** Bytes: the main process's largest resident memory plus, for each slot, that of its consumers; of those that exited in order. */
  readonly peakMemoryBytes: number;
  /** User and system time of the main process, and of all consumers that exited in order. */
  readonly cpuSeconds: number;
  /** As in {@link StartEvent}. */
  readonly shard?: string;
  /** Absolute path of the output folder. */
  readonly out: string;
  /** Absolute path of the manifest. */
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
  | PassedOverEvent
  | SkippedFolderEvent
  | PrunedEvent
  | HostEvent
  | QueueEvent
  | SummaryEvent;
