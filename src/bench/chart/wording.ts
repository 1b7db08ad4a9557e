// What the chart says in words: its headings, and its figures for those who do not see it.

import type { Figures } from '../figures.js';
import type { Row, Spread } from '../rows.js';

/** A longer name of a CPU would leave the picture. */
const MAX_CPU = 80;

/** What the chart shows, in one line. */
export function titleOf({ rows, conclusion: { row, kind } }: Figures): string {
  const workers = `${row.workers} worker${row.workers === 1 ? '' : 's'}`;
  const are = row.workers === 1 ? 'is' : 'are';
  const found = kind === 'enough' ? 'enough' : 'the fastest';
  const verb = rows.length === 1 ? '' : ` ${are} ${found}`;
  const speedup =
    hasSpeedup([row]) && row.workers > 1 ? `, ${speedupText(row.speedup.median)} one worker` : '';
  return `${workers}${verb}: ${rateText(row.imagesPerSecond.median)} images/s${speedup}`;
}

/** The machine, the corpus and how often it was run. */
export function subtitlesOf({ machine, corpus, runs }: Figures): string[] {
  const { cpu, node, sharp, libvips } = machine;
  const characters = [...cpu];
  const shortCpu = characters.length > MAX_CPU ? `${characters.slice(0, MAX_CPU - 1).join('')}…` : cpu;
  const failed = corpus.failed === 0 ? '' : ` (${corpus.failed} failed)`;
  const megabytes = (corpus.sourceBytes / 1e6).toFixed(1);
  const megapixels = (corpus.sourcePixels / 1e6).toFixed(1);
  const each = `${runs} counted run${runs === 1 ? '' : 's'} of each worker count`;
  return [
    `${shortCpu}, ${coresText(machine.cores)}`,
    `Node ${node}, sharp ${sharp}, libvips ${libvips}`,
    `${corpus.photos} photos${failed}, ${megabytes} MB, ${megapixels} megapixels; ${each}`,
  ];
}

/** How to read the chart, and what is not in it. */
export function notesOf({ rows, runs }: Figures, hasSpeedupPanel: boolean): string[] {
  const points =
    runs === 1
      ? 'Points: one run each.'
      : `Points: medians of ${runs} runs. Thin bars: slowest to fastest run.`;
  const ideal = 'Dashed: the ideal, 1 × for each worker up to the core count.';
  const missing = rows.some(({ workers }) => workers === 1)
    ? 'No speedup: no other worker count was tried.'
    : 'No speedup: one worker was not tried.';
  return [`${points} ${hasSpeedupPanel ? ideal : missing}`];
}

/** Every figure of the chart. */
export function descriptionOf(figures: Figures): string {
  const rows = figures.rows.map((row) => {
    const workers = `${row.workers} worker${row.workers === 1 ? '' : 's'}`;
    const speedup = hasSpeedup([row]) ? `, speedup ${row.speedup.median.toFixed(2)}` : '';
    return `${workers}: ${spreadText(row.imagesPerSecond)} images/s${speedup}.`;
  });
  return [...subtitlesOf(figures).map((line) => `${line}.`), ...rows].join(' ');
}

/** Whether these rows have a speedup: one worker was tried. */
export function hasSpeedup(rows: readonly Row[]): boolean {
  return rows.every(({ speedup }) => !Number.isNaN(speedup.median));
}

export function coresText(cores: number): string {
  return `${cores} core${cores === 1 ? '' : 's'}`;
}

export function rateText(value: number): string {
  return value.toFixed(1);
}

export function speedupText(value: number): string {
  return `${value.toFixed(2)} ×`;
}

function spreadText({ median, min, max }: Spread): string {
  return min === max ? rateText(median) : `${rateText(median)} (${rateText(min)} to ${rateText(max)})`;
}
