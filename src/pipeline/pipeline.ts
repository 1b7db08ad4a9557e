// Wires producer -> dispatcher -> sink, and owns the order in which a run begins and ends.

import path from 'node:path';
import { causeOf, ThumbsError } from '../errors.js';
import { Lock } from '../files/lock.js';
import { realFile } from '../files/replace-file.js';
import { removeLeftovers } from '../files/temporary.js';
import { outputError, prepareFolder } from '../files/thumbnail-folder.js';
import { realPlace } from '../manifest/reading.js';
import { ManifestStore } from '../manifest/store.js';
import { type ResolvedOptions, resolveOptions, type ThumbsOptions } from '../options.js';
import { printable } from '../printable.js';
import { Dispatcher, type Output } from './dispatcher.js';
import type { ThumbsEvent, UnreadableFolderEvent } from './events.js';
import { memoryLimits } from './memory.js';
import { currentUsage } from './messages.js';
import { digestOf, Planner, plannerOptions } from './planner.js';
import type { WalkProgress } from './producer.js';
import { certainJobs, findRoots, type Root, seenFrom, uncovered } from './roots.js';
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
  const manifest = realFile(options.manifest);
  for (const { file } of options.exports) {
    if (realFile(file) === manifest)
      throw new ThumbsError('OPTION', `The export ${printable(file)} is the manifest by another name`);
  }
  const locks = Lock.takeAll([options.out, options.manifest]);
  try {
    // Only a process that did not end of itself leaves files: the run whose lock was left, or a consumer of this one.
    if (locks.some(({ tookOver }) => tookOver)) await cleanUp(folders);
    yield* runLocked({ ...options, manifest }, seenFrom(manifest, roots), folders, startedAt);
  } finally {
    for (const lock of locks) lock.release();
  }
}

async function cleanUp(folders: Iterable<string>): Promise<void> {
  for (const folder of folders) {
    try {
      await removeLeftovers(folder);
    } catch (error) {
      throw outputError(folder, causeOf(error), error);
    }
  }
}

/** The run proper: nobody else writes to the output folder and the manifest. */
async function* runLocked(
  options: ResolvedOptions,
  roots: readonly Root[],
  folders: Iterable<string>,
  startedAt: number,
): AsyncGenerator<ThumbsEvent> {
  const digest = digestOf(options);
  const manifest = ManifestStore.open(options.manifest, digest);
  const planner = new Planner(manifest.records, plannerOptions(options, digest));
  const dispatcher = newDispatcher(options, planner);
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
    const sink = new Sink(manifest, walked, planner);
    let told = 0;
    const untold = () => {
      const folders = unreadable.slice(told);
      told += folders.length;
      return folders;
    };
    const outputs = await dispatched(dispatcher, planner, options, { roots, walked, unreadable, stop });
    for await (const event of sink.drain(outputs, options.workers)) {
      yield* untold();
      yield event;
    }
    yield* untold();
    const notReached = walked.found - sink.finished;
    const complete = walked.ended && notReached === 0;
    const removed = manifest.finish(complete ? uncovered(roots, unreadable, manifest.file) : () => true);
    await writeExports(options, manifest.file);
    const pruned = { files: 0, bytes: 0 };
    if (options.prune && complete) {
      // Not before it is needed: loading it would come before the first fork.
      const { prune } = await import('../maintenance/prune.js');
      for await (const event of prune(realPlace(options))) {
        pruned.files += 1;
        pruned.bytes += event.bytes;
        yield event;
      }
    }
    yield {
      ...summary(sink, options, performance.now() - startedAt),
      removed,
      ...(options.prune && complete ? { pruned } : {}),
      unreadableFolders: unreadable.length,
      skippedLinks: walked.skippedLinks,
      ...(complete ? {} : { stopped: stop.reason ?? 'signal' }),
      notReached,
      walked: walked.ended,
    };
  } finally {
    stop.release();
    await dispatcher.close();
    manifest.close();
    if (dispatcher.deaths > 0) await cleanUp(folders);
  }
}

function newDispatcher(options: ResolvedOptions, planner: Planner): Dispatcher {
  const { out, box, jpegReader, maxBytes, maxPixels, maxMemory, timeoutMs, retries, workers } = options;
  const memory = memoryLimits(maxMemory, workers);
  return new Dispatcher({
    consumers: workers,
    work: { out, box, jpegReader, maxBytes, maxPixels, maxMemory: memory.hard },
    timeoutMs,
    retries,
    memory,
    recognize: (path, identified) => planner.recognize(path, identified),
  });
}

async function writeExports({ exports }: ResolvedOptions, manifest: string): Promise<void> {
  if (exports.length === 0) return;
  // As above.
  const { exportManifest } = await import('../manifest/export.js');
  for (const { file, format } of exports) exportManifest(manifest, file, format);
}

/** Producer, planner and dispatcher, joined: what the sink drains. */
async function dispatched(
  dispatcher: Dispatcher,
  planner: Planner,
  options: ResolvedOptions,
  { roots, walked, unreadable, stop }: Walking,
): Promise<AsyncGenerator<Output>> {
  const { workers } = options;
  // Before what is known is looked at, only where nothing is known every photo is sure to need a consumer.
  if (!stop.signal.aborted && planner.isIgnorant) dispatcher.warm(await certainJobs(roots, options, workers));
  // The consumers load while this process loads what walks.
  const { produce, walkOptions } = await import('./producer.js');
  const walk = walkOptions(options, roots, walked, unreadable);
  const judge = (path: string) => planner.judge(path);
  const produced = produce({ ...walk, judge, consumers: workers, signal: stop.signal }, walked);
  return dispatcher.outputs(produced);
}

/** The walk of a run, and what is noted of it. */
interface Walking {
  readonly roots: readonly Root[];
  readonly walked: WalkProgress;
  readonly unreadable: UnreadableFolderEvent[];
  readonly stop: Stop;
}

function summary(sink: Sink, options: ResolvedOptions, milliseconds: number) {
  const { done, unchanged, identified, failed, known, failures, ...others } = sink.totals;
  const { sourceBytes, sourcePixels, sentinels, consumersMemoryBytes, consumersCpuMs } = others;
  const main = currentUsage();
  return {
    type: 'summary',
    photos: sink.finished,
    made: sink.made,
    shared: done - sink.made,
    unchanged,
    identified,
    failed,
    known,
    failures,
    workers: sentinels,
    seconds: milliseconds / 1000,
    imagesPerSecond: sink.finished / (milliseconds / 1000),
    sourceBytes,
    sourcePixels,
    peakMemoryBytes: main.peakMemoryBytes + consumersMemoryBytes,
    cpuSeconds: (main.cpuMs + consumersCpuMs) / 1000,
    out: options.out,
    manifest: options.manifest,
    exports: options.exports.map(({ file }) => file),
  } as const;
}
