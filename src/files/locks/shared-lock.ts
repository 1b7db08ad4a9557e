// A lock that several processes hold at once, as the shards of a run hold their output folder. While anybody holds it, nobody gets it
// exclusively, and the other way round.
//
// Whoever becomes a holder has the exclusive lock for that moment (`Lock.takeBriefly`), and whoever takes that to keep it looks for holders
// when it has it. So of the two, in whatever order they come, the second sees the first.

import fs from 'node:fs';
import { causeOf, outputError, systemCode, ThumbsError } from '../../errors.js';
import { HeldLock, type TakenLock } from './held-lock.js';
import { ownLock } from './holder.js';
import { Lock } from './lock.js';
import { createLock, lockPath } from './lock-file.js';
import { cleanSharers, removeIfEmpty, sharedPath, sharersFolder } from './sharers.js';

/** Attempts to create a file in a folder that others may remove at the same time. */
const ATTEMPTS = 100;

export class SharedLock extends HeldLock {
  readonly #folder: string;
  readonly #shard: string;

  private constructor(taken: TakenLock, folder: string, shard: string) {
    super(taken);
    this.#folder = folder;
    this.#shard = shard;
  }

  /**
   * Locks `target`, an existing folder or a file in one, together with others, until {@link release} or the end of the process.
   * @param shard Which part of a run this is, `3/8`, for the messages of others.
   * @throws {ThumbsError} `LOCKED`: a whole run uses it. `OUTPUT`: the lock cannot be written.
   */
  static take(target: string, shard: string): SharedLock {
    const entry = Lock.takeBriefly(target, shard);
    let folder = target;
    try {
      const exclusive = lockPath(target);
      folder = sharersFolder(exclusive);
      const { dead } = cleanSharers(exclusive);
      const { id, text } = ownLock(shard);
      const file = sharedPath(folder, id);
      createIn(folder, file, text);
      return new SharedLock(
        { target, file, text, tookOver: entry.tookOver || dead.length > 0 },
        folder,
        shard,
      );
    } catch (error) {
      throw error instanceof ThumbsError ? error : outputError(folder, causeOf(error), error);
    } finally {
      entry.release();
    }
  }

  /**
   * Does what no other holder may do at the same time; it waits for those who do. It should take no longer than a moment.
   * @throws {ThumbsError} `LOCKED` or `OUTPUT`; what `work` throws.
   */
  exclusively<T>(work: () => T): T {
    const lock = Lock.takeBriefly(this.target, this.#shard);
    try {
      return work();
    } finally {
      lock.release();
    }
  }

  override release(): void {
    super.release();
    removeIfEmpty(this.#folder);
  }
}

/** Creates the file, and the folder if it is missing: whoever releases the lock last removes that. */
function createIn(folder: string, file: string, text: string): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      fs.mkdirSync(folder);
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
    try {
      if (!createLock(file, text).created) throw new Error('there is such a file already');
      return;
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error;
    }
  }
}
