// Who holds a lock: what its file says, and whether that process is alive.
//
//     {"thumbs":"lock","pid":4711,"startedAt":"2026-11-20T22:00:00.000Z","host":"tower","place":"<boot> pid:[4026531836]",
//      "startTicks":"81234","shard":"3/8","id":"<uuid>"}

import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { lockedError, type ThumbsError } from '../../errors.js';
import { jsonLine } from '../../printable.js';
import { isRunning, ownIdentity, type ProcessIdentity } from '../process-identity.js';
import type { LockFile } from './lock-file.js';

/** Who holds a lock. */
export interface Holder extends ProcessIdentity {
  readonly thumbs: 'lock';
  /** When the lock was taken, ISO 8601. */
  readonly startedAt: string;
  readonly host: string;
  /** Which part of a run it is, `3/8`; absent for a whole one. */
  readonly shard?: string;
  /** Unique for this lock. An inode is not: a new file may get that of a removed one. */
  readonly id: string;
}

/** A lock file of the calling process that is open to nobody else. */
export interface OwnLock {
  readonly id: string;
  readonly text: string;
}

export function ownLock(shard: string | undefined): OwnLock {
  const self: Holder = {
    thumbs: 'lock',
    startedAt: new Date().toISOString(),
    host: os.hostname(),
    ...ownIdentity(),
    ...(shard === undefined ? {} : { shard }),
    id: randomUUID(),
  };
  return { id: self.id, text: `${jsonLine(self)}\n` };
}

/** After six missed heartbeats a holder on another host is taken for dead. */
const DEAD_AFTER_MS = 60_000;

/** What every lock begins with. */
const BEGINNING = jsonLine({ thumbs: 'lock' }).slice(0, -1);

/** Whether a text is a lock, or one that a crash of the machine has left: a part of it, or zeros. */
function isLockText(text: string): boolean {
  return text.startsWith(BEGINNING) || BEGINNING.startsWith(text.replaceAll('\0', ''));
}

/** @throws {Error} when the file is not a lock. */
export function requireLockText({ text }: LockFile): void {
  if (!isLockText(text)) throw new Error('it is not a lock of thumbs, and is left unchanged');
}

/** Undefined when the lock is incomplete, after a crash of the machine. */
export function parseHolder(text: string): Holder | undefined {
  try {
    const value: Partial<Holder> | null = JSON.parse(text);
    const { startedAt, host, place, shard = '' } = value ?? {};
    const texts = [startedAt, host, place, shard].every((field) => typeof field === 'string');
    return texts && typeof value?.pid === 'number' ? (value as Holder) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Judged by the process where it can be seen from here, else by the heartbeat.
 * @param now By the file system's clock, if that is known.
 */
export function isHeld(holder: Holder | undefined, { mtimeMs }: LockFile, now: number): boolean {
  const running = holder === undefined ? undefined : isRunning(holder);
  return running ?? now - mtimeMs < DEAD_AFTER_MS;
}

/** @param others How many hold it besides. */
export function inUseError(
  target: string,
  file: string,
  holder: Holder | undefined,
  others = 0,
): ThumbsError {
  const elsewhere = holder === undefined || isRunning(holder) === undefined;
  const who = describeHolder(holder) + (others === 0 ? '' : `, and by ${others} more`);
  const remedy = elsewhere ? `; if that run has ended, remove ${file} or wait a minute` : '';
  return lockedError(`${target} is in use by ${who}${remedy}`);
}

/** `another run, process 4711 on attic, since 2026-11-20 22:00:00` */
export function describeHolder(holder: Holder | undefined): string {
  if (holder === undefined) return 'another run';
  const who = holder.shard === undefined ? 'another run' : `shard ${holder.shard}`;
  const host = isRunning(holder) === undefined ? ` on ${holder.host}` : '';
  return `${who}, process ${holder.pid}${host}, since ${localTime(holder.startedAt)}`;
}

/** `2026-11-20 22:00:00`, in this machine's time zone. */
function localTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const two = (amount: number) => String(amount).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}
