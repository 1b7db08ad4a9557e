// A dry run: what a run would do, found by the same walk and the same planner, without a consumer and without writing anything.

import fs from 'node:fs';
import path from 'node:path';
import { ThumbsError } from '../errors.js';
import { Lock } from '../files/locks/lock.js';
import { realPlace } from '../files/real-path.js';
import type { Job, Unchanged } from '../job.js';
import { type PhotoCounts, refusalOf } from '../maintenance/prune.js';
import { findUnneeded, type PrunedEvent } from '../maintenance/unneeded.js';
import type { Digests } from '../manifest/digests/digests.js';
import { addNamedByOthers, photosLeft } from '../manifest/folder-manifests.js';
import type { LoadOptions } from '../manifest/loading/record-loading.js';
import { RecordIndex } from '../manifest/record-index.js';
import { headerOf } from '../manifest/rewriting.js';
import { isOfShard } from '../manifest/shards/division.js';
import { MergedContents } from '../manifest/shards/merged-contents.js';
import { requireWhole } from '../manifest/shards/seeding.js';
import { madeAnew } from '../manifest/store.js';
import type { Layout, ResolvedOptions, ResolvedPlace, ThumbsOptions } from '../options/options.js';
import { resolveOptions } from '../options/resolve.js';
import { eventPath } from '../path-bytes.js';
import { printable } from '../printable.js';
import { Planner } from '../producer/planner/planner.js';
import { produce } from '../producer/producer.js';
import { findRoots, rootsFrom } from '../producer/roots.js';
import { newWalkProgress, type WalkProgress } from '../producer/walk-progress.js';
import { finishInTurns, type Steps } from '../steps.js';
import { digestsOf } from './digests/run-digests.js';
import type {
  PassedOverEvent,
  PlannedEvent,
  PlanSummaryEvent,
  SkippedFolderEvent,
  UnreadableFolderEvent,
} from './events.js';
import { KeptRecords } from './kept-records.js';
import { requireFreeOutputs } from './outputs.js';
import { layoutOf, plannerOptions, unreadableExtensions, walkOptions } from './planning.js';
import { RemainingThumbnails } from './remaining-thumbnails.js';
import { shardLayout, withRealManifests } from './shards/shard-run.js';
import { leftOutEvents, unreadableEvent, walkFigures } from './sink/walk-figures.js';

/** The events of a dry run; the last one is the summary. */
export type PlanEvent =
  | PlannedEvent
  | UnreadableFolderEvent
  | PassedOverEvent
  | SkippedFolderEvent
  | PrunedEvent
  | PlanSummaryEvent;

/**
 * Reports what {@link createThumbnails} would do with the same arguments now: a `planned` event a photo, and a `pruned` event for each
 * file of the output folder that no record would name afterwards. It opens no photo, forks no process and writes nothing.
 *
 * @throws {ThumbsError} `OPTION`, at once, when an option is invalid.
 * While iterating: `OPTION` (a path that does not exist), `OUTPUT` or `MANIFEST`.
 */
export function planThumbnails(paths: readonly string[], options?: ThumbsOptions): AsyncGenerator<PlanEvent> {
  return plan(resolveOptions(paths, options));
}

async function* plan(resolved: ResolvedOptions): AsyncGenerator<PlanEvent> {
  const options = { ...withRealManifests(resolved), layout: plannedLayout(resolved) };
  const roots = rootsFrom(options.manifest, await findRoots(resolved.paths, resolved.out));
  await requireFreeOutputs(options, roots);
  const digests = digestsOf(options);
  const manifestBefore = stateOf(options.manifest);
  // Without its records a dry run that was stopped plans nothing, because its walk ends at once.
  const { records, merged } = (await finishInTurns(openKnown(options, digests), options.signal)) ?? {};
  const end = new AbortController();
  try {
    const anew = records && madeAnew(records, digests);
    const moved = records?.elsewhere ?? 0;
    const planner = new Planner(records, plannerOptions(options, digests), merged);
    const walked = newWalkProgress();
    const remaining = new RemainingThumbnails(records, options.manifest, digests);
    const counts = { new: none(), changed: none(), compare: none(), unchanged: none(), 'known-bad': none() };
    const variants = Object.fromEntries(digests.wanted.map((variant) => [variant, 0]));
    const planPhoto = (path: string, isLocal: boolean) => planner.plan(path, isLocal);
    const signal = AbortSignal.any([end.signal, ...(options.signal === undefined ? [] : [options.signal])]);
    const walk = { ...walkOptions(options, roots), plan: planPhoto, consumers: 0, signal };
    for await (const item of produce(walk, walked)) {
      if (item.type === 'sentinel') continue;
      remaining.add(item);
      const event = plannedEvent(item, digests.wanted);
      for (const variant of event.variants) variants[variant] = (variants[variant] ?? 0) + 1;
      counts[event.plan].photos += 1;
      counts[event.plan].bytes += event.bytes;
      yield event;
    }
    for (const folder of walked.unreadableFolders) yield unreadableEvent(folder);
    yield* leftOutEvents(walked);
    // After a walk that was stopped nothing is known of the photos that it has not found.
    const { manifest, forget } = options;
    const kept = new KeptRecords({
      roots,
      walked,
      manifest,
      unreadable: unreadableExtensions(options),
      forget,
    });
    const { removed, recorded, left } = remaining.finish((source) => !walked.ended || kept.stays(source));
    const counted = { recorded, left };
    const pruning = yield* planPruning({ options, walked, remaining, counted, manifestBefore });
    const { 'known-bad': knownBad, ...others } = counts;
    yield {
      type: 'plan',
      ...others,
      knownBad,
      variants,
      ...(anew === undefined ? {} : { anew }),
      ...(moved === 0 ? {} : { moved }),
      removed,
      kept: kept.inEmptyRoots,
      emptyRoots: kept.emptyRoots,
      ...pruning,
      ...walkFigures(walked, roots, options.decoding),
    };
  } finally {
    // Otherwise the walk goes on when the caller has left the loop.
    end.abort();
    records?.close();
    merged?.close();
  }
}

