// What a run knows of its pool: jobs go in, results and N sentinels come out, whoever does the work.

import type { LockMark } from '../files/locks/held-lock.js';
import type { Identified, Job, PoolNotice, PoolOutput, Sentinel, Unchanged, WorkOptions } from '../job.js';

/** Unchanged photos that wait for the sink in a pool: enough to keep it busy, and next to no memory. */
export const UNCHANGED_AHEAD = 256;

/** A pool that a run gives its jobs to. */
export interface JobPool {
  /** N: sentinels that pass the pool. It may grow until the first one is given to the pool, and not after that. */
  readonly slots: number;
  /** Consumers on this machine that did not exit in order; each may have left a temporary file. */
  readonly crashes: number;
  /** Starts the first `consumers` before their jobs are known; never more than there will be jobs. */
  prefork(consumers: number): void;
  /** Ends the work before the jobs end: no job is started, running ones have `graceMs`, and every slot emits its sentinel. */
  drain(graceMs: number): void;
  /**
   * Results as they come, and N sentinels. However the iteration ends (a `break`, a throw), no consumer is left.
   * @throws {ThumbsError} `OUTPUT`, `CONSUMER` or `QUEUE`, and whatever `produced` throws.
   */
  outputs(produced: AsyncIterable<Job | Unchanged | Sentinel>): AsyncGenerator<PoolOutput | PoolNotice>;
  /** Resolves when no consumer is left, whether or not anybody has asked for outputs. */
  close(): Promise<void>;
}

/** What a run asks of its pool. */
export interface PoolSetup {
  readonly work: Omit<WorkOptions, 'maxMemory'>;
  /** Consumers on this machine. */
  readonly consumers: number;
  /** Bytes, for all consumers on this machine together. */
  readonly maxMemory: number;
  /** Milliseconds for one image. */
  readonly timeoutMs: number;
  /** Further tries of an image whose consumer died. */
  readonly retries: number;
  /** What is to be done with a photo that was read: nothing more, if its content is on record; else something is to be made. */
  readonly planIdentified: (job: Job, identified: Identified) => Job | Unchanged;
  readonly shared: SharedFacts;
}

/** What consumers elsewhere have to find as it is here. */
export interface SharedFacts {
  /** The photos' paths begin with one of these: folders, and single files. */
  readonly roots: ReadonlyArray<{ readonly path: string; readonly kind: 'folder' | 'file' }>;
  /** The lock that the run holds in its output folder. */
  readonly lock: LockMark;
  readonly madeBy: MadeBy;
}

/** What decides every byte of a run's thumbnails, but for the photos. */
export interface MadeBy {
  /** Of the variants, and of every decoder with its options and versions. */
  readonly digest: string;
  /** By name: `sharp`, `libvips`, `heic libheif-js`. */
  readonly versions: Readonly<Record<string, string | number>>;
}

/** Called when the run is sure to begin, and before its walk. */
export type CreatePool = (setup: PoolSetup) => JobPool | Promise<JobPool>;
