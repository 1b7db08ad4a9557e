// The locks of a run: exclusive ones of the output folder and the manifest, or those of a shard, which shares the folder with others.

import { HeldLock, type LockMark } from './held-lock.js';
import { Lock } from './lock.js';
import { SharedLock } from './shared-lock.js';

export interface RunLocks {
  /** That of the output folder. */
  readonly mark: LockMark;
  /** Whether dead holders' locks were found, which may have left temporary files. */
  readonly tookOver: boolean;
  /**
   * To be called before each write.
   * @throws {ThumbsError} `LOCKED`: another run has taken over a lock. `OUTPUT`: it cannot be read.
   */
  requireHeld(): void;
  /** Does what no other shard may do in the output folder at the same time. */
  exclusively<T>(work: () => T): T;
  release(): void;
}

/** What a shard locks. */
export interface ShardPlace {
  readonly out: string;
  /** The shard's own. */
  readonly manifest: string;
  /** The one that the manifests of all shards are merged to. */
  readonly merged: string;
  /** `3/8` */
  readonly name: string;
}

/** @throws {ThumbsError} `LOCKED` or `OUTPUT`. */
export function lockRun(out: string, manifest: string): RunLocks {
  const [folder, ...others] = Lock.takeAll([out, manifest]);
  if (folder === undefined) throw new RangeError('Expected the output folder to be locked');
  return runLocks(folder, [folder, ...others], (work) => work());
}

/** @throws {ThumbsError} `LOCKED` or `OUTPUT`. */
export function lockShard({ out, manifest, merged, name }: ShardPlace): RunLocks {
  const locks: HeldLock[] = [];
  try {
    const folder = SharedLock.take(out, name);
    locks.push(folder);
    locks.push(SharedLock.take(merged, name));
    locks.push(Lock.take(manifest, name));
    return runLocks(folder, locks, (work) => folder.exclusively(work));
  } catch (error) {
    for (const lock of locks) lock.release();
    throw error;
  }
}

function runLocks(
  folder: HeldLock,
  locks: readonly HeldLock[],
  exclusively: RunLocks['exclusively'],
): RunLocks {
  return {
    mark: folder.mark,
    tookOver: locks.some(({ tookOver }) => tookOver),
    requireHeld: () => HeldLock.requireAllHeld(locks),
    exclusively,
    release: () => {
      for (const lock of locks) lock.release();
    },
  };
}
