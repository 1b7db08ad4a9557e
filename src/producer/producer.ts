// Walks the roots, has each photo planned, and produces jobs and unchanged photos, then one sentinel for each slot of the pool. It
// knows nothing of consumers.

import { Readable } from 'node:stream';
import { realPathOf } from '../files/real-path.js';
import type { Job, Sentinel, Unchanged } from '../job.js';
import type { CountedPaths, GroupedPath } from './counted-paths.js';
import { type Root, realPathIn } from './roots.js';
import { Selection, type SelectionOptions } from './selection/selection.js';
import { type WalkOptions, walk } from './walk.js';
import type { WalkProgress } from './walk-progress.js';

/** How the roots are walked, and what is selected in them. */
export interface ProducerOptions
  extends SelectionOptions,
    Pick<WalkOptions, 'out' | 'follow' | 'ownFiles' | 'signal'> {
  readonly roots: readonly Root[];
  /** N: the number of sentinels after the last job. */
  readonly consumers: number;
  /** The plan for a photo; called as soon as the photo is found. */
  readonly plan: (path: string) => Promise<Job | Unchanged>;
}

/**
 * Photos that are found and planned ahead of the consumers. With it a run of up to this many photos knows its total, and so its ETA,
 * from the start; it takes less than 2 MB.
 */
const READ_AHEAD = 4096;

/** Photos as the walk finds them, at most {@link READ_AHEAD} before they are asked for, then N sentinels. Updates `progress`. */
export async function* produce(
  options: ProducerOptions,
  progress: WalkProgress,
): AsyncGenerator<Job | Unchanged | Sentinel> {
  const found: AsyncIterable<Found> = Readable.from(findPhotos(options, progress), {
    highWaterMark: READ_AHEAD,
  });
  for await (const { planned } of found) {
    if (options.signal?.aborted === true) break;
    yield await planned;
  }
  for (let sent = 0; sent < options.consumers; sent += 1) yield { type: 'sentinel' };
}

/** A photo whose plan is under way. In an object: a generator would wait for a bare promise, and many photos are planned at once. */
interface Found {
  readonly planned: Promise<Job | Unchanged>;
}

async function* findPhotos(options: ProducerOptions, progress: WalkProgress): AsyncGenerator<Found> {
  const { roots, out, follow, ownFiles, signal } = options;
  const selection = await Selection.from(options);
  const named = new Set(roots.map(({ realPath }) => realPath));
  // Only then can two roots lead to one file; otherwise no path needs to be remembered.
  const overlap = roots.length > 1 && (follow || roots.some((root) => root.nested));
  const reachedBy = new Map<string, Root>();
  const leftOut: LeftOut[] = [];
  for (const root of roots) {
    const leaveOut = (found: GroupedPath, counted: CountedPaths) => {
      if (overlap) leftOut.push({ found, counted, root });
      else counted.add(found);
    };
    const walkOptions: WalkOptions = {
      ...{ selection, named, out, follow, ownFiles, signal },
      onUnreadable: (path, reason) => progress.unreadableFolders.push({ path, reason }),
      onSkippedLink: () => {
        progress.skippedLinks += 1;
      },
      onPassedOver: (file) => leaveOut(file, progress.passedOver),
      onBesideJpeg: (file) => leaveOut(file, progress.besideJpeg),
      onSkippedFolder: (folder) => leaveOut(folder, progress.skippedFolders),
    };
    let selected = 0;
    progress.selected.set(root.path, selected);
    for await (const path of walk(root, walkOptions)) {
      selected += 1;
      progress.selected.set(root.path, selected);
      if (overlap && isTaken(await uniquePathOf(path, root, follow), root, reachedBy)) continue;
      progress.found += 1;
      const planned = options.plan(path);
      // If the run ends first, nothing awaits this promise, and its rejection must not count as unhandled.
      planned.catch(() => {});
      yield { planned };
    }
  }
  // Another root may have selected what one has left out.
  for (const { found, counted, root } of leftOut) {
    const realPath = await uniquePathOf(found.path, root, follow);
    if (reachedBy.has(realPath)) continue;
    reachedBy.set(realPath, root);
    counted.add(found);
  }
  progress.unmatched = selection.unmatched;
  progress.ended = signal?.aborted !== true;
}

/** What a root has that is not selected, where two roots may lead to one file. */
interface LeftOut {
  readonly found: GroupedPath;
  readonly counted: CountedPaths;
  readonly root: Root;
}

/** Whether an earlier root has led to the file. If none has, this root is noted as the first. */
function isTaken(realPath: string, root: Root, reachedBy: Map<string, Root>): boolean {
  const first = reachedBy.get(realPath) ?? root;
  reachedBy.set(realPath, first);
  return first !== root;
}

/** The path by which a file is known to several roots. */
async function uniquePathOf(file: string, root: Root, follow: boolean): Promise<string> {
  if (!follow) return realPathIn(root, file);
  // A dangling link is a path of its own.
  return realPathOf(file).catch(() => file);
}