/** @throws {ThumbsError} `OPTION`: a shard would move thumbnails to another layout. */
function plannedLayout(options: ResolvedOptions): Layout {
  return options.shard === undefined ? layoutOf(options) : shardLayout(options);
}

/** What the run would compare photos with. */
interface Known {
  readonly records: RecordIndex | undefined;
  /** Of a shard: as the store of a run has it. */
  readonly merged: MergedContents | undefined;
}

/** A shard that began earlier has the merged manifest's records of its photos already. */
function* openKnown({ manifest, shard, layout }: ResolvedOptions, digests: Digests): Steps<Known> {
  const how: LoadOptions = { digests, ...(layout === undefined ? {} : { layout }) };
  let [records, all]: Array<RecordIndex | undefined> = [];
  let known: Known | undefined;
  try {
    records = yield* RecordIndex.openInSteps(manifest, how);
    if (shard === undefined) {
      if (records !== undefined) requireWhole(records);
      known = { records, merged: undefined };
      return known;
    }
    const isWanted = (source: string) => isOfShard(source, shard);
    records ??= yield* RecordIndex.openInSteps(shard.merged, { ...how, isWanted });
    all = yield* RecordIndex.openInSteps(shard.merged, how);
    const header = headerOf(records?.header ?? digests.run);
    known = { records, merged: all && new MergedContents(all, { header, digests, layout }) };
    return known;
  } finally {
    if (known === undefined) for (const opened of [records, all]) opened?.close();
  }
}

/** A run as it was planned. */
interface PlannedRun {
  readonly options: ResolvedOptions;
  readonly walked: WalkProgress;
  readonly remaining: RemainingThumbnails;
  readonly counted: PhotoCounts;
  /** {@link stateOf} the manifest before its records were read. */
  readonly manifestBefore: string | undefined;
}

/** Reports what could be pruned after the run, and returns what the summary says of it. */
async function* planPruning({
  options,
  walked,
  remaining,
  counted,
  manifestBefore,
}: PlannedRun): AsyncGenerator<
  PrunedEvent,
  Pick<PlanSummaryEvent, 'unneeded' | 'unneededUnknown' | 'pruneRefused'>
> {
  const unneededUnknown = otherRun(options, manifestBefore);
  if (unneededUnknown !== undefined) return { unneededUnknown };
  const unneeded = { files: 0, bytes: 0 };
  // After a walk that was stopped a run would prune nothing.
  if (!walked.ended) return { unneeded };
  const place = fs.existsSync(options.out) ? realPlace(options) : options;
  const left = counted.left + photosLeft(place);
  const refusal = options.prune && !options.forget ? refusalOf(place, { ...counted, left }) : undefined;
  if (refusal !== undefined) return { pruneRefused: refusal.message };
  addNamedByOthers(remaining.thumbnails, place);
  for await (const event of findUnneeded(place, remaining.thumbnails, remaining.known)) {
    unneeded.files += 1;
    unneeded.bytes += event.bytes;
    yield event;
  }
  return { unneeded };
}

/** On one line: which run uses the place, or that one has used it since the manifest was in this state. Undefined when none has. */
function otherRun({ out, manifest }: ResolvedPlace, manifestBefore: string | undefined): string | undefined {
  try {
    // In a folder that does not exist nobody holds a lock.
    for (const target of [out, manifest]) if (fs.existsSync(path.dirname(target))) Lock.check(target);
  } catch (error) {
    if (error instanceof ThumbsError && error.code === 'LOCKED') return error.message;
    throw error;
  }
  if (stateOf(manifest) === manifestBefore) return undefined;
  return `another run has changed ${printable(manifest)} meanwhile`;
}

/** A text that differs when the file has been written to or replaced; undefined when there is no file. */
function stateOf(file: string): string | undefined {
  const stats = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : [stats.ino, stats.size, stats.mtimeNs].join(' ');
}

function none(): { photos: number; bytes: number } {
  return { photos: 0, bytes: 0 };
}

/** @param wanted Names of all variants. */
function plannedEvent(item: Job | Unchanged, wanted: readonly string[]): PlannedEvent {
  const path = eventPath(item.path);
  if (item.type === 'unchanged') {
    const plan = item.record.status === 'failed' ? 'known-bad' : 'unchanged';
    return { type: 'planned', ...path, plan, variants: [], bytes: item.record.sourceBytes ?? 0 };
  }
  const { why, task, facts, part } = item;
  const plan = task === 'identify' || why === 'incomplete' ? 'compare' : why === 'new' ? 'new' : 'changed';
  const variants = task === 'identify' ? [] : (part?.variants ?? wanted);
  return { type: 'planned', ...path, plan, why, variants, bytes: facts?.sourceBytes ?? 0 };
}
