// A lock that this process holds, exclusive or shared: its file has this process's text, and is touched as long as it is held.

import path from 'node:path';
import { causeOf, lostLockError, outputError } from '../../errors.js';
import { describeHolder, parseHolder } from './holder.js';
import { type LockFile, lockPath, readLock, removeLock, touchLock } from './lock-file.js';

/** How often a holder updates its lock for other hosts, which cannot see its process. */
const HEARTBEAT_MS = 10_000;

/** How often at most a holder reads its lock before it writes: within this time nobody can have taken it for dead. */
const CHECK_MS = 1000;

/** A lock as it is taken. */
export interface TakenLock {
  /** What is locked. */
  readonly target: string;
  readonly file: string;
  readonly text: string;
  /** Whether dead holders' locks were found, which may have left temporary files. */
  readonly tookOver: boolean;
}

/** By what another host knows a folder as the one that is locked. */
export interface LockMark {
  /** The path of the lock's file in the folder, with `/`. */
  readonly name: string;
  readonly id: string;
}

const LOCK_NAME = /^\.thumbs\.(?:lock|shared\/[0-9a-f-]{36}\.lock)$/;

/**
 * Whether `folder` has this lock: then it is the folder that its holder has locked, by whatever path it is reached here.
 * @throws system errors.
 */
export function isLockedBy(folder: string, { name, id }: LockMark): boolean {
  const found = LOCK_NAME.test(name) ? readLock(path.join(folder, name)) : undefined;
  return found !== undefined && parseHolder(found.text)?.id === id;
}

export class HeldLock {
  /** Whether dead holders' locks were found, which may have left temporary files. */
  tookOver: boolean;
  protected readonly target: string;
  protected readonly file: string;
  readonly #text: string;
  readonly #heartbeat: NodeJS.Timeout;
  /** By the clock of the day, which goes on while this machine sleeps. */
  #heldAt = Date.now();

  protected constructor({ target, file, text, tookOver }: TakenLock) {
    this.target = target;
    this.file = file;
    this.#text = text;
    this.tookOver = tookOver;
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  /**
   * To be called before each write to what is locked: a process that was suspended for more than a minute may have been taken for dead
   * by another host, which writes now.
   * @throws {ThumbsError} `LOCKED`: the lock is not this one's any more. `OUTPUT`: it cannot be read.
   */
  requireHeld(): void {
    const now = Date.now();
    if (Math.abs(now - this.#heldAt) < CHECK_MS) return;
    let found: LockFile | undefined;
    try {
      found = readLock(this.file);
    } catch (error) {
      throw outputError(this.file, causeOf(error), error);
    }
    if (found?.text !== this.#text) {
      throw lostLockError(this.target, found && describeHolder(parseHolder(found.text)));
    }
    this.#heldAt = now;
  }

  /** Of a folder's lock. */
  get mark(): LockMark {
    const name = path.relative(path.dirname(lockPath(this.target)), this.file).replaceAll(path.sep, '/');
    return { name, id: parseHolder(this.#text)?.id ?? '' };
  }

  /** Removes the lock, unless another process has replaced it since. */
  release(): void {
    clearInterval(this.#heartbeat);
    try {
      removeLock(this.file, this.#text);
    } catch {
      // The lock file stays, and the next run takes it over. An error that ended the run must not be hidden by this one.
    }
  }

  /**
   * {@link requireHeld} for each of these locks.
   * @throws {ThumbsError} `LOCKED` or `OUTPUT`.
   */
  static requireAllHeld(locks: readonly HeldLock[]): void {
    for (const lock of locks) lock.requireHeld();
  }

  #beat(): void {
    try {
      touchLock(this.file, this.#text);
    } catch {
      // A disk that cannot be written to is reported by the next write.
    }
  }
}
