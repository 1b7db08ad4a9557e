// What travels through the queue server, as JSON.
//
//     RunEntry      run -> hosts        what is to be made, and where everything is
//     HostEntry     host -> run         whether it takes part, and in the end what its consumers have used
//     Batch         run -> a host       photos to be done: one, or several small ones
//     BatchResult   host -> run         what came of them

import type { SourceFacts } from '../../files/source.js';
import type {
  Attempt,
  HostStanding,
  Identified,
  Outcome,
  Part,
  Task,
  Usage,
  WorkOptions,
} from '../../job.js';
import type { PoolSetup, SharedFacts } from '../job-pool.js';

/** Of entries and batches; a run and its hosts must have the same. */
export const PROTOCOL = 1;

/** What a run says of itself, to any host. */
export interface RunEntry extends SharedFacts, Pick<PoolSetup, 'timeoutMs' | 'retries'> {
  readonly protocol: typeof PROTOCOL;
  /** A UUID. */
  readonly id: string;
  /** The name of its main process's host. */
  readonly host: string;
  /** Changes at each beat. */
  readonly beat: number;
  /** `draining`: running images have `graceMs`, and nothing else is begun. `ending`: all photos are done, and sentinels are due. */
  readonly state: 'working' | 'draining' | 'ending';
  readonly graceMs: number;
  /** Absolute path there. */
  readonly out: string;
  readonly work: Omit<WorkOptions, 'maxMemory' | 'out'>;
  /** By the id of a host: why the run takes nothing more from it. */
  readonly dismissed: Readonly<Record<string, string>>;
}

/** What a host says of itself, to one run. */
export interface HostEntry {
  readonly name: string;
  /** Changes at each beat. */
  readonly beat: number;
  readonly standing: Exclude<HostStanding, 'lost'>;
  /** Its consumers for this run. */
  readonly consumers: number;
  readonly reason?: string;
  /** What each of its slots has used, when all of them have passed their sentinels on. */
  readonly sentinels?: readonly Usage[];
}

/** A photo on its way to a host. */
export interface QueuedPhoto {
  /** Unique in the run. */
  readonly id: number;
  /** Index in the run's roots. */
  readonly root: number;
  /** Relative to the root, and empty for a root that is a file; with `/`. */
  readonly path: string;
  readonly task: Task;
  /** As the planner saw it. A host that does not see it says so; without facts it reports it as any consumer does. */
  readonly facts?: SourceFacts;
  readonly part?: Part;
}

export interface Batch {
  readonly protocol: typeof PROTOCOL;
  readonly photos: readonly QueuedPhoto[];
}

/** What came of a photo; or why the host does not see it, or may not read it. */
export type PhotoResult =
  | { readonly id: number; readonly outcome: Outcome | Identified; readonly attempt: Attempt }
  | { readonly id: number; readonly unseen: string };

export interface BatchResult {
  /** The id of the host. */
  readonly host: string;
  /** Those photos of the batch that the host has finished; the others are given out again. */
  readonly results: readonly PhotoResult[];
}
