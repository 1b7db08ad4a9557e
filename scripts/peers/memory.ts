// What a process and those that it started have in memory. Linux: it is read from /proc.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createInterface } from 'node:readline';
import type { SummaryEvent } from '../../src/run/events.js';
import type { Job } from './lanes.js';
import { thumbsArguments } from './programs.js';

export interface PeakMemory {
  /** The most that all had at one moment, pages that they share counted once (Pss); bytes. */
  readonly proportional: number;
  /** The most that each had by the kernel's own mark (VmHWM), added up; bytes. */
  readonly marks: number;
  /** What the summary of the run says of it; bytes. */
  readonly reported: number;
}

/** Long enough that looking costs the run little, short beside the life of any of its processes. */
const LOOK_MS = 20;

/** The peak memory of a whole run of `thumbs`. */
export async function peakMemory(job: Job): Promise<PeakMemory> {
  const child = spawn(process.execPath, thumbsArguments(job, '--json'), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  let proportional = 0;
  const marks = new Map<number, number>();
  const look = setInterval(() => {
    const pids = family(child.pid);
    proportional = Math.max(proportional, sum(pids.map((pid) => inProc(pid, 'smaps_rollup', 'Pss'))));
    for (const pid of pids) marks.set(pid, Math.max(marks.get(pid) ?? 0, inProc(pid, 'status', 'VmHWM')));
  }, LOOK_MS);
  let last = '';
  try {
    for await (const line of createInterface({ input: child.stdout })) last = line;
    await ended;
  } finally {
    clearInterval(look);
  }
  const summary: SummaryEvent | undefined = last === '' ? undefined : JSON.parse(last);
  if (summary?.type !== 'summary') throw new Error('thumbs ended without a summary');
  return { proportional, marks: sum([...marks.values()]), reported: summary.peakMemoryBytes };
}

/** A process and what it has started, directly or not; those that are gone are absent. */
export function family(pid: number | undefined): number[] {
  if (pid === undefined) return [];
  try {
    // A child belongs to the thread that started it, which in Node.js is the first.
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return [pid, ...children.split(' ').filter(Boolean).map(Number).flatMap(family)];
  } catch {
    return [];
  }
}

/** A figure of a process in bytes, `VmHWM:	   81234 kB`; 0 of one that is gone. */
export function inProc(pid: number, file: 'status' | 'smaps_rollup', name: string): number {
  try {
    const text = fs.readFileSync(`/proc/${pid}/${file}`, 'utf8');
    return 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
