// The comparison as Markdown.

import { shown, spread } from '../measuring.js';
import type { PeakMemory } from './memory.js';
import type { Photos } from './photos.js';
import { type Program, thumbs } from './programs.js';
import type { Row } from './rows.js';
import type { Measured } from './running.js';

/** A row, and what was measured on it. */
export interface Result {
  readonly row: Row;
  readonly photos: Photos;
  /** `thumbs` is the first. */
  readonly measured: readonly Measured[];
  readonly memory?: readonly PeakMemory[];
}

/** A peer that made fewer of the thumbnails that `thumbs` made has left work out, and is not compared. */
const ENOUGH = 0.9;

/** For all processes of `thumbs` together, MB. */
const MEMORY_TARGET = 450;

/** The programs, and those that were not there. */
export function programLines(programs: readonly Program[], missing: readonly string[]): string[] {
  const versions = [...new Set(programs.map(({ version }) => version))];
  const lines = [`- Programs: ${versions.join('; ')}`];
  if (missing.length > 0) lines.push(`- Not found and so left out: ${missing.join('; ')}`);
  return lines;
}

export function rowSection({ row, photos, measured, memory }: Result): string {
  const own = measured[0]?.seconds ?? [];
  const lines = measured.map(({ program, seconds, thumbnails, bytes }) => {
    const ratio = spread(ratios(seconds, own)).median;
    const cells = [program.name, times(seconds), thumbnails, (bytes / 1e6).toFixed(1), ratio.toFixed(2)];
    return `| ${cells.join(' | ')} |`;
  });
  return `### ${heading(row)}

${photos.names.length} files, ${(photos.bytes / 1e6).toFixed(1)} MB

| program | seconds: median (min to max) | thumbnails | their MB | x of thumbs |
|---|--:|--:|--:|--:|
${lines.join('\n')}${memory === undefined ? '' : `\n\n${memorySection(memory)}`}`;
}

function heading({ id, title, box }: Row): string {
  return `${id}: ${title}, to ${box.width} x ${box.height}`;
}

function memorySection(memory: readonly PeakMemory[]): string {
  const most = (figure: (peak: PeakMemory) => number) => (Math.max(...memory.map(figure)) / 1e6).toFixed(0);
  return `| peak memory of all processes of \`thumbs\`, largest of ${memory.length} further runs | MB | to reach |
|---|--:|--:|
| at one moment, pages that they share counted once (Pss) | ${most(({ proportional }) => proportional)} | ${MEMORY_TARGET} |
| the peak of each (VmHWM), added up | ${most(({ marks }) => marks)} | ${MEMORY_TARGET} |
| what \`thumbs\` itself reports (\`peakMemoryBytes\`) | ${most(({ reported }) => reported)} | |`;
}

/** `thumbs` against the fastest peer of each row. */
export function targetTable(results: readonly Result[]): string {
  const lines = results.map(({ row, measured }) => {
    const [own, ...peers] = measured;
    const enough = ENOUGH * (own?.thumbnails ?? 0);
    const rivals = peers.filter(({ thumbnails }) => thumbnails >= enough);
    const fastest = rivals.toSorted((a, b) => spread(a.seconds).median - spread(b.seconds).median)[0];
    const cells =
      fastest === undefined
        ? ['none', '', '']
        : [
            fastest.program.name,
            times(fastest.seconds),
            shown(spread(ratios(own?.seconds ?? [], fastest.seconds)), 2),
          ];
    const target = row.target?.toFixed(2) ?? '';
    return `| ${[heading(row), times(own?.seconds ?? []), ...cells, target].join(' | ')} |`;
  });
  return `| row | ${thumbs.name}, s | fastest peer | its s | ratio, round by round | to reach |
|---|--:|---|--:|--:|--:|
${lines.join('\n')}`;
}

/** Of the same round, which a slow minute hits alike. */
function ratios(seconds: readonly number[], others: readonly number[]): number[] {
  return seconds.map((value, round) => value / (others[round] ?? Number.NaN));
}

function times(seconds: readonly number[]): string {
  const figures = spread(seconds);
  return shown(figures, figures.median < 1 ? 3 : 2);
}
