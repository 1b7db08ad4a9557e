// Real processes, and how the tests find those that are left.

import { createHook } from 'node:async_hooks';
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { onTestFinished } from 'vitest';

/** What a process has written so far. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** How a process ended and what it wrote. */
export interface Finished extends Output {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that a test has started. */
export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly output: Output;
  /** Resolves when the process has ended and its output is read. */
  readonly finished: Promise<Finished>;
}

export interface StartOptions {
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** A file descriptor that becomes stdout, instead of a pipe whose text is collected. */
  readonly stdout?: number | undefined;
}

// Every process that a test starts inherits this variable, and so do that process's consumers.
const MARK = `THUMBS_TEST=${process.pid}`;
process.env.THUMBS_TEST = String(process.pid);

/**
 * Process ids of everything that the tests of this file have started and that still runs. Without /proc, as on macOS, none is found: there
 * no test checks it, and one that fails may leave processes.
 */
export function processesLeft(): number[] {
  if (!fs.existsSync('/proc/self')) return [];
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

/** Starts a program. A test that fails leaves no process to the next one. */
export function start(
  program: string,
  args: readonly string[],
  { cwd, env, stdout }: StartOptions = {},
): Started {
  const child = spawn(program, args, {
    stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
    cwd,
    env: { ...process.env, ...env },
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  onTestFinished(() => {
    for (const pid of processesLeft()) process.kill(pid, 'SIGKILL');
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  return { child, pid: child.pid ?? Number.NaN, output, finished };
}

/** Starts a program in `folder`, an empty one, which is removed before the program runs. */
export function startInRemovedFolder(folder: string, program: string, args: readonly string[]): Started {
  const script = 'cd "$0" && rmdir "$0" && exec "$@"';
  return start('sh', ['-c', script, folder, program, ...args]);
}

/** Resolves when a process has written `text` to stderr. */
export function untilWritten({ child, output, finished }: Started, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = () => output.stderr.includes(text) && resolve();
    child.stderr?.on('data', check);
    check();
    finished.then(() => reject(new Error(`The process ended without "${text}": ${output.stderr}`)), reject);
  });
}

/** Process ids of the children of a process; none when it has ended. */
export function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  try {
    return fs.readFileSync(file, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Resident memory of a process, bytes; 0 when it has ended. */
export function residentBytes(pid: number): number {
  try {
    return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Resolves when every thread of these processes sleeps, and none of them has run between two looks. */
export async function untilIdle(pids: readonly number[]): Promise<void> {
  let before: string[] = [];
  await until(() => {
    const now = pids.flatMap(threadsOf);
    const isIdle = now.join() === before.join() && now.every((thread) => thread.startsWith('S'));
    before = now;
    return isIdle;
  });
}

/** `S 812 35` for each thread of a process: its state and how often it has left a core, of its own accord or not. */
function threadsOf(pid: number): string[] {
  return fs.readdirSync(`/proc/${pid}/task`).map((thread) => {
    const status = fs.readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
    const field = (name: string) => new RegExp(`^${name}:\\s+(\\w+)`, 'm').exec(status)?.[1] ?? '';
    return ['State', 'voluntary_ctxt_switches', 'nonvoluntary_ctxt_switches'].map(field).join(' ');
  });
}

/** Stops a process by SIGSTOP, and resolves when it has stopped. */
export async function suspend(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await until(() => threadsOf(pid).every((thread) => thread.startsWith('T')));
}

/** Whether a signal was sent to a suspended process, which receives it when it continues. */
export function isPending(signal: NodeJS.Signals, pid: number): boolean {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const mask = BigInt(`0x${/^ShdPnd:\s+(\w+)/m.exec(status)?.[1] ?? 0}`);
  return (mask & (1n << BigInt(os.constants.signals[signal] - 1))) !== 0n;
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
