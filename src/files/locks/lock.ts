// Keeps a second run from writing to a folder or file while a first one does.
//
//     thumbnails/.thumbs.lock         the lock of a folder, in it
//     .photos.jsonl.lock              the lock of photos.jsonl, beside it

import fs from 'node:fs';
import { causeOf, outputError, systemCode, ThumbsError } from '../../errors.js';
import { HeldLock } from './held-lock.js';
import { type Holder, inUseError, isHeld, ownLock, parseHolder, requireLockText } from './holder.js';
import { createLock, lockPath, readLock, removeLock } from './lock-file.js';
import { requireNoSharers, sharersFolder } from './sharers.js';

/** Attempts before this process gives up because others were quicker. */
const ATTEMPTS = 10;

/** Milliseconds between attempts: a takeover by another process takes only a few system calls. */
const PAUSE_MS = 10;

/** Milliseconds for which a shard waits for other shards, which hold the lock for a moment: longer than one that died there counts. */
const SHARD_WAIT_MS = 75_000;

/** Milliseconds for which a shard waits for a whole run: one that starts now is refused because of another shard. */
const RUN_WAIT_MS = 500;

/** A lock that somebody else holds. */
interface InUse {
  readonly file: string;
  /** Undefined when its file is incomplete, or gone. */
  readonly holder: Holder | undefined;
  /** Whether each holder that was found has released it since: many want it for a moment. */
  readonly isReleased: boolean;
}

/** An exclusive lock. */
export class Lock extends HeldLock {
  /**
   * Locks `target`, an existing folder or a file in one, until {@link release} or the end of the process.
   * @param shard Which part of a run this is, `3/8`, for the messages of others; undefined for a whole one.
   * @throws {ThumbsError} `LOCKED`: another run uses it, or a shard of one. `OUTPUT`: the lock cannot be written.
   */
  static take(target: string, shard?: string): Lock {
    // Before the lock is written: a shard that starts at this moment is not to be refused for a run that is refused itself.
    const file = withOutputErrors(target, () => {
      const found = lockPath(target);
      requireNoSharers(target, found, false);
      return found;
    });
    const found = Lock.#attempt(target, shard);
    if (!(found instanceof Lock)) throw inUseError(target, found.file, found.holder);
    try {
      const hadSharers = withOutputErrors(target, () => requireNoSharers(target, file, true));
      found.tookOver ||= hadSharers;
      return found;
    } catch (error) {
      found.release();
      throw error;
    }
  }

  /**
   * Locks `target` against everybody but those who hold it shared, waiting for others who do the same: so that a shard can become one of
   * those, or change what they have in common. To be released at once.
   * @throws {ThumbsError} `LOCKED`: a whole run uses it. `OUTPUT`: the lock cannot be written.
   */
  static takeBriefly(target: string, shard: string): Lock {
    for (const startedAt = performance.now(); ; pause(PAUSE_MS * (0.5 + Math.random()))) {
      const found = Lock.#attempt(target, shard);
      if (found instanceof Lock) return found;
      const isShard = found.isReleased || found.holder?.shard !== undefined;
      const limit = isShard ? SHARD_WAIT_MS : RUN_WAIT_MS;
      if (performance.now() - startedAt > limit) throw inUseError(target, found.file, found.holder);
    }
  }

  /**
   * Takes all of these locks, or none.
   * @throws {ThumbsError} `LOCKED` or `OUTPUT`.
   */
  static takeAll(targets: readonly string[]): Lock[] {
    const locks: Lock[] = [];
    try {
      for (const target of targets) locks.push(Lock.take(target));
    } catch (error) {
      for (const lock of locks) lock.release();
      throw error;
    }
    return locks;
  }

  /**
   * For a caller that only reads: checks that no run uses `target`, nor a shard of one, and writes nothing.
   * @throws {ThumbsError} `LOCKED`: a run uses it. `OUTPUT`: the lock cannot be read.
   */
  static check(target: string): void {
    withOutputErrors(target, () => {
      const file = lockPath(target);
      const found = readLock(file);
      const holder = found && parseHolder(found.text);
      if (found !== undefined && isHeld(holder, found, Date.now())) throw inUseError(target, file, holder);
      requireNoSharers(target, file, false);
    });
  }

  /** One try to get the lock, whoever holds it shared. */
  static #attempt(target: string, shard: string | undefined): Lock | InUse {
    const { text } = ownLock(shard);
    let file = target;
    try {
      file = lockPath(target);
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const { created, now } = createLock(file, text);
        if (created) return new Lock({ target, file, text, tookOver: false });
        const found = readLock(file);
        if (found === undefined) continue; // Released just now.
        requireLockText(found);
        const holder = parseHolder(found.text);
        if (isHeld(holder, found, now)) return { file, holder, isReleased: false };
        if (takeOver(file, found.text, text)) return new Lock({ target, file, text, tookOver: true });
        pause(PAUSE_MS);
      }
    } catch (error) {
      throw error instanceof ThumbsError ? error : outputError(file, causeOf(error), error);
    }
    return { file, holder: undefined, isReleased: true };
  }
}

/** Blocks this process. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Calls `work`; a system error becomes an `OUTPUT` error that names the lock. */
function withOutputErrors<T>(target: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof ThumbsError ? error : outputError(lockPathOr(target), causeOf(error), error);
  }
}

/** The path of the lock, for a message: that of what is to be locked where it cannot be found. */
function lockPathOr(target: string): string {
  try {
    return lockPath(target);
  } catch {
    return target;
  }
}

/** The files and folders that locking `target` may create. */
export function lockPaths(target: string): string[] {
  const file = lockPath(target);
  return [file, guardOf(file), sharersFolder(file)];
}

/** The lock that is held while a dead holder's lock is taken over. */
function guardOf(file: string): string {
  return `${file}.takeover`;
}

/**
 * Replaces the lock `dead`, a dead holder's, by `text`; false if another process was quicker, or is about to be. No system call
 * replaces a file only if it is still the same, so `<file>.takeover` is held meanwhile, and becomes the lock.
 */
function takeOver(file: string, dead: string, text: string): boolean {
  const guard = guardOf(file);
  const { created, now } = createLock(guard, text);
  if (!created) {
    const left = readLock(guard);
    // Remove it if its process died between these few calls.
    if (left !== undefined && !isHeld(parseHolder(left.text), left, now)) removeLock(guard, left.text);
    return false;
  }
  if (readLock(file)?.text !== dead) {
    removeLock(guard, text);
    return false;
  }
  try {
    fs.renameSync(guard, file);
  } catch (error) {
    // ENOENT: another process took this one for dead, and removed the guard.
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  return readLock(file)?.text === text;
}
