// `thumbs bench <path...>`: which worker count is best on this machine for these photos.

import os from 'node:os';
import type { Command } from 'commander';
import { benchReport, REPORT_BEGINNING } from '../../bench/report.js';
import { sweep, type Turn } from '../../bench/sweep.js';
import { expectedError, optionError } from '../../errors.js';
import { isReplaceable } from '../../files/earlier-output.js';
import { replaceOutput } from '../../files/replace-file.js';
import { rendererVersion } from '../../image/renderer-version.js';
import { checkInteger, checkUtf8Path } from '../../options/checks.js';
import { defaultOptions } from '../../options/options.js';
import { resolveOptions } from '../../options/resolve.js';
import { printable } from '../../printable.js';
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
}

export function configure(command: Command): void {
  command
    .argument('<path...>', 'folders and single files; the more photos, the steadier the figures')
    .option('--sweep <counts>', 'worker counts, as 1,2,4 (default: 1, 2, 4, ... to twice the cores)')
    .option('--runs <n>', 'counted runs of each, after a warm-up of each (default: 3)')
    .option('-s, --size <WxH>', 'the box a thumbnail fits in', defaultOptions.size)
    .option('--output <file>', 'write the report to a file as well')
    .action(async (paths: string[], options: BenchOptions) => {
      process.exitCode = await runBench(paths, options);
    });
}

/** Runs the sweep, prints its report on stdout and returns the exit code. */
async function runBench(paths: readonly string[], options: BenchOptions): Promise<number> {
  const cores = os.availableParallelism();
  const counts = options.sweep === undefined ? defaultCounts(cores) : parseCounts(options.sweep);
  const runs = checkInteger('runs', numberOrText(options.runs ?? 3), { min: 1, max: 100 });
  const output = options.output === undefined ? undefined : checkUtf8Path('output', options.output);
  // Each run has an output folder of its own; this one only spares a default that depends on the working folder.
  const named = paths.map((path) => checkUtf8Path('paths', path));
  const { paths: roots } = resolveOptions(named, { size: options.size, out: os.tmpdir() });
  if (output !== undefined && !isReplaceable(output, REPORT_BEGINNING))
    throw optionError(
      `${printable(output)} exists, and is not an earlier report: name another file, or remove this one first`,
    );
  const screen = new Screen({ progress: true });
  const stop = new AbortController();
  const stoppedBy = stopOnSignals(stop, screen, 'Stopping: ending the run that is timed');
  let turn: Turn | undefined;
  let turns = 0;
  screen.startLine(() => turnLine(turn, turns, counts.length * (runs + 1)));
  try {
    const { signal } = stop;
    const timed = await sweep({ paths: roots, counts, runs, size: options.size, signal }, (next) => {
      turn = next;
      turns += 1;
    });
    const stopped = stoppedBy();
    if (stopped !== undefined) return exitCodes[stopped];
    const { sharp, libvips } = rendererVersion();
    const cpu = os.cpus()[0]?.model ?? 'unknown';
    const report = benchReport(timed, { cpu, cores, node: process.version, sharp, libvips });
    screen.stopLine();
    await screen.print(report.trimEnd());
    if (output !== undefined) replaceOutput(output, [report]);
    return exitCodes.ok;
  } finally {
    screen.stopLine();
  }
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
