// A run: joins producer, pool and sink, and keeps the order in which it begins and ends.

import path from 'node:path';
import { causeOf, outputError } from '../errors.js';
import { lockRun, lockShard, type RunLocks } from '../files/locks/run-locks.js';
import { realPlace } from '../files/real-path.js';
import { removeStale } from '../files/temporary.js';
import { prepareFolder } from '../files/thumbnails/thumbnail-folder.js';
import { noteLayout, noteManifest, noteRoots } from '../manifest/folder-manifests.js';
import { LayoutPlacement } from '../manifest/layout-placement.js';
import { ManifestStore } from '../manifest/store.js';
import type { Layout, ResolvedOptions, ThumbsOptions } from '../options/options.js';
import { resolveOptions } from '../options/resolve.js';
import { shardName } from '../options/shard.js';
import type { CreatePool, JobPool, PoolSetup } from '../pool/job-pool.js';
import { localPool } from '../pool/local/local-pool.js';
import { forkedProcesses } from '../pool/process/forked-consumer.js';
import { certainJobs } from '../producer/certain-jobs.js';
import { photoNameTest } from '../producer/photo-names.js';
import { Planner } from '../producer/planner/planner.js';
import { produce } from '../producer/producer.js';
import { findRoots, foldersOf, type Root, rootsFrom } from '../producer/roots.js';
import { newWalkProgress, type WalkProgress } from '../producer/walk-progress.js';
import { finishInTurns } from '../steps.js';
import { Cancellation } from './cancellation.js';
import { digestsOf, madeBy } from './digests/run-digests.js';
import type { StartEvent, ThumbsEvent, UnreadableFolderEvent } from './events.js';
import { finishRun, preloadFinish } from './finishing.js';
import { KeptRecords } from './kept-records.js';
import { requireFreeOutputs } from './outputs.js';
import {
  certainExtensions,
  layoutOf,
  plannerOptions,
  unreadableExtensions,
  walkOptions,
} from './planning.js';
import { noteShard, shardSeed, withRealManifests } from './shards/shard-run.js';
import { Sink } from './sink/sink.js';
import { eventShard, summarize, summaryOfNothing } from './sink/summary.js';
import { leftOutEvents, unreadableEvent, walkFigures } from './sink/walk-figures.js';

/**
 * Makes thumbnails of every photo under `paths`, one for each variant, and a manifest.
 *
 * The run starts on the first iteration and advances only as you iterate: while no event is asked for, at most two images a worker,
 * or twelve small ones, are finished. The last event is the summary. A photo that cannot be done is a `failed` event, never a throw.
 * Leaving the loop early ends the walk and the consumers at once; the manifest then has what was done. To end a run in order, abort
 * `options.signal`: the run finishes the images it works on, completes the manifest and gives its summary. While it still reads the
 * manifest, it ends at once, and all records are kept.
 *
 * @param paths Folders and single files; at least one.
 * @throws {ThumbsError} `OPTION`, at once, when an option is invalid.
 * While iterating: `OPTION` (a path that does not exist), `OUTPUT`, `MANIFEST`, `LOCKED` or `CONSUMER`.
 * @example
 * for await (const event of createThumbnails(['./photos'], { out: './thumbs', size: 320 })) {
 *   if (event.type === 'failed') console.error(event.record.error.message);
 * }
 */
export function createThumbnails(
  paths: readonly string[],
  options?: ThumbsOptions,
): AsyncGenerator<ThumbsEvent> {
  const resolved = resolveOptions(paths, options);
  return run(resolved, poolFor(resolved));
}

/** The one place that knows which pools there are. */
function poolFor({ queue, queueTimeoutMs }: ResolvedOptions): CreatePool {
  if (queue === undefined) return localPool(forkedProcesses());
  return async (setup) => {
    // With the client of the queue server, it takes a tenth of a second to load.
    const { queuePool } = await import('../pool/queue/queue-pool.js');
    return queuePool({ ...queue, timeoutMs: queueTimeoutMs }, setup);
  };
}

