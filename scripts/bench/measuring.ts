// What the benches share: timing of whole processes, statistics, and the lines that name the machine.

import { execFileSync, spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { median } from '../../src/bench/median.js';
import { rendererVersion } from '../../src/image/renderer-version.js';
import { bundleScripts, projectFolder } from '../bundling.js';

/** The script of the `thumbs` command. */
export const thumbsCommand: string = path.join(projectFolder, 'bin/thumbs.js');

/** Bundles `scripts/bench/<name>.ts` into plain JavaScript, so that no TypeScript loader is timed, and returns the bundle's path. */
export async function bundledScript(name: string): Promise<string> {
  const folder = path.join(projectFolder, 'scripts/bench');
  const outdir = path.join(folder, '.built');
  await bundleScripts([path.join(folder, `${name}.ts`)], outdir);
  return path.join(outdir, `${path.basename(name)}.js`);
}

/** Runs `make-corpus.ts` with these arguments. Its output goes to stderr, because stdout is for the report. */
export function makeCorpus(folder: string, ...args: readonly string[]): void {
  const tsx = path.join(projectFolder, 'node_modules/.bin/tsx');
  execFileSync(tsx, [path.join(projectFolder, 'scripts/make-corpus.ts'), folder, ...args], {
    stdio: ['ignore', process.stderr, process.stderr],
  });
}

/** Wall-clock seconds of a whole process, from its start to its end. */
export async function timeProcess(args: readonly string[], program = process.execPath): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`${args.join(' ')} ended with exit code ${code}`);
  return (performance.now() - startedAt) / 1000;
}

export interface Statistics {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function statistics(values: readonly number[]): Statistics {
  if (values.length === 0) return { min: Number.NaN, median: Number.NaN, max: Number.NaN };
  return { min: Math.min(...values), median: median(values), max: Math.max(...values) };
}

/** `0.123 (0.120 to 0.130)` */
export function formatStatistics({ median, min, max }: Statistics, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}

/** Measures `a` and `b` alternately, after a warm-up of each, so that a slow minute of the machine affects both. */
export async function alternate(
  runs: number,
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<{ a: Statistics; b: Statistics; ratio: Statistics }> {
  const values: { a: number[]; b: number[] } = { a: [], b: [] };
  for (let run = 0; run <= runs; run += 1) {
    const [valueOfA, valueOfB] = [await a(), await b()];
    const isWarmUp = run === 0;
    if (isWarmUp) continue;
    values.a.push(valueOfA);
    values.b.push(valueOfB);
  }
  const ratios = values.a.map((value, run) => value / (values.b[run] ?? Number.NaN));
  return { a: statistics(values.a), b: statistics(values.b), ratio: statistics(ratios) };
}

/** The machine and the versions, as the first lines of a report. */
export function machineLines(): string {
  const { sharp, libvips } = rendererVersion();
  return `- CPU: ${os.cpus()[0]?.model}, ${os.availableParallelism()} cores
- Node ${process.version}, sharp ${sharp}, libvips ${libvips}`;
}
