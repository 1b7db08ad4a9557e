// What the benches share: whole processes in turn, and how figures are written.

import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { rendererVersion } from '../src/image/renderer-version.js';
import { bundleScripts, projectFolder } from './build.js';

/** The path of `scripts/<name>.ts` as plain JavaScript, so that no TypeScript loader is timed. */
export async function compileScript(name: string): Promise<string> {
  const folder = path.join(projectFolder, 'scripts');
  const outdir = path.join(folder, '.built');
  await bundleScripts([path.join(folder, `${name}.ts`)], outdir);
  return path.join(outdir, `${name}.js`);
}

/** One whole process: its wall-clock seconds. */
export async function time(args: readonly string[], program = process.execPath): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`${args.join(' ')} ended with exit code ${code}`);
  return (performance.now() - startedAt) / 1000;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [min = Number.NaN] = sorted;
  return { min, median: sorted[sorted.length >> 1] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

/** `0.123 (0.120 to 0.130)` */
export function shown({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}

/** Both in turn, after a warm-up of each, so that a slow minute hits both alike. */
export async function inTurn(
  runs: number,
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<{ a: Spread; b: Spread; ratio: Spread }> {
  const times: { a: number[]; b: number[] } = { a: [], b: [] };
  for (let run = 0; run <= runs; run += 1) {
    const [first, second] = [await a(), await b()];
    if (run === 0) continue;
    times.a.push(first);
    times.b.push(second);
  }
  const ratios = times.a.map((seconds, run) => seconds / (times.b[run] ?? Number.NaN));
  return { a: spread(times.a), b: spread(times.b), ratio: spread(ratios) };
}

/** The lines that say on what it was measured. */
export function machine(): string {
  const { sharp, libvips } = rendererVersion();
  return `- CPU: ${os.cpus()[0]?.model}, ${os.availableParallelism()} cores
- Node ${process.version}, sharp ${sharp}, libvips ${libvips}`;
}
