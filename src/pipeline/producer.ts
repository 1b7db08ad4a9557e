// Walks the roots and produces a job for each photo, then one sentinel for each consumer. It knows nothing of processes.

import fs from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { Sentinel } from './messages.js';
import type { Root } from './roots.js';
import { type WalkOptions, walk } from './walk.js';

/** One photo to be done. */
export interface Job {
  readonly type: 'job';
  /** Absolute path of the source. */
  readonly path: string;
}

/** What the producer needs to know. */
export interface ProducerOptions extends WalkOptions {
  readonly roots: readonly Root[];
  /** N: the sentinels after the last job. */
  readonly consumers: number;
}

/** How far the walk has come. */
export interface WalkProgress {
  /** Photos found so far. */
  found: number;
  /** Symbolic links that were met and not followed. */
  skippedLinks: number;
  /** Whether `found` is all there are. */
  ended: boolean;
}

/**
 * Jobs found ahead of the consumers. With it a run of up to this many photos knows its total, and so its time left,
 * from the start; memory for it is under 1 MB.
 */
const READ_AHEAD = 4096;

/** Jobs as the walk finds them, at most {@link READ_AHEAD} before they are asked for, then N sentinels. */
export async function* produce(
  options: ProducerOptions,
  progress: WalkProgress,
): AsyncGenerator<Job | Sentinel> {
  const jobs: AsyncIterable<Job> = Readable.from(findJobs(options, progress), { highWaterMark: READ_AHEAD });
  for await (const job of jobs) {
    if (options.signal?.aborted === true) break;
    yield job;
  }
  for (let sent = 0; sent < options.consumers; sent += 1) yield { type: 'sentinel' };
}

async function* findJobs(options: ProducerOptions, progress: WalkProgress): AsyncGenerator<Job> {
  const { roots, follow } = options;
  // Only then can two roots reach one file; otherwise no path needs to be remembered.
  const overlap = roots.length > 1 && (follow || roots.some((root) => root.nested));
  const reachedBy = new Map<string, Root>();
  for (const root of roots) {
    for await (const path of walk(root, options)) {
      if (overlap && isTaken(await realPathOf(path, root, follow), root, reachedBy)) continue;
      progress.found += 1;
      yield { type: 'job', path };
    }
  }
  progress.ended = options.signal?.aborted !== true;
}

/** Whether an earlier root has reached the file; if none has, this root now has. */
function isTaken(realPath: string, root: Root, reachedBy: Map<string, Root>): boolean {
  const first = reachedBy.get(realPath) ?? root;
  reachedBy.set(realPath, first);
  return first !== root;
}

async function realPathOf(file: string, root: Root, follow: boolean): Promise<string> {
  if (!follow) return path.join(root.realPath, path.relative(root.path, file));
  // A link that leads nowhere is a path of its own.
  return fs.realpath(file).catch(() => file);
}
