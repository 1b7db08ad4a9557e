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
import path from 'node:path';
import { causeOf, systemCode, ThumbsError } from '../errors.js';
import { jsonLine, printable } from '../printable.js';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.js';
import { temporaryPath } from './temporary.js';
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

/** A lock as it stands on the disk. */
interface Found {
  /** Undefined when it is torn, by a crash of the machine. */
  readonly holder: Holder | undefined;
  readonly text: string;
  readonly mtimeMs: number;
}

/** How often a holder shows that it lives, to those on other hosts that cannot see its process. */
const HEARTBEAT_MS = 10_000;

/** Six missed heartbeats: the holder on another host is dead. */
const DEAD_AFTER_MS = 60_000;

/** Takeovers at which another was quicker; more would be somebody who makes locks all the time. */
const ATTEMPTS = 10;

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
    const file = lockPath(target);
    const holder: Holder = {
      thumbs: 'lock',
      startedAt: new Date().toISOString(),
      host: os.hostname(),
      ...ownIdentity(),
      id: randomUUID(),
    };
    const text = `${jsonLine(holder)}\n`;
    let tookOver = false;
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const { created, now } = create(file, text);
        if (created) return new Lock(file, text, tookOver);
        const found = read(file);
        if (found === undefined) continue; // Released just now.
        if (isHeld(found, now)) throw lockedError(target, file, found.holder);
        if (remove(file, found.text)) tookOver = true;
      }
    } catch (error) {
      throw error instanceof ThumbsError ? error : outputError(file, causeOf(error), error);
    }
    throw lockedError(target, file, undefined);
  }

  /** Gives it back; a lock that somebody else has put there since stays. */
  release(): void {
    clearInterval(this.#heartbeat);
    if (read(this.#file)?.text === this.#text) fs.rmSync(this.#file, { force: true });
  }

  #beat(): void {
    if (read(this.#file)?.text !== this.#text) return;
    const now = new Date();
    // That the disk does not take it is found out by whatever is to be written there next.
    fs.utimes(this.#file, now, now, () => {});
  }
}

function lockPath(target: string): string {
  const isFolder = fs.statSync(target, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder) return path.join(fs.realpathSync(target), '.thumbs.lock');
  const file = fs.existsSync(target)
    ? fs.realpathSync(target)
    : path.join(fs.realpathSync(path.dirname(target)), path.basename(target));
  return path.join(path.dirname(file), `.${path.basename(file)}.lock`);
}

/** Whether the lock could be made, and the time by the file system's own clock. */
function create(file: string, text: string): { created: boolean; now: number } {
  const temporary = temporaryPath(path.dirname(file));
  try {
    fs.writeFileSync(temporary, text, { flag: 'wx' });
    const { mtimeMs } = fs.statSync(temporary);
    return { created: claim(temporary, file), now: mtimeMs };
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

/** Whether `file` is now what `temporary` was, and was not there before. */
function claim(temporary: string, file: string): boolean {
  try {
    fs.linkSync(temporary, file);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(systemCode(error) ?? ''))
      throw error;
  }
  // No links here (FAT, some network shares): two runs that start within this moment are not told apart.
  if (fs.existsSync(file)) return false;
  fs.renameSync(temporary, file);
  return true;
}

function read(file: string): Found | undefined {
  try {
    const { mtimeMs } = fs.statSync(file);
    const text = fs.readFileSync(file, 'utf8');
    return { holder: parseHolder(text), text, mtimeMs };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value: Partial<Holder> | null = JSON.parse(text);
    const texts = [value?.startedAt, value?.host, value?.place].every((field) => typeof field === 'string');
    return texts && typeof value?.pid === 'number' ? (value as Holder) : undefined;
  } catch {
    return undefined; // Torn: it names nobody who could be asked.
  }
}

/** By the process where it can be seen from here, and by its heartbeat where it cannot. */
function isHeld({ holder, mtimeMs }: Found, now: number): boolean {
  const running = holder === undefined ? undefined : isRunning(holder);
  return running ?? now - mtimeMs < DEAD_AFTER_MS;
}

/**
 * Whether the lock that was judged dead is gone by this call. It is moved away first: should it be another by now, that of
 * a run which was quicker, it is put back.
 */
function remove(file: string, judged: string): boolean {
  const aside = temporaryPath(path.dirname(file));
  try {
    fs.renameSync(file, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
  const isJudged = fs.readFileSync(aside, 'utf8') === judged;
  if (!isJudged) claim(aside, file);
  fs.rmSync(aside, { force: true });
  return isJudged;
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
