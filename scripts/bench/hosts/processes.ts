// Runs and worker hosts of `bench:hosts`: whole commands, each a process group of its own, pinned to cores where it is said.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { thumbsCommand } from '../measuring.js';

export interface HostOptions {
  readonly url: string;
  readonly consumers: number;
  /** Undefined for any. */
  readonly core?: number;
  /** The folder that it may touch. */
  readonly allow: string;
  /** Another program than the command, with the same options. */
  readonly script?: string;
}

export interface Host {
  stop(): Promise<void>;
}

/** Starts a worker host, and resolves when it is ready. */
export async function startHost({ url, consumers, core, allow, script }: HostOptions): Promise<Host> {
  const args =
    script === undefined
      ? [thumbsCommand, 'worker', url, '-w', `${consumers}`, '--allow', allow, '--json']
      : [script, url, `${consumers}`, allow];
  const child = spawnPinned([process.execPath, ...args], core, ['ignore', 'pipe', 'inherit']);
  const lines = readline.createInterface({ input: child.stdout ?? process.stdin });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line.includes('"ready"')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`a worker host ended with exit code ${code}`)));
  });
  return {
    stop: async () => {
      child.removeAllListeners('exit');
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      await ended;
    },
  };
}

export interface RunFigures {
  /** Of the whole command, wall clock. */
  readonly seconds: number;
  /** From the moment at which all hosts had joined, as far as the run knows, to the last photo. */
  readonly summarySeconds: number;
  readonly photos: number;
}

/** Runs the command into a new folder, which is removed. */
export async function timeRun(
  photos: readonly string[],
  out: string,
  args: readonly string[],
  core?: number,
): Promise<RunFigures> {
  fs.rmSync(out, { recursive: true, force: true });
  const startedAt = performance.now();
  const command = [process.execPath, thumbsCommand, ...photos, '-o', out, '--json', ...args];
  const child = spawnPinned(command, core, ['ignore', 'pipe', 'ignore']);
  let last = '';
  const lines = readline.createInterface({ input: child.stdout ?? process.stdin });
  lines.on('line', (line) => {
    last = line;
  });
  const [[code]] = await Promise.all([once(child, 'exit'), once(lines, 'close')]);
  const seconds = (performance.now() - startedAt) / 1000;
  const summary = JSON.parse(last);
  if (code !== 0 || summary.type !== 'summary')
    throw new Error(`${command.join(' ')} ended with exit code ${code}: ${last}`);
  fs.rmSync(out, { recursive: true, force: true });
  return { seconds, summarySeconds: summary.seconds, photos: summary.photos };
}

function spawnPinned(
  command: readonly string[],
  core: number | undefined,
  stdio: ['ignore', 'pipe', 'inherit' | 'ignore'],
): ChildProcess {
  const [program = '', ...args] = core === undefined ? command : ['taskset', '-c', `${core}`, ...command];
  return spawn(program, args, { stdio });
}

/** A folder for outputs, which lies beside the photos: hosts are allowed both. */
export function outputIn(folder: string): string {
  return path.join(folder, 'out');
}