/** {@link createThumbnails} with checked options, and a pool of this kind. */
export async function* run(resolved: ResolvedOptions, createPool: CreatePool): AsyncGenerator<ThumbsEvent> {
  const startedAt = performance.now();
  // A shard's manifest lies beside the merged one, also where that is a link.
  const options = resolved.shard === undefined ? resolved : withRealManifests(resolved);
  // Everything that can refuse the run comes first, in this order, before a process is forked.
  const roots = await findRoots(options.paths, options.out);
  await requireFreeOutputs(options, roots);
  const written = [options.manifest, ...options.exports.map(({ file }) => file)];
  const folders = new Set([options.out, ...written.map((file) => path.dirname(file))]);
  for (const folder of folders) prepareFolder(folder);
  const real = withRealManifests(options);
  const locks = takeLocks(options);
  try {
    // Temporary files are left only by a process that did not end in order: a run whose lock was left, or a consumer of this run.
    if (locks.tookOver) await removeStaleFrom(folders);
    yield* runLocked(
      { options: real, roots: rootsFrom(real.manifest, roots), folders, startedAt, locks },
      createPool,
    );
  } finally {
    locks.release();
  }
}

function takeLocks({ out, manifest, shard }: ResolvedOptions): RunLocks {
  if (shard === undefined) return lockRun(out, manifest);
  return lockShard({ out, manifest, merged: shard.merged, name: shardName(shard) });
}

async function removeStaleFrom(folders: Iterable<string>): Promise<void> {
  for (const folder of folders) {
    try {
      await removeStale(folder);
    } catch (error) {
      throw outputError(folder, causeOf(error), error);
    }
  }
}

/** A run that may begin. */
interface CheckedRun {
  readonly options: ResolvedOptions;
  readonly roots: readonly Root[];
  /** Every folder that is written to. */
  readonly folders: Iterable<string>;
  readonly startedAt: number;
  readonly locks: RunLocks;
}

/** The run itself, while no other run writes to the manifest, and none but other shards to the output folder. */
async function* runLocked(
  { options, roots, folders, startedAt, locks }: CheckedRun,
  createPool: CreatePool,
): AsyncGenerator<ThumbsEvent> {
  const requireLocks = () => locks.requireHeld();
  const digests = digestsOf(options);
  const place = realPlace(options);
  const { signal, timeoutMs, deadlineMs, workers, out } = options;
  const timeLeft = () => Math.max(0, (deadlineMs ?? 0) - (performance.now() - startedAt));
  const ends = [
    ...(signal === undefined ? [] : [signal]),
    ...(deadlineMs === undefined ? [] : [AbortSignal.timeout(Math.ceil(timeLeft()))]),
  ];
  const { shard } = options;
  const layout = shard === undefined ? layoutOf(options) : locks.exclusively(() => noteShard(place, options));
  // Before the first thumbnail is moved: a run that is ended meanwhile is continued by the next one.
  if (shard === undefined) noteLayout(place, layout);
  const how = { requireLocks, placement: new LayoutPlacement(place, layout, requireLocks) };
  const loading =
    shard === undefined
      ? ManifestStore.openInSteps(options.manifest, digests, how)
      : ManifestStore.openShardInSteps(options.manifest, shardSeed(shard, options, roots), digests, how);
  const manifest = await finishInTurns(loading, AbortSignal.any(ends));
  if (manifest === undefined) {
    yield { type: 'start', workers, out, manifest: options.manifest, ...eventShard(options) };
    const reason = signal?.aborted === true ? 'signal' : 'deadline';
    yield summaryOfNothing(options, roots, performance.now() - startedAt, reason);
    return;
  }
  const planner = new Planner(manifest.records, plannerOptions(options, digests), manifest.merged);
  const shared = { roots, lock: locks.mark, madeBy: madeBy(digests) };
  const pool = await createPool({
    ...poolSetup(options, layout),
    shared,
    planIdentified: (job, identified) => planner.planIdentified(job, identified),
  });
  const cancellation = new Cancellation(
    { signal, timeoutMs, deadlineMs: deadlineMs === undefined ? undefined : timeLeft() },
    (graceMs) => pool.drain(graceMs),
  );
  try {
    yield startEvent(options, manifest);
    const walked = newWalkProgress();
    const sink = new Sink(manifest, walked, planner, digests.wanted);
    const unreported = unreportedFolders(walked);
    const outputs = await startPool(pool, planner, { options, roots, walked, signal: cancellation.signal });
    // While the first consumers load, and before anything is published.
    if (shard === undefined) noteManifest(place, layout);
    locks.exclusively(() => noteRoots(place.out, shard?.merged ?? place.manifest, foldersOf(roots)));
    preloadFinish(options);
    for await (const event of sink.consume(outputs, pool)) {
      yield* unreported();
      yield event;
    }
    yield* unreported();
    yield* leftOutEvents(walked);
    const notReached = walked.found - sink.finished;
    const isComplete = walked.ended && notReached === 0;
    const unreadable = unreadableExtensions(options);
    const kept = new KeptRecords({
      roots,
      walked,
      manifest: manifest.file,
      unreadable,
      forget: options.forget,
    });
    const stopped = isComplete ? undefined : (cancellation.reason ?? 'signal');
    const finished = yield* finishRun({ options, roots, manifest, kept, isComplete, stopped, locks });
    yield {
      ...summarize(sink, options, performance.now() - startedAt),
      ...finished,
      ...walkFigures(walked, roots, options.decoding),
      ...(stopped === undefined ? {} : { stopped }),
      notReached,
    };
  } finally {
    cancellation.end();
    await pool.close();
    manifest.close();
    if (pool.crashes > 0) await removeStaleFrom(folders);
  }
}

