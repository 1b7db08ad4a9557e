// Wires producer -> dispatcher -> sink, and owns the order in which a run begins and ends.

import path from 'node:path';
import { Lock } from '../files/lock.js';
import { removeLeftovers } from '../files/temporary.js';
import { prepareFolder } from '../files/thumbnail-folder.js';
import { rendererVersion } from '../image/renderer.js';
import { optionsDigest } from '../manifest/record.js';
import { ManifestStore } from '../manifest/store.js';
import { type ResolvedOptions, resolveOptions, type ThumbsOptions } from '../options.js';
import { Dispatcher } from './dispatcher.js';
import type { ThumbsEvent, UnreadableFolderEvent } from './events.js';
import { memoryLimits } from './memory.js';
import { currentUsage } from './messages.js';
import type { WalkProgress } from './producer.js';
import { certainJobs, findRoots, isInside, type Root } from './roots.js';
import type { Output } from './seat.js';
import { Sink } from './sink.js';
import { Stop } from './stop.js';

/**
 * Makes a thumbnail of every photo under `paths`, and a manifest.
 *
 * Iterating starts the run, and takes it along: while no event is asked for, no more than two images a worker are done.
 * The last event is the summary. A photo that cannot be done is a `failed` event, never a throw. Leaving the loop early
 * ends the consumers at once; the manifest then holds what was done. To end a run in order, abort `options.signal`: it
 * finishes what is in work, completes the manifest and gives its summary.
 *
 * @param paths Folders and single files; at least one.
 * @throws {ThumbsError} `OPTION`, at once, when an option is not what it has to be.
 * While iterating: `OPTION` (a path that is not there), `OUTPUT`, `MANIFEST`, `LOCKED` or `CONSUMER`.
 * @example
 * for await (const event of createThumbnails(['./photos'], { out: './thumbs', size: 320 })) {
 *   if (event.type === 'failed') console.error(event.record.error.message);
 * }
 */
export function createThumbnails(
  paths: readonly string[],
  options?: ThumbsOptions,
): AsyncGenerator<ThumbsEvent> {
  return run(resolveOptions(paths, options));
}

async function* run(options: ResolvedOptions): AsyncGenerator<ThumbsEvent> {
  const startedAt = performance.now();
  // What could stop the run is asked for first, in this order, before a process is forked.
  const roots = await findRoots(options.paths, options.out);
  const written = [options.manifest, ...options.exports.map(({ file }) => file)];
  const folders = new Set([options.out, ...written.map((file) => path.dirname(file))]);
  for (const folder of folders) prepareFolder(folder);
  const dispatcher = newDispatcher(options);
  const locks: Lock[] = [];
  try {
    for (const target of [options.out, options.manifest]) locks.push(Lock.take(target));
    yield* runLocked(options, roots, dispatcher, startedAt);
  } finally {
    await dispatcher.close();
    // Only a process that did not end of itself leaves files: one of ours, or one of the run whose lock was left.
    if (dispatcher.deaths > 0 || locks.some(({ tookOver }) => tookOver)) {
      for (const folder of folders) await removeLeftovers(folder);
    }
    for (const lock of locks) lock.release();
  }
}

/** The run proper: nobody else writes to the output folder and the manifest. */
async function* runLocked(
  options: ResolvedOptions,
  roots: readonly Root[],
  dispatcher: Dispatcher,
  startedAt: number,
): AsyncGenerator<ThumbsEvent> {
  const digest = optionsDigest({ box: options.box, renderer: rendererVersion() });
  const manifest = ManifestStore.open(options.manifest, digest);
  const { signal, timeoutMs, deadlineMs } = options;
  const elapsed = performance.now() - startedAt;
  const stop = new Stop(
    { signal, timeoutMs, deadlineMs: deadlineMs === undefined ? undefined : deadlineMs - elapsed },
    (graceMs) => dispatcher.halt(graceMs),
  );
  try {
    yield { type: 'start', workers: options.workers, out: options.out, manifest: manifest.file };
    const walked: WalkProgress = { found: 0, skippedLinks: 0, ended: false };
    const unreadable: UnreadableFolderEvent[] = [];
    const sink = new Sink(manifest, walked);
    let told = 0;
    const untold = () => {
      const folders = unreadable.slice(told);
      told += folders.length;
      return folders;
    };
    const outputs = dispatched(dispatcher, options, roots, walked, unreadable, stop.signal);
    for await (const event of sink.drain(outputs, options.workers)) {
      yield* untold();
      yield event;
    }
    yield* untold();
    const notReached = walked.found - sink.totals.done - sink.totals.failed;
    const complete = walked.ended && notReached === 0;
    manifest.finish(complete ? notCovered(roots, unreadable, manifest.file) : () => true);
    await writeExports(options, manifest.file);
    yield {
      ...summary(sink, options, performance.now() - startedAt),
      unreadableFolders: unreadable.length,
      skippedLinks: walked.skippedLinks,
      ...(complete ? {} : { stopped: stop.reason ?? 'signal' }),
      notReached,
      walked: walked.ended,
    };
  } finally {
    stop.release();
    manifest.close();
  }
}

