// The real command, run as a process.

import type { ThumbsEvent } from '../../../src/run/events.js';
import { command } from '../paths.js';
import { type Finished, type Started, start, untilWritten } from './processes.js';

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
  return { code, stderr, events: eventsOf(stdout) };
}

/** The events that `--json` has written. */
export function eventsOf<Event extends { readonly type: string } = ThumbsEvent>(stdout: string): Event[] {
  const lines = stdout.trimEnd().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

/** Starts the command, and resolves when its first photo is done. */
export async function startRun(args: readonly string[], { cwd }: { cwd: string }): Promise<Started> {
  const run = start(process.execPath, [command, ...args, '--verbose'], { cwd });
  await untilWritten(run, 'done ');
  return run;
}