function startEvent(options: ResolvedOptions, { file, anew, moved }: ManifestStore): StartEvent {
  const { workers, out } = options;
  return {
    ...{ type: 'start', workers, out, manifest: file, ...eventShard(options) },
    ...(anew === undefined ? {} : { anew }),
    ...(moved === 0 ? {} : { moved }),
  };
}

/** Events of the unreadable folders that were met since the last call. */
function unreportedFolders(walked: WalkProgress): () => UnreadableFolderEvent[] {
  let reported = 0;
  return () => {
    const folders = walked.unreadableFolders.slice(reported);
    reported += folders.length;
    return folders.map(unreadableEvent);
  };
}

function poolSetup(options: ResolvedOptions, layout: Layout): Omit<PoolSetup, 'shared' | 'planIdentified'> {
  const { out, variants, placeholder, decoding, maxBytes, maxPixels } = options;
  const { maxMemory, timeoutMs, retries, workers: consumers } = options;
  const work = { out, layout, variants, placeholder, decoding, maxBytes, maxPixels };
  return { work, consumers, maxMemory, timeoutMs, retries };
}

interface Walk {
  readonly options: ResolvedOptions;
  readonly roots: readonly Root[];
  readonly walked: WalkProgress;
  readonly signal: AbortSignal;
}

/** Starts the walk, and returns what comes out of the pool. */
async function startPool(
  pool: JobPool,
  planner: Planner,
  { options, roots, walked, signal }: Walk,
): Promise<ReturnType<JobPool['outputs']>> {
  const { workers } = options;
  // Before the photos are compared with the manifest, each is sure to be a job only if there are no records.
  // Of a shard's photos nothing is certain before they are found.
  if (!signal.aborted && planner.hasNoHistory && options.shard === undefined)
    pool.prefork(
      await certainJobs(roots, options, photoNameTest(certainExtensions(options)), Math.max(workers, 1)),
    );
  const plan = (path: string, isLocal: boolean) => planner.plan(path, isLocal);
  const walk = { ...walkOptions(options, roots), plan, signal };
  const produced = produce(
    {
      ...walk,
      get consumers() {
        return pool.slots;
      },
    },
    walked,
  );
  return pool.outputs(produced);
}
