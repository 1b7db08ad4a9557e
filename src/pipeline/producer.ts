// Walks the roots, has each photo judged, and produces what becomes of it, then one sentinel for each consumer. It knows
// nothing of processes.

import fs from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ResolvedOptions } from '../options.js';
import type { UnreadableFolderEvent } from './events.js';
import type { Sentinel } from './messages.js';
import type { Carried, Job } from './planner.js';
import { type Root, realPathIn } from './roots.js';
import { type WalkOptions, walk } from './walk.js';

/** What the producer needs to know. */
export interface ProducerOptions extends WalkOptions {
  readonly roots: readonly Root[];
  /** N: the sentinels after the last job. */
  readonly consumers: number;
  /** Tells what becomes of a photo; asked as soon as it is found. */
  readonly judge: (path: string) => Promise<Job | Carried>;
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

/** How the roots are walked as the options say; what the walk meets is noted in `progress` and `unreadable`. */
export function walkOptions(
  { out, include, exclude, hidden, follow }: ResolvedOptions,
  roots: readonly Root[],
  progress: WalkProgress,
  unreadable: UnreadableFolderEvent[],
): WalkOptions & { readonly roots: readonly Root[] } {
  return {
    ...{ roots, out, include, exclude, hidden, follow },
    unreadable: (folder, reason) => unreadable.push({ type: 'unreadable-folder', path: folder, reason }),
    linkSkipped: () => {
      progress.skippedLinks += 1;
    },
  };
}

/**
 * Photos found and judged ahead of the consumers. With it a run of up to this many photos knows its total, and so its time
 * left, from the start; memory for it is under 2 MB.
 */
const READ_AHEAD = 4096;

/** Photos as the walk finds them, at most {@link READ_AHEAD} before they are asked for, then N sentinels. */
export async function* produce(
  options: ProducerOptions,
  progress: WalkProgress,
): AsyncGenerator<Job | Carried | Sentinel> {
  const found: AsyncIterable<Judging> = Readable.from(findPhotos(options, progress), {
    highWaterMark: READ_AHEAD,
  });
  for await (const { judged } of found) {
    if (options.signal?.aborted === true) break;
    yield await judged;
  }
  for (let sent = 0; sent < options.consumers; sent += 1) yield { type: 'sentinel' };
}

/** In an object, because a generator would wait for a promise, and photos are judged many at a time. */
interface Judging {
  readonly judged: Promise<Job | Carried>;
}

async function* findPhotos(options: ProducerOptions, progress: WalkProgress): AsyncGenerator<Judging> {
  const { roots, follow } = options;
  // Only then can two roots reach one file; otherwise no path needs to be remembered.
  const overlap = roots.length > 1 && (follow || roots.some((root) => root.nested));
  const reachedBy = new Map<string, Root>();
  for (const root of roots) {
    for await (const path of walk(root, options)) {
      if (overlap && isTaken(await realPathOf(path, root, follow), root, reachedBy)) continue;
      progress.found += 1;
      const judged = options.judge(path);
      // A run that has ended by then waits for none of them.
      judged.catch(() => {});
      yield { judged };
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
  if (!follow) return realPathIn(root, file);
  // A link that leads nowhere is a path of its own.
  return fs.realpath(file).catch(() => file);
}
