// Real processes, and how the tests find those that are left.

import { createHook } from 'node:async_hooks';
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import { onTestFinished } from 'vitest';

/** How a process ended and what it wrote. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

// Every process that a test starts inherits this variable, and so do that process's consumers.
const MARK = `THUMBS_TEST=${process.pid}`;
process.env.THUMBS_TEST = String(process.pid);

/** Process ids of everything that the tests of this file have started and that still runs. */
export function processesLeft(): number[] {
  return fs.readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (Number.isNaN(pid)) return [];
    try {
      const environment = fs.readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
      return environment.includes(MARK) && !isZombie(pid) ? [pid] : [];
    } catch {
      return []; // It has ended, or is another user's.
    }
  });
}

function isZombie(pid: number): boolean {
  return fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.startsWith('Z') === true;
}

/** Resolves when `isTrue` returns true; the test's own timeout limits it. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Starts a program; `finished` resolves when it has ended and its output is read. */
export function start(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): { child: ChildProcess; finished: Promise<Finished> } {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
    env: { ...process.env, ...options.env },
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  // A test that failed leaves no process to the next one.
  onTestFinished(() => {
    for (const pid of processesLeft()) process.kill(pid, 'SIGKILL');
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  return { child, finished };
}

/** Process ids of the children of a process. */
export function childrenOf(pid: number): number[] {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').filter(Boolean).map(Number);
}

/** Resident memory of a process, bytes; 0 when it has ended. */
export function residentBytes(pid: number): number {
  try {
    return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** How many processes this one starts while `work` is done. */
export async function forksOf(work: () => Promise<void>): Promise<number> {
  let forks = 0;
  const hook = createHook({
    init: (_, type) => {
      if (type === 'PROCESSWRAP') forks += 1;
    },
  }).enable();
  try {
    await work();
  } finally {
    hook.disable();
  }
  return forks;
}
