// The real command, run as a process.

import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { ThumbsEvent } from '../../src/run/events.js';
import { recordsIn } from './output.js';
import { command } from './paths.js';
import { type Finished, start, until } from './processes.js';

/** Runs the command to its end. */
export function thumbs(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  return start(process.execPath, [command, ...args], options).finished;
}

/** Runs the command without the capability to read and write everything, which root has otherwise. */
export function thumbsUnprivileged(
  args: readonly string[],
  options: { cwd?: string } = {},
): Promise<Finished> {
  if (process.getuid?.() !== 0) return thumbs(args, options);
  const drop = ['--bounding-set', '-dac_override,-dac_read_search', '--inh-caps', '-all'];
  return start('setpriv', [...drop, process.execPath, command, ...args], options).finished;
}

/** Runs the command with `--json` to its end, and returns its events. */
export async function thumbsJson<Event extends { readonly type: string } = ThumbsEvent>(
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<{ code: number | null; stderr: string; events: Event[] }> {
  const { code, stdout, stderr } = await thumbs([...args, '--json'], options);
  const lines = stdout.trimEnd().split('\n').filter(Boolean);
  return { code, stderr, events: lines.map((line) => JSON.parse(line)) };
}

/** Starts the command, and resolves when its first photo is done. `prefix` is a program that starts it. */
export async function startRun(
  args: readonly string[],
  { cwd, prefix = [] }: { cwd: string; prefix?: readonly string[] },
): Promise<{ child: ChildProcess; finished: Promise<Finished> }> {
  const [program = '', ...line] = [...prefix, process.execPath, command, ...args, '--verbose'];
  const run = start(program, line, { cwd });
  await new Promise<void>((resolve) =>
    run.child.stderr?.on('data', (text) => String(text).includes('done ') && resolve()),
  );
  return run;
}

/** Longer than a loaded machine takes for a photo. */
const STILL_MS = 1500;

/** Resolves with the number of records when a run into `out` has some and makes no further progress. */
export async function standstill(out: string): Promise<number> {
  const count = () => (fs.existsSync(path.join(out, 'manifest.jsonl')) ? recordsIn(out).length : 0);
  await until(() => count() > 0);
  let records = 0;
  while (records !== count()) {
    records = count();
    await new Promise((resolve) => setTimeout(resolve, STILL_MS));
  }
  return records;
}
