// One run's hold on a folder or a file, so that no second run writes there meanwhile.
//
//     thumbnails/.thumbs.lock         of the folder
//     .photos.jsonl.lock              of photos.jsonl, beside it
//
//     {"thumbs":"lock","pid":4711,"startedAt":"2026-11-20T22:00:00.000Z","host":"tower","place":"<boot> pid:[4026531836]",
//      "startTicks":"81234","id":"<uuid>"}

import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import { causeOf, systemCode, ThumbsError } from '../errors.js';
import { jsonLine, printable } from '../printable.js';
import { createLock, type LockFile, lockPath, readLock, removeLock, touchLock } from './lock-file.js';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.js';
import { outputError } from './thumbnail-folder.js';

/** Who holds a lock. */
interface Holder extends ProcessIdentity {
  readonly thumbs: 'lock';
  /** Time of the lock, ISO 8601. */
  readonly startedAt: string;
  readonly host: string;
  /** What tells this lock from every other. An inode would not do: a new file may get that of a removed one. */
  readonly id: string;
}

/** How often a holder shows that it lives, to those on other hosts that cannot see its process. */
const HEARTBEAT_MS = 10_000;

/** Six missed heartbeats: the holder on another host is dead. */
const DEAD_AFTER_MS = 60_000;

/** Times at which another was quicker; more would be somebody who makes locks all the time. */
const ATTEMPTS = 10;

/** A takeover by another takes a few system calls. */
const PAUSE_MS = 10;

export class Lock {
  /** Whether a lock was found whose holder is dead: it did not end in order, and may have left temporary files. */
  readonly tookOver: boolean;
  readonly #file: string;
  readonly #text: string;
  readonly #heartbeat: NodeJS.Timeout;

  private constructor(file: string, text: string, tookOver: boolean) {
    this.#file = file;
    this.#text = text;
    this.tookOver = tookOver;
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  /**
   * Takes hold of `target`, an existing folder or a file in one, until {@link release}, or the end of the process.
   * @throws {ThumbsError} `LOCKED`: another run has it. `OUTPUT`: the lock cannot be written.
   */
  static take(target: string): Lock {
    const holder: Holder = {
      thumbs: 'lock',
      startedAt: new Date().toISOString(),
      host: os.hostname(),
      ...ownIdentity(),
      id: randomUUID(),
    };
    const text = `${jsonLine(holder)}\n`;
    let file = target;
    try {
      file = lockPath(target);
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const { created, now } = createLock(file, text);
        if (created) return new Lock(file, text, false);
        const found = readLock(file);
        if (found === undefined) continue; // Released just now.
        const judged = parseHolder(found.text);
        if (isHeld(judged, found, now)) throw lockedError(target, file, judged);
        if (takeOver(file, found.text, text)) return new Lock(file, text, true);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
      }
    } catch (error) {
      throw error instanceof ThumbsError ? error : outputError(file, causeOf(error), error);
    }
    throw lockedError(target, file, undefined);
  }

  /**
   * {@link take} of all of these, or of none.
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
   * Writes nothing, and so serves where only reading is to be done.
   * @throws {ThumbsError} `LOCKED`: a run has `target`. `OUTPUT`: that cannot be told.
   */
  static check(target: string): void {
    let file = target;
    try {
      file = lockPath(target);
      const found = readLock(file);
      if (found === undefined) return;
      const holder = parseHolder(found.text);
      if (isHeld(holder, found, Date.now())) throw lockedError(target, file, holder);
    } catch (error) {
      throw error instanceof ThumbsError ? error : outputError(file, causeOf(error), error);
    }
  }

  /** Gives it back; a lock that somebody else has put there since stays. */
  release(): void {
    clearInterval(this.#heartbeat);
    try {
      removeLock(this.#file, this.#text);
    } catch {
      // It stays, and is a dead one's when this process has ended. What ended the run matters more.
    }
  }

  #beat(): void {
    try {
      touchLock(this.#file, this.#text);
    } catch {
      // That the disk does not take it is found out by whatever is to be written there next.
    }
  }
}

/** The names that the lock of `target` may have on the disk. */
export function lockPaths(target: string): string[] {
  const file = lockPath(target);
  return [file, guardOf(file)];
}

/** Held while a dead one's lock is taken over. */
function guardOf(file: string): string {
  return `${file}.takeover`;
}

/**
 * Puts the lock `text` in the place of `judged`, a dead one's; false when another was quicker, or is about to be. No call
 * replaces one certain file only, so whoever does this holds `<file>.takeover` meanwhile, which becomes the lock.
 */
function takeOver(file: string, judged: string, text: string): boolean {
  const guard = guardOf(file);
  const { created, now } = createLock(guard, text);
  if (!created) {
    const left = readLock(guard);
    // Its process died between these few calls.
    if (left !== undefined && !isHeld(parseHolder(left.text), left, now)) removeLock(guard, left.text);
    return false;
  }
  if (readLock(file)?.text !== judged) {
    removeLock(guard, text);
    return false;
  }
  try {
    fs.renameSync(guard, file);
  } catch (error) {
    // Somebody took this process for dead, and the guard away.
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  return readLock(file)?.text === text;
}

/** Undefined when it is torn, by a crash of the machine: it names nobody who could be asked. */
function parseHolder(text: string): Holder | undefined {
  try {
    const value: Partial<Holder> | null = JSON.parse(text);
    const texts = [value?.startedAt, value?.host, value?.place].every((field) => typeof field === 'string');
    return texts && typeof value?.pid === 'number' ? (value as Holder) : undefined;
  } catch {
    return undefined;
  }
}

/** By the process where it can be seen from here, and by its heartbeat where it cannot. */
function isHeld(holder: Holder | undefined, { mtimeMs }: LockFile, now: number): boolean {
  const running = holder === undefined ? undefined : isRunning(holder);
  return running ?? now - mtimeMs < DEAD_AFTER_MS;
}

function lockedError(target: string, file: string, holder: Holder | undefined): ThumbsError {
  const elsewhere = holder === undefined || isRunning(holder) === undefined;
  const who =
    holder === undefined
      ? 'another run'
      : `another run, process ${holder.pid}${elsewhere ? ` on ${holder.host}` : ''}, since ${localTime(holder.startedAt)}`;
  const remedy = elsewhere ? `; if that one is dead, remove ${file} or wait a minute` : '';
  return new ThumbsError('LOCKED', printable(`${target} is in use by ${who}${remedy}`));
}

/** `2026-11-20 22:00:00`, by the clock of this machine. */
function localTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const two = (amount: number) => String(amount).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}
