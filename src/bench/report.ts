// A sweep's figures as Markdown: the machine, the table, and a sentence that says what the table shows.

import type { Figures } from './figures.js';
import type { Row } from './rows.js';
import { yardstickLine } from './yardstick.js';

/** What every report begins with. */
export const REPORT_BEGINNING: RegExp = /^- CPU: /;

export function benchReport(figures: Figures): string {
  const head = [...heading(figures), yardstickLine(figures.sweep.yardstick)];
  return `${[...head, '', ...table(figures.rows), '', conclusionText(figures)].join('\n')}\n`;
}

function heading({ machine, corpus, runs }: Figures): string[] {
  const failed = corpus.failed === 0 ? '' : `, ${corpus.failed} of them failed`;
  const megabytes = (corpus.sourceBytes / 1e6).toFixed(1);
  const megapixels = (corpus.sourcePixels / 1e6).toFixed(1);
  return [
    `- CPU: ${machine.cpu}, ${machine.cores} core${machine.cores === 1 ? '' : 's'}`,
    `- Node ${machine.node}, sharp ${machine.sharp}, libvips ${machine.libvips}`,
    `- Corpus: ${corpus.photos} files${failed}, ${megabytes} MB, ${megapixels} megapixels`,
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
        row.seconds.median.toFixed(2),
        row.seconds.min.toFixed(2),
        row.seconds.max.toFixed(2),
        row.imagesPerSecond.median.toFixed(1),
        row.megabytesPerSecond.toFixed(1),
        ratio(row.speedup.median),
        Number.isNaN(row.efficiency) ? '-' : `${(100 * row.efficiency).toFixed(0)} %`,
        (row.peakMemoryBytes / 1e6).toFixed(0),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  ];
}

/** How many workers are enough, and what limits the run there. */
function conclusionText({ rows, conclusion, machine: { cores } }: Figures): string {
  const { row, kind, bound } = conclusion;
  const { workers, seconds, speedup } = row;
  const gain = Number.isNaN(speedup.median) ? '' : `, ${ratio(speedup.median)} times as fast as one`;
  const found = `${workers} worker${workers === 1 ? '' : 's'} (${seconds.median.toFixed(2)} s${gain})`;
  const more = rows.filter((other) => other.workers > workers);
  const times = more.map((other) => `${other.workers}: ${other.seconds.median.toFixed(2)} s`).join(', ');
  const comparison =
    kind === 'fastest'
      ? `The most that were tried, ${found}, are the fastest${workers < cores ? ', and more may be faster' : ''}`
      : `${found} ${workers === 1 ? 'is' : 'are'} enough; more are not faster (${times})`;
  const used = Math.min(workers, cores);
  const busy = `${used === 1 ? 'the core that they use is' : `the ${used} cores that they use are`} ${(100 * row.busy).toFixed(0)} % busy`;
  const by = bound === 'cores' ? 'the cores' : 'the disk, or by other waiting';
  return `${comparison}; ${busy}, so the run is bound by ${by}.`;
}

function ratio(value: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(2);
}