function newDispatcher(options: ResolvedOptions): Dispatcher {
  const { out, box, maxBytes, maxPixels, maxMemory, timeoutMs, retries, workers } = options;
  const memory = memoryLimits(maxMemory, workers);
  return new Dispatcher({
    consumers: workers,
    work: { out, box, maxBytes, maxPixels, maxMemory: memory.hard },
    timeoutMs,
    retries,
    memory,
  });
}

async function writeExports({ exports }: ResolvedOptions, manifest: string): Promise<void> {
  if (exports.length === 0) return;
  // Not before it is needed: loading it would come before the first fork.
  const { exportManifest } = await import('../manifest/export.js');
  for (const { file, format } of exports) exportManifest(manifest, file, format);
}

/** Producer and dispatcher, joined: what the sink drains. */
async function* dispatched(
  dispatcher: Dispatcher,
  options: ResolvedOptions,
  roots: readonly Root[],
  walked: WalkProgress,
  unreadable: UnreadableFolderEvent[],
  signal: AbortSignal,
): AsyncGenerator<Output> {
  const { workers } = options;
  if (!signal.aborted) dispatcher.warm(await certainJobs(roots, options, workers));
  // The consumers load while this process loads what walks.
  const { produce } = await import('./producer.js');
  const { out, include, exclude, hidden, follow } = options;
  const produced = produce(
    {
      roots,
      consumers: workers,
      signal,
      ...{ out, include, exclude, hidden, follow },
      unreadable: (folder, reason) => unreadable.push({ type: 'unreadable-folder', path: folder, reason }),
      linkSkipped: () => {
        walked.skippedLinks += 1;
      },
    },
    walked,
  );
  yield* dispatcher.outputs(produced);
}

/**
 * Which records of earlier runs stay: those of photos that this walk could not have found, because they lie outside its
 * roots or in a folder that it could not read.
 */
function notCovered(
  roots: readonly Root[],
  unreadable: readonly UnreadableFolderEvent[],
  manifest: string,
): (source: string) => boolean {
  const folders = roots.filter(({ kind }) => kind === 'folder');
  return (source) => {
    const file = path.resolve(path.dirname(manifest), source);
    const covered = folders.some((root) => isInside(root.path, file));
    return !covered || unreadable.some((folder) => isInside(folder.path, file));
  };
}

function summary(sink: Sink, options: ResolvedOptions, milliseconds: number) {
  const { done, failed, failures, sourceBytes, sourcePixels, sentinels, ...consumers } = sink.totals;
  const main = currentUsage();
  return {
    type: 'summary',
    photos: done + failed,
    made: sink.made,
    shared: done - sink.made,
    failed,
    failures,
    workers: sentinels,
    seconds: milliseconds / 1000,
    imagesPerSecond: (done + failed) / (milliseconds / 1000),
    sourceBytes,
    sourcePixels,
    peakMemoryBytes: main.peakMemoryBytes + consumers.consumersMemoryBytes,
    cpuSeconds: (main.cpuMs + consumers.consumersCpuMs) / 1000,
    out: options.out,
    manifest: options.manifest,
    exports: options.exports.map(({ file }) => file),
  } as const;
}
