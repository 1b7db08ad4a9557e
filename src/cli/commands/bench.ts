// `thumbs bench <path...>`: which worker count is best on this machine for these photos.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { type BarOptions, benchBars } from '../../bench/bars.js';
import { type Figures, figuresOf } from '../../bench/figures.js';
import { benchEvent } from '../../bench/json.js';
import { benchReport, REPORT_BEGINNING } from '../../bench/report.js';
import { type Sweep, type SweepOptions, sweep, type Turn } from '../../bench/sweep.js';
import { causeOf, expectedError, optionError, outputError } from '../../errors.js';
import { isReplaceable } from '../../files/earlier-output.js';
import { replaceOutput } from '../../files/replace-file.js';
import { rendererVersion } from '../../image/renderer-version.js';
import { checkInteger, checkUtf8Path } from '../../options/checks.js';
import { defaultOptions } from '../../options/options.js';
import { resolveOptions } from '../../options/resolve.js';
import { jsonLine, printable } from '../../printable.js';
import { exitCodes } from '../exit-codes.js';
import { Screen } from '../screen.js';
import { numberOrText } from '../shared-options.js';
import { stopOnSignals } from '../signals.js';
import { count } from '../texts/format.js';

/** Options as typed. */
interface BenchOptions {
  /** Worker counts, as `1,2,4`. @default 1, 2, 4, ... to twice the cores */
  readonly sweep?: string;
  /** Counted runs of each worker count. @default 3 */
  readonly runs?: string;
  readonly size: string;
  /** A file that the report is written to as well. */
  readonly output?: string;
  /** An SVG that the chart is written to. */
  readonly chart?: string;
  /** All figures as one line of JSON on stdout, instead of the report. */
  readonly json?: true;
}

export function configure(command: Command): void {
  command
    .argument('<path...>', 'folders and single files; the more photos, the steadier the figures')
    .option('--sweep <counts>', 'worker counts, as 1,2,4 (default: 1, 2, 4, ... to twice the cores)')
    .option('--runs <n>', 'counted runs of each, after a warm-up of each (default: 3)')
    .option('-s, --size <WxH>', 'the box a thumbnail fits in', defaultOptions.size)
    .option('--output <file>', 'write the report to a file as well')
    .option('--chart <file.svg>', 'draw images/s and speedup against the workers')
    .option('--json', 'every run and all figures as one JSON object on stdout, for programs')
    .action(async (paths: string[], options: BenchOptions) => {
      process.exitCode = await runBench(paths, options);
    });
}

/** Runs the sweep, prints its report on stdout and returns the exit code. */
async function runBench(paths: readonly string[], options: BenchOptions): Promise<number> {
  const cores = os.availableParallelism();
  const counts = options.sweep === undefined ? defaultCounts(cores) : parseCounts(options.sweep);
  const runs = checkInteger('runs', numberOrText(options.runs ?? 3), { min: 1, max: 100 });
  // Each run has an output folder of its own; this one only spares a default that depends on the working folder.
  const named = paths.map((path) => checkUtf8Path('paths', path));
  const { paths: roots } = resolveOptions(named, { size: options.size, out: os.tmpdir() });
  const files = await outputFiles(options);
  // Before a bench that may take an hour.
  for (const file of files) requireReplaceable(file);
  const screen = new Screen({ progress: true });
  const stop = new AbortController();
  const stoppedBy = stopOnSignals(stop, screen, 'Stopping: ending the run that is timed');
  try {
    const { signal } = stop;
    const sweepOptions = { paths: roots, counts, runs, size: options.size, signal };
    const timed = await sweepWithLine(sweepOptions, screen);
    const stopped = stoppedBy();
    if (stopped !== undefined) return exitCodes[stopped];
    const figures = figuresOf(timed, machine(cores));
    screen.stopLine();
    await screen.print(
      options.json === true ? jsonLine(benchEvent(figures, sweepOptions)) : shownFigures(figures, screen),
    );
    for (const output of files) {
      // Others may have written there meanwhile.
      requireReplaceable(output);
      replaceOutput(output.file, [output.contentOf(figures)]);
    }
    return exitCodes.ok;
  } finally {
    screen.stopLine();
  }
}

