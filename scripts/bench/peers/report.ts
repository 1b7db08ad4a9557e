// The comparison as Markdown.

import { formatStatistics, statistics } from '../measuring.js';
import type { PeakMemory } from './peak-memory.js';
import type { Photos } from './photos.js';
import { type Program, thumbs } from './programs.js';
import type { Measurement } from './rotation.js';
import type { Row } from './rows.js';

/** What was measured in a row. */
export interface Result {
  readonly row: Row;
  readonly photos: Photos;
  /** `thumbs` is the first. */
  readonly measurements: readonly Measurement[];
  readonly memory?: readonly PeakMemory[];
}

/** A peer with fewer than this share of the thumbnails of `thumbs` skipped work and cannot be the fastest peer. */
const MIN_SHARE = 0.9;

/** MB, for all processes of `thumbs` together. */
const MEMORY_TARGET = 450;

/** The versions of the programs, and which peers are missing. */
export function programLines(programs: readonly Program[], missing: readonly string[]): string[] {
  const versions = [...new Set(programs.map(({ version }) => version))];
  const lines = [`- Programs: ${versions.join('; ')}`];
  if (missing.length > 0) lines.push(`- Not installed, so left out: ${missing.join('; ')}`);
  return lines;
}

export function rowSection({ row, photos, measurements, memory }: Result): string {
  const thumbsSeconds = measurements[0]?.seconds ?? [];
  const lines = measurements.map(({ program, seconds, thumbnails, bytes }) => {
    const ratio = statistics(ratios(seconds, thumbsSeconds)).median;
    const cells = [
      program.name,
      formatSeconds(seconds),
      thumbnails,
      (bytes / 1e6).toFixed(1),
      ratio.toFixed(2),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `### ${heading(row)}

${photos.names.length} files, ${(photos.bytes / 1e6).toFixed(1)} MB

| program | seconds: median (min to max) | thumbnails | MB of thumbnails | time relative to \`thumbs\` |
|---|--:|--:|--:|--:|
${lines.join('\n')}${memory === undefined ? '' : `\n\n${memoryTable(memory)}`}`;
}

function heading({ id, title, variant: { box } }: Row): string {
  return `${id}: ${title}, to ${box.width} x ${box.height}`;
}

function memoryTable(memory: readonly PeakMemory[]): string {
  const largest = (figure: (peak: PeakMemory) => number) =>
    (Math.max(...memory.map(figure)) / 1e6).toFixed(0);
  return `| peak memory of all processes of \`thumbs\`, largest of ${memory.length} further runs | MB | target |
|---|--:|--:|
| at one moment, shared pages counted once (Pss) | ${largest(({ proportional }) => proportional)} | ${MEMORY_TARGET} |
| sum of each process's peak (VmHWM) | ${largest(({ sumOfPeaks }) => sumOfPeaks)} | ${MEMORY_TARGET} |
| as \`thumbs\` reports it (\`peakMemoryBytes\`) | ${largest(({ reported }) => reported)} | |`;
}

/** `thumbs` and the fastest peer of each row. */
export function targetTable(results: readonly Result[]): string {
  const lines = results.map(({ row, measurements }) => {
    const [own, ...peers] = measurements;
    const thumbsSeconds = own?.seconds ?? [];
    const minThumbnails = MIN_SHARE * (own?.thumbnails ?? 0);
    const fastest = peers
      .filter(({ thumbnails }) => thumbnails >= minThumbnails)
      .toSorted((a, b) => statistics(a.seconds).median - statistics(b.seconds).median)[0];
    const cells =
      fastest === undefined
        ? ['none', '', '']
        : [
            fastest.program.name,
            formatSeconds(fastest.seconds),
            formatStatistics(statistics(ratios(thumbsSeconds, fastest.seconds)), 2),
          ];
    const target = row.target?.toFixed(2) ?? '';
    return `| ${[heading(row), formatSeconds(thumbsSeconds), ...cells, target].join(' | ')} |`;
  });
  return `| row | \`${thumbs.name}\`, s | fastest peer | fastest peer, s | ratio within a round | target |
|---|--:|---|--:|--:|--:|
${lines.join('\n')}`;
}

/** Ratios within each round: a slow minute of the machine affects both values alike. */
function ratios(seconds: readonly number[], others: readonly number[]): number[] {
  return seconds.map((value, round) => value / (others[round] ?? Number.NaN));
}

function formatSeconds(seconds: readonly number[]): string {
  const figures = statistics(seconds);
  return formatStatistics(figures, figures.median < 1 ? 3 : 2);
}
