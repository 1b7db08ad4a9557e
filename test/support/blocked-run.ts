// A run of the real command that cannot end by itself, however fast the machine is: nobody reads what it prints.

import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { command } from './paths.js';
import { temporaryFolder, writePhotos } from './photos.js';
import { processesLeft, until } from './processes.js';

/** Enough events of {@link longPaths} to fill a pipe (some 150 kB with what Node.js buffers) twice. */
export const PHOTOS = 80;

/** {@link photoFolder} with paths of 1,600 characters, so that an event of each photo has 4 kB. */
export function longPaths(): { folder: string; out: string } {
  const folder = temporaryFolder();
  writePhotos(path.join(folder, 'photos', ...Array<string>(8).fill('x'.repeat(200))), PHOTOS);
  return { folder, out: path.join(folder, 'thumbnails') };
}

export interface BlockedRun {
  readonly child: ChildProcess;
  /** Resolves with the exit code, once the command has ended and so have its consumers. */
  readonly finished: Promise<number | null>;
  /** Reads the output from now on, after the command has noticed a signal. */
  readonly release: () => Promise<void>;
}

/** Starts the command over `photos` of {@link longPaths}, and resolves when `isReady`. */
export async function startBlockedRun(
  args: readonly string[],
  { cwd, isReady }: { cwd: string; isReady: () => boolean },
): Promise<BlockedRun> {
  const child = spawn(process.execPath, [command, 'photos', '--json', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const finished = new Promise<number | null>((resolve) => child.on('exit', resolve)).then(async (code) => {
    await until(() => processesLeft().length === 0);
    return code;
  });
  await until(isReady);
  const release = async () => {
    await until(() => stderr.includes('Stopping: '));
    child.stdout.resume();
  };
  return { child, finished, release };
}
