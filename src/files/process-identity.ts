// Which process is which: ids are reused, and are valid within one boot and one container only.

import fs from 'node:fs';
import os from 'node:os';
import { systemCode } from '../errors.js';

/** What distinguishes a process from all others. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Where `pid` is valid: boot and pid namespace on Linux, the host elsewhere. */
  readonly place: string;
  /** When the process started, in ticks since the boot (Linux): a later process with the same id has another value. */
  readonly startTicks?: string;
}

/** The identity of the calling process. */
export function ownIdentity(): ProcessIdentity {
  const startTicks = statOf(process.pid)?.startTicks;
  return { pid: process.pid, place: ownPlace(), ...(startTicks === undefined ? {} : { startTicks }) };
}

/** Whether a living process has this id. A zombie, which has ended and which its parent has not reaped, is not one. */
export function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) !== 'EPERM') return false; // EPERM: another user's process.
  }
  return statOf(pid)?.state !== 'Z';
}

/** Whether this very process runs; undefined when its id is not valid here. */
export function isRunning({ pid, place, startTicks }: ProcessIdentity): boolean | undefined {
  if (place !== ownPlace()) return undefined;
  const found = statOf(pid)?.startTicks;
  // With hidepid, a living process of another user has no /proc entry for us.
  return isAlive(pid) && (found === undefined || startTicks === undefined || found === startTicks);
}

function ownPlace(): string {
  try {
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${fs.readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return os.hostname(); // Not Linux, or a sandbox without /proc.
  }
}

/**
 * Fields 3 and 22 of proc_pid_stat(5), counted from the end of the name, which may contain spaces and parentheses; undefined
 * where there is no /proc, or the process has ended.
 */
function statOf(pid: number): { state: string; startTicks: string } | undefined {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startTicks: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
