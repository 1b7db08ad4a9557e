// What the sink has counted, as the figures of the last event.

import { currentUsage } from '../../job.js';
import type { ResolvedOptions } from '../../options/options.js';
import { shardName } from '../../options/shard.js';
import type { Root } from '../../producer/roots.js';
import { newWalkProgress } from '../../producer/walk-progress.js';
import type { StopReason, SummaryEvent, WalkFigures } from '../events.js';
import { noTotals, type Sink } from './sink.js';
import { walkFigures } from './walk-figures.js';

/** The part of a summary that does not depend on how the walk ended. */
type Figures = Omit<
  SummaryEvent,
  | keyof WalkFigures
  | 'removed'
  | 'kept'
  | 'emptyRoots'
  | 'gallery'
  | 'links'
  | 'pruned'
  | 'pruneRefused'
  | 'stopped'
  | 'notReached'
>;

export function summarize(
  sink: Pick<Sink, 'totals' | 'finished' | 'made' | 'hosts'>,
  options: ResolvedOptions,
  milliseconds: number,
): Figures {
  const { done, thumbnails, unchanged, identified, failed, known, failures, ...others } = sink.totals;
  const { sourceBytes, sourcePixels, sentinels, consumersMemoryBytes, consumersCpuMs } = others;
  const main = currentUsage();
  const { hosts } = sink;
  return {
    type: 'summary',
    photos: sink.finished,
    done,
    made: sink.made,
    shared: thumbnails - sink.made,
    unchanged,
    identified,
    failed,
    known,
    failures,
    workers: sentinels,
    ...(hosts.length === 0 ? {} : { hosts }),
    seconds: milliseconds / 1000,
    imagesPerSecond: sink.finished / (milliseconds / 1000),
    sourceBytes,
    sourcePixels,
    peakMemoryBytes: main.peakMemoryBytes + consumersMemoryBytes,
    cpuSeconds: (main.cpuMs + consumersCpuMs) / 1000,
    ...eventShard(options),
    out: options.out,
    manifest: options.manifest,
    exports: options.exports.map(({ file }) => file),
  };
}

/** Which shard a run is, as events have it. */
export function eventShard({ shard }: Pick<ResolvedOptions, 'shard'>): { readonly shard?: string } {
  return shard === undefined ? {} : { shard: shardName(shard) };
}

/** The last event of a run that ended before its walk began. */
export function summaryOfNothing(
  options: ResolvedOptions,
  roots: readonly Root[],
  milliseconds: number,
  stopped: StopReason,
): SummaryEvent {
  return {
    ...summarize({ totals: noTotals(), finished: 0, made: 0, hosts: [] }, options, milliseconds),
    ...walkFigures(newWalkProgress(), roots, options.decoding),
    workers: options.workers,
    removed: 0,
    kept: 0,
    emptyRoots: [],
    exports: [],
    stopped,
    notReached: 0,
  };
}
