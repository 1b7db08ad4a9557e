// A sweep's figures for programs: every run as it was timed, and what the report says of them.

import type { Corpus, Figures, Machine } from './figures.js';
import type { Conclusion, Row } from './rows.js';
import type { SweepOptions, Timing } from './sweep.js';
import type { YardstickFigures } from './yardstick.js';

/** One whole run. */
export interface BenchRun {
  readonly workers: number;
  /** From 1; 0 is the warm-up. */
  readonly run: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly megabytesPerSecond: number;
  /** The sum of each process's peak. */
  readonly peakMemoryBytes: number;
  /** Processor time of all processes. */
  readonly cpuSeconds: number;
  readonly photos: number;
  readonly failed: number;
}

/** In JSON a figure that there is not (the speedup where one worker was not tried) is null. */
export interface BenchEvent {
  readonly type: 'bench';
  readonly machine: Machine;
  readonly corpus: Corpus;
  readonly options: Omit<SweepOptions, 'signal'>;
  /** The counted runs, in the order in which they were timed. */
  readonly runs: readonly BenchRun[];
  /** Apart, so that no mean includes them by mistake. */
  readonly warmUps: readonly BenchRun[];
  readonly rows: readonly Row[];
  readonly yardstick: YardstickFigures;
  readonly conclusion: Pick<Conclusion, 'kind' | 'bound'> & { readonly workers: number };
}

export function benchEvent(
  { machine, corpus, rows, conclusion, sweep }: Figures,
  { paths, counts, runs, size }: SweepOptions,
): BenchEvent {
  const { row, kind, bound } = conclusion;
  return {
    type: 'bench',
    machine,
    corpus,
    options: { paths, counts, runs, size },
    runs: sweep.timings.map(runOf),
    warmUps: sweep.warmUps.map(runOf),
    rows,
    yardstick: sweep.yardstick,
    conclusion: { workers: row.workers, kind, bound },
  };
}

function runOf({ workers, run, seconds, summary }: Timing): BenchRun {
  const { photos, failed, sourceBytes, peakMemoryBytes, cpuSeconds } = summary;
  return {
    workers,
    run,
    seconds,
    // Of the whole process, not of the summary's own time.
    imagesPerSecond: photos / seconds,
    megabytesPerSecond: sourceBytes / 1e6 / seconds,
    peakMemoryBytes,
    cpuSeconds,
    photos,
    failed,
  };
}
