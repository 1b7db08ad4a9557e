// The real command, run as a process.

import fs from 'node:fs';
import path from 'node:path';
import type { ThumbsEvent } from '../../src/run/events.js';
import { type FullPipe, fullPipe } from './full-pipe.js';
import { command } from './paths.js';
import { temporaryFolder, writePhotos } from './photos.js';
import { type Finished, type Started, start, until } from './processes.js';
import { testWithPrograms } from './requirements.js';

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

/** Starts the command, and resolves when its first photo is done. `prefix` is a program that starts it. */
export async function startRun(
  args: readonly string[],
  { cwd, prefix = [] }: { cwd: string; prefix?: readonly string[] },
): Promise<Started> {
  const [program = '', ...line] = [...prefix, process.execPath, command, ...args, '--verbose'];
  const run = start(program, line, { cwd });
  await written(run, 'done ');
  return run;
}

/** Resolves when a process has written `text` to stderr. */
export async function written(run: Started, text: string): Promise<void> {
  let hasEnded = false;
  void run.finished.finally(() => {
    hasEnded = true;
  });
  await until(() => hasEnded || run.output.stderr.includes(text));
  if (!run.output.stderr.includes(text))
    throw new Error(`Expected "${text}", and the process ended after "${run.output.stderr}"`);
}

/** Photos of a blocked run. */
export const BLOCKED_PHOTOS = 30;

export interface BlockedRun extends Started {
  readonly folder: string;
  readonly out: string;
  /** The full pipe that is stdout. When the test reads it, the run continues. */
  readonly pipe: FullPipe;
}

/** Tests with a blocked run. */
export const testBlocked: ReturnType<typeof testWithPrograms> = testWithPrograms('mkfifo');

/**
 * Starts `thumbs photos --json --verbose` with {@link BLOCKED_PHOTOS} photos and a stdout that nobody reads, and resolves when its
 * first photo is done. Such a run always blocks before its last photo, however fast it is and however late the test acts.
 */
export async function startBlockedRun(
  args: readonly string[] = [],
  { prefix = [], when = 'done ' }: { prefix?: readonly string[]; when?: string } = {},
): Promise<BlockedRun> {
  const { folder, out } = deepPhotoFolder();
  const pipe = fullPipe();
  const stdout = fs.openSync(pipe.path, 'w');
  const [program = '', ...line] = [...prefix, process.execPath, command, ...BLOCKED_ARGS, ...args];
  const run = start(program, line, { cwd: folder, stdout });
  fs.closeSync(stdout);
  await written(run, when);
  return { ...run, folder, out, pipe };
}

export const BLOCKED_ARGS = ['photos', '--json', '--verbose'];

/**
 * A folder with {@link BLOCKED_PHOTOS} photos whose path has 2,900 characters, and so every JSON event more than that: twenty of them
 * fill the 64 KiB that Node.js 22 takes before a writer must wait. Node.js 20 takes 16 KiB.
 */
export function deepPhotoFolder(): { folder: string; out: string } {
  const deep = Array.from({ length: 12 }, (_, depth) => String(depth % 10).repeat(240));
  const folder = path.join(temporaryFolder(), ...deep);
  writePhotos(path.join(folder, 'photos'), BLOCKED_PHOTOS);
  return { folder, out: path.join(folder, 'thumbnails') };
}
