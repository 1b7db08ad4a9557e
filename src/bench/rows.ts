// What a sweep has found: the figures of each worker count, and which count they speak for.

import { median } from './median.js';
import type { Timing } from './sweep.js';

/** Of all counted runs of one worker count. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The figures of one worker count. */
export interface Row {
  readonly workers: number;
  readonly seconds: Spread;
  readonly imagesPerSecond: Spread;
  readonly megabytesPerSecond: number;
  /** Over the median of one worker; NaN if one worker was not tried, as is the efficiency. */
  readonly speedup: Spread;
  readonly efficiency: number;
  readonly peakMemoryBytes: number;
  /** Processor time over wall time times the cores that so many workers can use. */
  readonly busy: number;
}

export interface Conclusion {
  /** The smallest count that is as fast as the fastest. */
  readonly row: Row;
  /** `enough`: more workers were tried and are not faster; `fastest`: it is the most that were tried. */
  readonly kind: 'enough' | 'fastest';
  /** What limits the run with so many workers: the cores, or waiting for a disk or for something else. */
  readonly bound: 'cores' | 'waiting';
}

/** Within this factor of the fastest a smaller count is as good: the noise of a run. */
const AS_GOOD = 1.05;

/** Above this share of busy cores the run does not wait for a disk. */
const CORES_BUSY = 0.85;

/** A row for each worker count, the smallest first. */
export function rowsOf(timings: readonly Timing[], cores: number): Row[] {
  const counts = [...new Set(timings.map(({ workers }) => workers))].sort((a, b) => a - b);
  const one = median(secondsOf(timings, 1));
  return counts.map((workers) => {
    const summaries = timings.filter((timing) => timing.workers === workers).map(({ summary }) => summary);
    const [summary] = summaries;
    const seconds = spreadOf(secondsOf(timings, workers));
    const usable = Math.min(workers, cores);
    const speedup = over(one, seconds);
    return {
      workers,
      seconds,
      imagesPerSecond: over(summary?.photos ?? 0, seconds),
      megabytesPerSecond: (summary?.sourceBytes ?? 0) / 1e6 / seconds.median,
      speedup,
      efficiency: speedup.median / usable,
      peakMemoryBytes: median(summaries.map(({ peakMemoryBytes }) => peakMemoryBytes)),
      busy: median(summaries.map(({ cpuSeconds }) => cpuSeconds)) / (seconds.median * usable),
    };
  });
}

/** @param rows At least one, the smallest count first. */
export function conclusionOf(rows: readonly Row[]): Conclusion {
  const fastest = Math.min(...rows.map(({ seconds }) => seconds.median));
  const row = rows.find(({ seconds }) => seconds.median <= fastest * AS_GOOD);
  if (row === undefined) throw new TypeError('A sweep without a run has no conclusion');
  const kind = row === rows.at(-1) ? 'fastest' : 'enough';
  return { row, kind, bound: row.busy >= CORES_BUSY ? 'cores' : 'waiting' };
}

function secondsOf(timings: readonly Timing[], workers: number): number[] {
  return timings.filter((timing) => timing.workers === workers).map(({ seconds }) => seconds);
}

function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** The rate of an amount: the slowest run has the smallest. */
function over(amount: number, { median, min, max }: Spread): Spread {
  return { median: amount / median, min: amount / max, max: amount / min };
}
