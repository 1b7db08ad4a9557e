// A sweep's timings as Markdown: the machine, the table, and a sentence that says what the table shows.

import { median } from './median.js';
import type { Sweep, Timing } from './sweep.js';
import { yardstickLine } from './yardstick.js';

/** The machine of a sweep. */
export interface Machine {
  readonly cpu: string;
  /** Cores that the process may use. */
  readonly cores: number;
  readonly node: string;
  readonly sharp: string;
  readonly libvips: string;
}

/** The figures of one worker count. */
interface Row {
  readonly workers: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly imagesPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly speedup: number;
  readonly efficiency: number;
  readonly peakMegabytes: number;
  /** Processor time over wall time times the cores that so many workers can use. */
  readonly busy: number;
}

/** What every report begins with. */
export const REPORT_BEGINNING: RegExp = /^- CPU: /;

/** Within this factor of the fastest a smaller count is as good: the noise of a run. */
const AS_GOOD = 1.05;

/** Above this share of busy cores the run does not wait for a disk. */
const CORES_BUSY = 0.85;

/** The report of a sweep with at least one timing. */
export function benchReport({ timings, yardstick }: Sweep, machine: Machine): string {
  const rows = rowsOf(timings, machine.cores);
  const head = [...heading(timings, machine), yardstickLine(yardstick)];
  return `${[...head, '', ...table(rows), '', conclusion(rows, machine.cores)].join('\n')}\n`;
}

function rowsOf(timings: readonly Timing[], cores: number): Row[] {
  const counts = [...new Set(timings.map(({ workers }) => workers))].sort((a, b) => a - b);
  // NaN if one worker was not tried.
  const one = median(secondsOf(timings, 1));
  return counts.map((workers) => {
    const seconds = secondsOf(timings, workers);
    const summaries = timings.filter((timing) => timing.workers === workers).map(({ summary }) => summary);
    const [summary] = summaries;
    const middle = median(seconds);
    const speedup = one / middle;
    return {
      workers,
      median: middle,
      min: Math.min(...seconds),
      max: Math.max(...seconds),
      imagesPerSecond: (summary?.photos ?? 0) / middle,
      megabytesPerSecond: (summary?.sourceBytes ?? 0) / 1e6 / middle,
      speedup,
      efficiency: speedup / Math.min(workers, cores),
      peakMegabytes: median(summaries.map(({ peakMemoryBytes }) => peakMemoryBytes / 1e6)),
      busy: median(summaries.map(({ cpuSeconds }) => cpuSeconds)) / (middle * Math.min(workers, cores)),
    };
  });
}

function secondsOf(timings: readonly Timing[], workers: number): number[] {
  return timings.filter((timing) => timing.workers === workers).map(({ seconds }) => seconds);
}

function heading(timings: readonly Timing[], machine: Machine): string[] {
  const summary = timings[0]?.summary;
  const failed = summary === undefined || summary.failed === 0 ? '' : `, ${summary.failed} of them failed`;
  const megabytes = ((summary?.sourceBytes ?? 0) / 1e6).toFixed(1);
  const megapixels = ((summary?.sourcePixels ?? 0) / 1e6).toFixed(1);
  const runs = timings.filter(({ workers }) => workers === timings[0]?.workers).length;
  return [
    `- CPU: ${machine.cpu}, ${machine.cores} core${machine.cores === 1 ? '' : 's'}`,
    `- Node ${machine.node}, sharp ${machine.sharp}, libvips ${machine.libvips}`,
    `- Corpus: ${summary?.photos ?? 0} files${failed}, ${megabytes} MB, ${megapixels} megapixels`,
    `- ${runs} counted run${runs === 1 ? '' : 's'} of each, in rotation, after a warm-up of each; whole processes`,
  ];
}

function table(rows: readonly Row[]): string[] {
  return [
    '| workers | seconds: median | min | max | images/s | MB/s | speedup over 1 | efficiency per core | peak memory, MB |',
    '|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...rows.map((row) => {
      const cells = [
        row.workers,
        row.median.toFixed(2),
        row.min.toFixed(2),
        row.max.toFixed(2),
        row.imagesPerSecond.toFixed(1),
        row.megabytesPerSecond.toFixed(1),
        ratio(row.speedup),
        Number.isNaN(row.efficiency) ? '-' : `${(100 * row.efficiency).toFixed(0)} %`,
        row.peakMegabytes.toFixed(0),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  ];
}

/** How many workers are enough, and what limits the run there. */
function conclusion(rows: readonly Row[], cores: number): string {
  const fastest = Math.min(...rows.map((row) => row.median));
  const enough = rows.find((row) => row.median <= fastest * AS_GOOD);
  if (enough === undefined) return '';
  const workers = `${enough.workers} worker${enough.workers === 1 ? '' : 's'}`;
  const gain = Number.isNaN(enough.speedup) ? '' : `, ${ratio(enough.speedup)} times as fast as one`;
  const found = `${workers} (${enough.median.toFixed(2)} s${gain})`;
  const more = rows.filter((row) => row.workers > enough.workers);
  const comparison =
    more.length === 0
      ? `The most that were tried, ${found}, are the fastest${enough.workers < cores ? ', and more may be faster' : ''}`
      : `${found} ${enough.workers === 1 ? 'is' : 'are'} enough; more are not faster (${more.map((row) => `${row.workers}: ${row.median.toFixed(2)} s`).join(', ')})`;
  const used = Math.min(enough.workers, cores);
  const busy = `${used === 1 ? 'the core that they use is' : `the ${used} cores that they use are`} ${(100 * enough.busy).toFixed(0)} % busy`;
  const bound = enough.busy >= CORES_BUSY ? 'bound by the cores' : 'bound by the disk, or by other waiting';
  return `${comparison}; ${busy}, so the run is ${bound}.`;
}

function ratio(value: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(2);
}
