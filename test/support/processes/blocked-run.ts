// A run that cannot end while a test does something to it.

import fs from 'node:fs';
import path from 'node:path';
import { command } from '../paths.js';
import { temporaryFolder, writePhotos } from '../photos.js';
import { testWithPrograms } from '../requirements.js';
import { type FullPipe, fullPipe } from './full-pipe.js';
import { type Started, start, untilWritten } from './processes.js';

/** `test`, for what needs a blocked run. */
export const testBlocked: ReturnType<typeof testWithPrograms> = testWithPrograms('mkfifo');

/** Photos of a blocked run. */
export const BLOCKED_PHOTOS = 30;

/** What a blocked run's command line begins with. */
export const BLOCKED_ARGS: readonly string[] = ['photos', '--json', '--verbose'];

export interface BlockedRun extends Started {
  readonly folder: string;
  readonly out: string;
  /** The full pipe that is stdout. When the test reads it, the run continues. */
  readonly pipe: FullPipe;
}

export interface BlockedRunOptions {
  /** Programs that start the command, and their arguments. */
  readonly prefix?: readonly string[];
  /** What stderr has when the run is ready for the test. */
  readonly when?: string;
  readonly photos?: ReturnType<typeof deepPhotoFolder>;
  /** The command. @default the project's own */
  readonly program?: string;
}

/**
 * Starts a run whose stdout nobody reads, and resolves when its first photo is done, or when it has written `when` to stderr. It blocks
 * before its last photo, however fast it is and however late the test acts.
 */
export async function startBlockedRun(
  args: readonly string[] = [],
  { prefix = [], when = 'done ', photos = deepPhotoFolder(), program = command }: BlockedRunOptions = {},
): Promise<BlockedRun> {
  const { folder, out } = photos;
  const pipe = fullPipe();
  const stdout = fs.openSync(pipe.path, 'w');
  const [first = '', ...line] = [...prefix, process.execPath, program, ...BLOCKED_ARGS, ...args];
  const run = start(first, line, { cwd: folder, stdout });
  fs.closeSync(stdout);
  await untilWritten(run, when);
  return { ...run, folder, out, pipe };
}

/**
 * A folder with photos, {@link BLOCKED_PHOTOS} unless stated, whose paths have 3,000 characters: twenty JSON events of them exceed the 64 KiB that a
 * stream of Node.js 22 buffers before its writer must wait. Node.js 20 buffers 16 KiB.
 */
export function deepPhotoFolder(photos: number = BLOCKED_PHOTOS): { folder: string; out: string } {
  const deep = Array.from({ length: 12 }, (_, depth) => String(depth % 10).repeat(240));
  const folder = path.join(temporaryFolder(), ...deep);
  writePhotos(path.join(folder, 'photos'), photos);
  return { folder, out: path.join(folder, 'thumbnails') };
}
