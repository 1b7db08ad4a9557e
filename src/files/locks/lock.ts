// Keeps a second run from writing to a folder or file while a first one does.
//
//     thumbnails/.thumbs.lock         the lock of a folder, in it
//     .photos.jsonl.lock              the lock of photos.jsonl, beside it
//
//     {"thumbs":"lock","pid":4711,"startedAt":"2026-11-20T22:00:00.000Z","host":"tower","place":"<boot> pid:[4026531836]",
//      "startTicks":"81234","id":"<uuid>"}

import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { causeOf, lockedError, lostLockError, outputError, systemCode, ThumbsError } from '../../errors.js';
import { jsonLine } from '../../printable.js';
import { isRunning, ownIdentity, type ProcessIdentity } from '../process-identity.js';
import { createLock, type LockFile, lockPath, readLock, removeLock, touchLock } from './lock-file.js';

/** Who holds a lock. */
interface Holder extends ProcessIdentity {
  readonly thumbs: 'lock';
  /** When the lock was taken, ISO 8601. */
  readonly startedAt: string;
  readonly host: string;
  /** Unique for this lock. An inode is not: a new file may get that of a removed one. */
  readonly id: string;
}

/** By what another host knows a lock, and with it the folder, to be the one that is held. */
export interface LockMark {
  /** The lock's name in the folder. */
  readonly name: string;
  readonly id: string;
}

/** How often a holder updates its lock for other hosts, which cannot see its process. */
const HEARTBEAT_MS = 10_000;

/** After six missed heartbeats a holder on another host is taken for dead. */
const DEAD_AFTER_MS = 60_000;

/** Attempts before this process gives up because others were quicker. */
const ATTEMPTS = 10;

/** How often at most a holder reads its lock before it writes: within this time nobody can have taken it for dead. */
const CHECK_MS = 1000;

/** Milliseconds between attempts: a takeover by another process takes only a few system calls. */
const PAUSE_MS = 10;

export class Lock {
  readonly mark: LockMark;
  /** Whether the lock was taken over from a dead holder, which may have left temporary files. */
  readonly tookOver: boolean;
  readonly #target: string;
  readonly #file: string;
  readonly #text: string;
  readonly #heartbeat: NodeJS.Timeout;
  /** By the clock of the day, which goes on while this machine sleeps. */
  #heldAt = Date.now();

