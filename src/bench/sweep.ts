// Times whole runs of the command with different worker counts, in rotation.

import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { causeOf, fromWire, optionError, outputError } from '../errors.js';
import { packageFile } from '../package-file.js';
import type { SummaryEvent } from '../run/events.js';
import { LargestJpeg } from './largest-jpeg.js';
import { Yardstick, type YardstickFigures } from './yardstick.js';

/** Of each process of the yardstick, before each round of counted runs. */
const YARDSTICK_SAMPLES = 3;

export interface SweepOptions {
  /** Absolute paths of the folders and files. */
  readonly paths: readonly string[];
  /** Worker counts, in the table's order. */
  readonly counts: readonly number[];
  /** Counted runs of each. */
  readonly runs: number;
  /** The box, as the command takes it. */
  readonly size: string;
  /** Ends the running process, and the sweep. */
  readonly signal: AbortSignal;
}

/** A run's place in a sweep. */
export interface Turn {
  readonly workers: number;
  /** 0 for the warm-up, which is not counted. */
  readonly run: number;
}

/** One whole run, from the start of the process to its end. */
export interface Timing extends Turn {
  readonly seconds: number;
  readonly summary: SummaryEvent;
}

export interface Sweep {
  /** The counted runs, in the order in which they took place. */
  readonly timings: readonly Timing[];
  readonly warmUps: readonly Timing[];
  readonly yardstick: YardstickFigures;
}

/**
 * Runs each count once to fill the page cache, then `runs` times in rotation, so that a slow minute of the machine affects all counts
 * alike. Thumbnails go to a temporary folder that is removed.
 * @param onTurn Called before each run.
 * @returns The runs, and the machine's yardstick beside them; after an abort those that were complete.
 * @throws {ThumbsError} with the command's own message when a run cannot continue.
 */
export async function sweep(options: SweepOptions, onTurn: (turn: Turn) => void): Promise<Sweep> {
  const folder = await temporaryFolder();
  try {
    return await sweepInto(folder, options, onTurn);
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

async function sweepInto(
  folder: string,
  options: SweepOptions,
  onTurn: (turn: Turn) => void,
): Promise<Sweep> {
  const largest = new LargestJpeg();
  const onEvent = (event: string) => largest.add(event);
  const warmUps = await timeRound(0, folder, options, { onTurn, onEvent });
  const yardstick = await Yardstick.of(largest.photo);
  const timings: Timing[] = [];
  for (let run = 1; run <= options.runs && !options.signal.aborted; run += 1) {
    await yardstick.sample(YARDSTICK_SAMPLES, options.signal);
    timings.push(...(await timeRound(run, folder, options, { onTurn })));
  }
  return { timings, warmUps, yardstick: yardstick.figures };
}

interface RoundListeners {
  onTurn(turn: Turn): void;
  /** Called with each event of each run, as a line of JSON. */
  onEvent?(event: string): void;
}

/** One run of each count; after an abort those that were complete. */
async function timeRound(
  run: number,
  folder: string,
  options: SweepOptions,
  { onTurn, onEvent }: RoundListeners,
): Promise<Timing[]> {
  const timings: Timing[] = [];
  for (const workers of rotated(options.counts, run)) {
    onTurn({ workers, run });
    const timing = await timeRun(options, { workers, run }, path.join(folder, `${run}-${workers}`), onEvent);
    if (timing === undefined) break;
    timings.push(timing);
  }
  return timings;
}

async function temporaryFolder(): Promise<string> {
  try {
    return await fs.mkdtemp(path.join(os.tmpdir(), 'thumbs-bench-'));
  } catch (error) {
    throw outputError(os.tmpdir(), causeOf(error), error);
  }
}

function rotated(counts: readonly number[], by: number): number[] {
  const start = by % counts.length;
  return [...counts.slice(start), ...counts.slice(0, start)];
}

/** Undefined when the sweep was aborted meanwhile. */
async function timeRun(
  { paths, size, signal }: SweepOptions,
  { workers, run }: Turn,
  out: string,
  onEvent?: (event: string) => void,
): Promise<Timing | undefined> {
  // An abort between two runs is noticed here.
  if (signal.aborted) return undefined;
  const startedAt = performance.now();
  const options = ['--json', '--quiet', '--workers', String(workers), '--size', size, '--out', out];
  const child = spawn(process.execPath, [packageFile('bin/thumbs.js'), ...options, '--', ...paths], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) {
    onEvent?.(line);
    last = line;
  }
  const code = await ended;
  signal.removeEventListener('abort', stop);
  const seconds = (performance.now() - startedAt) / 1000;
  if (signal.aborted) return undefined;
  // With 0 and 1 the run has reached its summary; a real folder may well have photos that fail.
  if (code !== 0 && code !== 1) throw runError(code, stderr);
  const summary = JSON.parse(last) as SummaryEvent;
  if (summary.photos === 0) throw optionError('No photos found to time');
  await fs.rm(out, { recursive: true, force: true });
  return { workers, run, seconds, summary };
}

/** The exit code of a run that met a fault of the program itself. */
const INTERNAL_ERROR = 70;

function runError(code: number | null, stderr: string): Error {
  if (code === INTERNAL_ERROR) return new Error(`a run ended with exit code ${code}: ${stderr}`);
  const message = stderr.trim().replace(/^thumbs: /, '') || `a run ended with exit code ${code}`;
  return fromWire({ code: code === 2 ? 'OPTION' : 'OUTPUT', message });
}
