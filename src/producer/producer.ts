// Walks the roots, has each photo planned, and produces jobs and unchanged photos, then one sentinel for each slot of the pool. It
// knows nothing of consumers.

import path from 'node:path';
import { Readable } from 'node:stream';
import { LocalFileSystems } from '../files/local-file-systems.js';
import { realPathOf } from '../files/real-path.js';
import type { Job, Sentinel, Unchanged } from '../job.js';
import { nextTurn } from '../steps.js';
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
  /** N: the number of sentinels after the last job. It is read then, before each of them. */
  readonly consumers: number;
  /** Whether a photo is this run's, and not another shard's. @default every one is */
  readonly isOwn?: ((path: string) => boolean) | undefined;
  /** The plan for a photo; called as soon as the photo is found. `isLocal`: it is on a disk of this machine. */
  readonly plan: (path: string, isLocal: boolean) => Promise<Job | Unchanged> | Job | Unchanged;
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
    yield planned;
  }
  for (let sent = 0; sent < options.consumers; sent += 1) yield { type: 'sentinel' };
}

/** A photo whose plan may be under way. In an object: a generator would wait for a bare promise, and many photos are planned at once. */
interface Found {
  readonly planned: ReturnType<ProducerOptions['plan']>;
}

/** Milliseconds of planning without a turn of the event loop, in which signals, timers and consumers are heard. */
const TURN_MS = 10;

async function* findPhotos(options: ProducerOptions, progress: WalkProgress): AsyncGenerator<Found> {
  const { roots, out, follow, ownFiles, signal, isOwn = () => true } = options;
  const selection = await Selection.from(options);
  const named = new Set(roots.map(({ realPath }) => realPath));
  // Only then can two roots lead to one file; otherwise no path needs to be remembered.
  const overlap = roots.length > 1 && (follow || roots.some((root) => root.nested));
  const reachedBy = new Map<string, Root>();
  const leftOut: LeftOut[] = [];
  const localFileSystems = new LocalFileSystems();
  let turnedAt = performance.now();
  for (const root of roots) {
    const isLocal = localIn(root, follow, localFileSystems);
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
    for await (const file of walk(root, walkOptions)) {
      selected += 1;
      progress.selected.set(root.path, selected);
      if (overlap && isTaken(await uniquePathOf(file, root, follow), root, reachedBy)) continue;
      // Only now: a root is not empty because its photos are other shards'.
      if (isOwn(file)) {
        progress.found += 1;
        const planned = options.plan(file, isLocal(file));
        // If the run ends first, nothing awaits this promise, and its rejection must not count as unhandled.
        if (planned instanceof Promise) planned.catch(() => {});
        yield { planned };
      }
      if (performance.now() - turnedAt < TURN_MS) continue;
      await nextTurn();
      turnedAt = performance.now();
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

/** Whether a file of the root is on a disk of this machine. The files of a folder come one after the other. */
function localIn(root: Root, follow: boolean, fileSystems: LocalFileSystems): (file: string) => boolean {
  // Links may lead anywhere, and a root that is a file may be one.
  if (follow || root.kind === 'file') return () => false;
  let [folder, isLocal] = ['', false];
  return (file) => {
    const above = path.dirname(file);
    if (above !== folder) [folder, isLocal] = [above, fileSystems.has(realPathIn(root, above))];
    return isLocal;
  };
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
