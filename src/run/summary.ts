// What the sink has counted, as the figures of the last event.

import { currentUsage } from '../job.js';
import type { ResolvedOptions } from '../options/options.js';
import type { SummaryEvent, WalkFigures } from './events.js';
import type { Sink } from './sink.js';

/** The part of a summary that does not depend on how the walk ended. */
type Figures = Omit<
  SummaryEvent,
  keyof WalkFigures | 'removed' | 'kept' | 'emptyRoots' | 'pruned' | 'pruneRefused' | 'stopped' | 'notReached'
>;

export function summarize(sink: Sink, options: ResolvedOptions, milliseconds: number): Figures {
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
  };
}
