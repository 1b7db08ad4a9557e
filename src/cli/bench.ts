// `thumbs bench <path...>`: which worker count is best on this machine for these photos.

import os from 'node:os';
import path from 'node:path';
import { benchReport } from '../bench/report.js';
import { sweep, type Turn } from '../bench/sweep.js';
import { ThumbsError } from '../errors.js';
import { replaceOutput } from '../files/replace-file.js';
import { rendererVersion } from '../image/renderer.js';
import { resolveOptions } from '../options.js';
import { printable } from '../printable.js';
import { exitCodes } from './exit-codes.js';
import { Screen } from './screen.js';
import { stopOnSignals } from './signals.js';

/** What the bench can be asked for, as the command line gives it. */
export interface BenchOptions {
  /** Worker counts, as `1,2,4`. @default 1, 2, 4, ... to twice the cores */
  readonly sweep?: string;
  /** Counted runs of each worker count. @default 3 */
  readonly runs?: unknown;
  readonly size: string;
  /** A file that the report is written to as well. */
  readonly output?: string;
}

/** Runs the sweep, prints its report on stdout and returns the exit code. */
export async function runBench(paths: readonly string[], options: BenchOptions): Promise<number> {
  const cores = os.availableParallelism();
  const counts = options.sweep === undefined ? defaultCounts(cores) : sweptCounts(options.sweep);
  const runs = countedRuns(options.runs ?? 3);
  const { paths: roots } = resolveOptions(paths, { size: options.size });
  const screen = new Screen({ progress: true });
  const stop = new AbortController();
  const stoppedBy = stopOnSignals(stop, screen, 'Stopping: ending the run that is timed');
  let turn: Turn | undefined;
  let turns = 0;
  screen.startLine(() => turnLine(turn, turns, counts.length * (runs + 1)));
  try {
    const { signal } = stop;
    const timings = await sweep({ paths: roots, counts, runs, size: options.size, signal }, (next) => {
      turn = next;
      turns += 1;
    });
    const stopped = stoppedBy();
    if (stopped !== undefined) return exitCodes[stopped];
    const { sharp, libvips } = rendererVersion();
    const cpu = os.cpus()[0]?.model ?? 'unknown';
    const report = benchReport(timings, { cpu, cores, node: process.version, sharp, libvips });
    screen.stopLine();
    await screen.print(report.trimEnd());
    if (options.output !== undefined) replaceOutput(path.resolve(options.output), [report]);
    return exitCodes.ok;
  } finally {
    screen.stopLine();
  }
}

function turnLine(turn: Turn | undefined, number: number, of: number): string {
  if (turn === undefined) return '';
  const kind = turn.run === 0 ? 'warm-up' : `run ${turn.run}`;
  return `${number}/${of}: ${kind} with ${turn.workers} worker${turn.workers === 1 ? '' : 's'}`;
}

/** 1, 2, 4, ... up to twice the cores, which is among them. */
function defaultCounts(cores: number): number[] {
  const counts: number[] = [];
  for (let workers = 1; workers < 2 * cores; workers *= 2) counts.push(workers);
  return [...counts, 2 * cores];
}

function sweptCounts(text: string): number[] {
  const counts = text.split(',').map(Number);
  if (counts.some((workers) => !Number.isInteger(workers) || workers < 1 || workers > 1024)) {
    throw new ThumbsError(
      'OPTION',
      `Expected \`sweep\` to be worker counts like 1,2,4, got \`${printable(text)}\``,
    );
  }
  return [...new Set(counts)];
}

function countedRuns(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 100) {
    throw new ThumbsError(
      'OPTION',
      `Expected \`runs\` to be an integer from 1 to 100, got \`${printable(String(value))}\``,
    );
  }
  return value;
}