/** The sweep, with a progress line that says which run is timed. */
function sweepWithLine(options: SweepOptions, screen: Screen): Promise<Sweep> {
  let turn: Turn | undefined;
  let turns = 0;
  screen.startLine(() => turnLine(turn, turns, options.counts.length * (options.runs + 1)));
  return sweep(options, (next) => {
    turn = next;
    turns += 1;
  });
}

function machine(cores: number): Figures['machine'] {
  const { sharp, libvips } = rendererVersion();
  const cpu = printable(os.cpus()[0]?.model.trim() || 'unknown');
  return { cpu, cores, node: process.version, sharp, libvips };
}

/** A file that the figures are written to. */
interface OutputFile {
  readonly file: string;
  /** What it is. */
  readonly kind: 'report' | 'chart';
  /** What every earlier one begins with. */
  readonly beginning: RegExp;
  contentOf(figures: Figures): string;
}

/** The files that were asked for. */
async function outputFiles(options: BenchOptions): Promise<OutputFile[]> {
  const output = options.output === undefined ? undefined : checkUtf8Path('output', options.output);
  const chart = options.chart === undefined ? undefined : checkUtf8Path('chart', options.chart);
  const contentOf = (figures: Figures) => reportWithBars(figures, PAGE);
  const files: OutputFile[] = [];
  if (output !== undefined)
    files.push({ file: output, kind: 'report', beginning: REPORT_BEGINNING, contentOf });
  if (chart === undefined) return files;
  if (!/\.svg$/i.test(chart)) throw expectedError('chart', 'to end in .svg', options.chart);
  if (chart === output)
    throw expectedError('chart', 'to be another file than that of --output', options.chart);
  // With d3, which other runs do without.
  const { benchChart, CHART_BEGINNING } = await import('../../bench/chart/chart.js');
  return [...files, { file: chart, kind: 'chart', beginning: CHART_BEGINNING, contentOf: benchChart }];
}

/** @throws {ThumbsError} `OPTION` for a file that is not one of ours, `OUTPUT` for one that cannot be written. */
function requireReplaceable({ file, kind, beginning }: OutputFile): void {
  if (!fs.existsSync(path.dirname(file))) throw outputError(file, 'its folder does not exist');
  if (mayReplace(file, beginning)) return;
  throw optionError(
    `${printable(file)} exists, and is not an earlier ${kind}: name another file, or remove this one first`,
  );
}

function mayReplace(file: string, beginning: RegExp): boolean {
  try {
    return isReplaceable(file, beginning);
  } catch (error) {
    throw outputError(file, causeOf(error), error);
  }
}

/** Bars in a file, or in what is read by a program. */
const PAGE = { columns: 80, blocks: true } satisfies BarOptions;

function shownFigures(figures: Figures, { colors }: Screen): string {
  // Messages are on stderr, and what is redirected has no colours.
  if (process.stdout.isTTY !== true) return reportWithBars(figures, PAGE).trimEnd();
  return reportWithBars(figures, {
    // Some pseudo-terminals have no size.
    columns: process.stdout.columns || PAGE.columns,
    blocks: showsBlocks(),
    color: (bar, isBest) => (isBest ? colors.green(bar) : colors.cyan(bar)),
  }).trimEnd();
}

function reportWithBars(figures: Figures, options: BarOptions): string {
  return `${benchReport(figures)}\n${benchBars(figures, options).join('\n')}\n`;
}

/** Whether the terminal is in UTF-8. Without a locale POSIX has ASCII; Node.js writes UTF-16 to a terminal of Windows. */
function showsBlocks(): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  return process.platform === 'win32' || /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
}

function turnLine(turn: Turn | undefined, number: number, of: number): string {
  if (turn === undefined) return '';
  const kind = turn.run === 0 ? 'warm-up' : `run ${turn.run}`;
  return `${number}/${of}: ${kind} with ${count(turn.workers, 'worker')}`;
}

/** 1, 2, 4, ... up to twice the cores, which is among them. */
function defaultCounts(cores: number): number[] {
  const counts: number[] = [];
  for (let workers = 1; workers < 2 * cores; workers *= 2) counts.push(workers);
  return [...counts, 2 * cores];
}

function parseCounts(text: string): number[] {
  const counts = text.split(',').map(Number);
  if (counts.some((workers) => !Number.isInteger(workers) || workers < 1 || workers > 1024))
    throw expectedError('sweep', 'to be worker counts like 1,2,4', text);
  return [...new Set(counts)];
}