  private constructor(target: string, file: string, text: string, tookOver: boolean) {
    this.#target = target;
    this.#file = file;
    this.#text = text;
    this.mark = { name: path.basename(file), id: parseHolder(text)?.id ?? '' };
    this.tookOver = tookOver;
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  /**
   * Locks `target`, an existing folder or a file in one, until {@link release} or the end of the process.
   * @throws {ThumbsError} `LOCKED`: another run uses it. `OUTPUT`: the lock cannot be written.
   */
  static take(target: string): Lock {
    const self: Holder = {
      thumbs: 'lock',
      startedAt: new Date().toISOString(),
      host: os.hostname(),
      ...ownIdentity(),
      id: randomUUID(),
    };
    const text = `${jsonLine(self)}\n`;
    let file = target;
    try {
      file = lockPath(target);
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const { created, now } = createLock(file, text);
        if (created) return new Lock(target, file, text, false);
        const found = readLock(file);
        if (found === undefined) continue; // Released just now.
        if (!isLockText(found.text)) throw new Error('it is not a lock of thumbs, and is left unchanged');
        const holder = parseHolder(found.text);
        if (isHeld(holder, found, now)) throw inUseError(target, file, holder);
        if (takeOver(file, found.text, text)) return new Lock(target, file, text, true);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
      }
    } catch (error) {
      throw error instanceof ThumbsError ? error : outputError(file, causeOf(error), error);
    }
    throw inUseError(target, file, undefined);
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
   * For a caller that only reads: checks that no run uses `target`, and writes nothing.
   * @throws {ThumbsError} `LOCKED`: a run uses it. `OUTPUT`: the lock cannot be read.
   */
  static check(target: string): void {
    let file = target;
    try {
      file = lockPath(target);
      const found = readLock(file);
      if (found === undefined) return;
      const holder = parseHolder(found.text);
      if (isHeld(holder, found, Date.now())) throw inUseError(target, file, holder);
    } catch (error) {
      throw error instanceof ThumbsError ? error : outputError(file, causeOf(error), error);
    }
  }

  /**
   * Whether `folder` has this lock: then it is the folder that its holder has locked, by whatever path it is reached here.
   * @throws system errors.
   */
  static isIn(folder: string, { name, id }: LockMark): boolean {
    const found = readLock(path.join(folder, path.basename(name)));
    return found !== undefined && parseHolder(found.text)?.id === id;
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
      found = readLock(this.#file);
    } catch (error) {
      throw outputError(this.#file, causeOf(error), error);
    }
    if (found?.text !== this.#text) {
      throw lostLockError(this.#target, found && describeHolder(parseHolder(found.text)));
    }
    this.#heldAt = now;
  }

  /**
   * {@link requireHeld} for each of these locks.
   * @throws {ThumbsError} `LOCKED` or `OUTPUT`.
   */
  static requireAllHeld(locks: readonly Lock[]): void {
    for (const lock of locks) lock.requireHeld();
  }

  /** Removes the lock, unless another process has replaced it since. */
  release(): void {
    clearInterval(this.#heartbeat);
    try {
      removeLock(this.#file, this.#text);
    } catch {
      // The lock file stays, and the next run takes it over. An error that ended the run must not be hidden by this one.
    }
  }

  #beat(): void {
    try {
      touchLock(this.#file, this.#text);
    } catch {
      // A disk that cannot be written to is reported by the next write.
    }
  }
}

/** The files that locking `target` may create. */
export function lockPaths(target: string): string[] {
  const file = lockPath(target);
  return [file, guardOf(file)];
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

/** What every lock begins with. */
const BEGINNING = jsonLine({ thumbs: 'lock' }).slice(0, -1);

/** Whether a text is a lock, or one that a crash of the machine has left: a part of it, or zeros. */
function isLockText(text: string): boolean {
  return text.startsWith(BEGINNING) || BEGINNING.startsWith(text.replaceAll('\0', ''));
}

/** Undefined when the lock is incomplete, after a crash of the machine. */
function parseHolder(text: string): Holder | undefined {
  try {
    const value: Partial<Holder> | null = JSON.parse(text);
    const texts = [value?.startedAt, value?.host, value?.place].every((field) => typeof field === 'string');
    return texts && typeof value?.pid === 'number' ? (value as Holder) : undefined;
  } catch {
    return undefined;
  }
}

/** Judged by the process where it can be seen from here, else by the heartbeat. */
function isHeld(holder: Holder | undefined, { mtimeMs }: LockFile, now: number): boolean {
  const running = holder === undefined ? undefined : isRunning(holder);
  return running ?? now - mtimeMs < DEAD_AFTER_MS;
}

function inUseError(target: string, file: string, holder: Holder | undefined): ThumbsError {
  const elsewhere = holder === undefined || isRunning(holder) === undefined;
  const who = describeHolder(holder);
  const remedy = elsewhere ? `; if that run has ended, remove ${file} or wait a minute` : '';
  return lockedError(`${target} is in use by ${who}${remedy}`);
}

/** `another run, process 4711 on attic, since 2026-11-20 22:00:00` */
function describeHolder(holder: Holder | undefined): string {
  if (holder === undefined) return 'another run';
  const host = isRunning(holder) === undefined ? ` on ${holder.host}` : '';
  return `another run, process ${holder.pid}${host}, since ${localTime(holder.startedAt)}`;
}

/** `2026-11-20 22:00:00`, in this machine's time zone. */
function localTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const two = (amount: number) => String(amount).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}
