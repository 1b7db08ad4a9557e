// The comparison as Markdown.

import { type YardstickFigures, yardstickLine } from '../../../src/bench/yardstick.js';
import { formatStatistics, statistics } from '../measuring.js';
import type { PeakMemory } from './peak-memory.js';
import type { Photos } from './photos.js';
import type { Program } from './programs/program.js';
import { thumbs } from './programs/thumbs.js';
import { fastestOf, MAX_RATIO, type Measurement, type RowMeasurements, SLOW } from './rotation.js';
import type { Row } from './rows.js';

/** What was measured in a row. */
export interface Result extends RowMeasurements {
  readonly row: Row;
  readonly photos: Photos;
  readonly yardstick: YardstickFigures;
  readonly memory?: readonly PeakMemory[];
}

/** MB, for all processes of `thumbs` together. */
const MEMORY_TARGET = 450;

/** The versions of the programs, and which peers are missing. */
export function programLines(programs: readonly Program[], missing: readonly string[]): string[] {
  const versions = [...new Set(programs.map(({ version }) => version))];
  const lines = [`- Programs: ${versions.join('; ')}`];
  if (missing.length > 0) lines.push(`- Not installed, so left out: ${missing.join('; ')}`);
  return lines;
}

export function rowSection(result: Result): string {
  const { row, photos, measurements, yardstick, memory } = result;
  const thumbsSeconds = measurements[0]?.seconds ?? [];
  const lines = measurements.map(({ program, seconds, thumbnails, bytes }) => {
    const ratio = statistics(ratios(seconds, thumbsSeconds)).median;
    const cells = [
      programName(program),
      formatSeconds(seconds),
      thumbnails,
      (bytes / 1e6).toFixed(1),
      ratio.toFixed(2),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `### ${heading(row)}

- ${photos.names.length} files, ${(photos.bytes / 1e6).toFixed(1)} MB
${yardstickLine(yardstick)}

| program | seconds: median (min to max) | thumbnails | MB of thumbnails | time relative to \`thumbs\` |
|---|--:|--:|--:|--:|
${lines.join('\n')}${restLines(result)}${memory === undefined ? '' : `\n\n${memoryTable(memory)}`}`;
}

function programName({ name, isAdded }: Program): string {
  return isAdded ? `${name} (added)` : name;
}

/** The peers that are not in the table. */
function restLines({ slow, unable }: RowMeasurements): string {
  const ratios = slow.map(({ program, ratio }) =>
    ratio === undefined
      ? `${programName(program)} (over ${MAX_RATIO})`
      : `${programName(program)} (${ratio.toFixed(1)})`,
  );
  const lines: string[] = [];
  if (slow.length > 0)
    lines.push(`Slower than ${SLOW} times \`thumbs\` in the warm-up: ${ratios.join(', ')}.`);
  if (unable.length > 0) lines.push(`Cannot do these: ${unable.map(({ name }) => name).join(', ')}.`);
  return lines.map((line) => `\n\n${line}`).join('');
}

function heading({ id, title, variant, second }: Row): string {
  const sizes = [variant, ...(second === undefined ? [] : [second])].map(
    ({ box }) => `${box.width} x ${box.height}`,
  );
  return `${id}: ${title}, to ${sizes.join(' and ')}${second === undefined ? '' : ' (peers in two runs)'}`;
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

/** `thumbs` and the fastest peer of each row: of those that targets are for, and of the added ones. */
export function targetTable(results: readonly Result[]): string {
  const lines = results.map(({ row, measurements }) => {
    const [own, ...peers] = measurements;
    const seconds = own?.seconds ?? [];
    const cells = [
      heading(row),
      formatSeconds(seconds),
      ...fastestCells(
        peers.filter(({ program }) => program.isAdded !== true),
        seconds,
      ),
      row.target?.toFixed(2) ?? '',
      ...fastestCells(
        peers.filter(({ program }) => program.isAdded === true),
        seconds,
      ),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `| row | \`${thumbs.name}\`, s | fastest peer | s | ratio within a round | target | fastest added peer | s | ratio within a round |
|---|--:|---|--:|--:|--:|---|--:|--:|
${lines.join('\n')}`;
}

/** Name, seconds, and the time of `thumbs` relative to it. */
function fastestCells(peers: readonly Measurement[], thumbsSeconds: readonly number[]): string[] {
  const fastest = fastestOf(peers);
  if (fastest === undefined) return ['none', '', ''];
  return [
    fastest.program.name,
    formatSeconds(fastest.seconds),
    formatStatistics(statistics(ratios(thumbsSeconds, fastest.seconds)), 2),
  ];
}

/** Ratios within each round: a slow minute of the machine affects both values alike. */
function ratios(seconds: readonly number[], others: readonly number[]): number[] {
  return seconds.map((value, round) => value / (others[round] ?? Number.NaN));
}

function formatSeconds(seconds: readonly number[]): string {
  const figures = statistics(seconds);
  return formatStatistics(figures, figures.median < 1 ? 3 : 2);
}
