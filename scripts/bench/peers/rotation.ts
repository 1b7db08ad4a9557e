// Times programs on one row: whole processes, in rotation.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { encoders } from '../../../src/image/encoders/index.js';
import { outputFormats, type Variant } from '../../../src/options/variant.js';
import type { Command } from './commands.js';
import type { Photos } from './photos.js';
import { type Program, thumbs } from './programs.js';

/** The counted runs of one program. */
export interface Measurement {
  readonly program: Program;
  /** By round. */
  readonly seconds: readonly number[];
  /** Thumbnails of the run that made the fewest. */
  readonly thumbnails: number;
  /** Size of those thumbnails. */
  readonly bytes: number;
}

export interface RotationOptions {
  readonly photos: Photos;
  readonly variant: Variant;
  /** A folder for the outputs. */
  readonly scratch: string;
  /** Names the row in progress messages. */
  readonly label: string;
}

/** A process that ended with an error. */
interface Failure {
  /** Null: it was ended by a signal. */
  readonly code: number | null;
  readonly message: string;
}

interface RunResult {
  readonly seconds: number;
  readonly thumbnails: number;
  readonly bytes: number;
}

/** How much of a failed program's stderr is shown, in characters. */
const STDERR_TAIL = 300;

/** Runs each program once to fill the page cache, then all of them in `runs` rounds. Each round starts with another program. */
export async function measureInRotation(
  programs: readonly Program[],
  runs: number,
  options: RotationOptions,
): Promise<Measurement[]> {
  const results = new Map<Program, RunResult[]>(programs.map((program) => [program, []]));
  for (let round = 0; round <= runs; round += 1) {
    const first = round % programs.length;
    for (const program of [...programs.slice(first), ...programs.slice(0, first)]) {
      const result = await runOnce(program, options);
      const { seconds, thumbnails } = result;
      const turn = round === 0 ? 'warm-up' : `round ${round} of ${runs}`;
      console.error(
        `${options.label}, ${turn}: ${program.name}, ${seconds.toFixed(2)} s, ${thumbnails} thumbnails`,
      );
      if (round > 0) results.get(program)?.push(result);
    }
  }
  return [...results].map(([program, counted]) => {
    const { thumbnails, bytes } = counted.reduce((a, b) => (b.thumbnails < a.thumbnails ? b : a));
    return { program, seconds: counted.map(({ seconds }) => seconds), thumbnails, bytes };
  });
}

/** A run into a new folder. Making and removing the folder is not timed. */
async function runOnce(program: Program, { photos, variant, scratch }: RotationOptions): Promise<RunResult> {
  const out = fs.mkdtempSync(path.join(scratch, 'out-'));
  const sequences = program.commands({ photos, variant, out });
  const startedAt = performance.now();
  const failures = (await Promise.all(sequences.map((commands) => runAll(commands, photos.links)))).flat();
  const seconds = (performance.now() - startedAt) / 1000;
  for (const { code, message } of failures) {
    // Exit code 1 of `thumbs`: the run is complete, but some photos failed.
    if (program === thumbs && code !== 1) throw new Error(`thumbs ${message}`);
    console.error(`${program.name} ${message}`);
  }
  const thumbnails = countThumbnails(out, variant);
  fs.rmSync(out, { recursive: true });
  return { seconds, ...thumbnails };
}

/** Runs the commands one after another. A failure ends neither the sequence nor the bench: peers may not support every photo. */
async function runAll(commands: readonly Command[], cwd: string): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const command of commands) {
    const failure = await runProcess(command, cwd);
    if (failure !== undefined) failures.push(failure);
  }
  return failures;
}

function runProcess({ program, args, env }: Command, cwd: string): Promise<Failure | undefined> {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_TAIL);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const end = signal === null ? `exit code ${code}` : signal;
      const message = `ended with ${end}: ${stderr.trim().replace(/\s+/g, ' ')}`;
      resolve(code === 0 ? undefined : { code, message });
    });
  });
}

/** Counts the files of the variant's format that fit into its box. */
function countThumbnails(out: string, { box, format }: Variant): { thumbnails: number; bytes: number } {
  let [thumbnails, bytes] = [0, 0];
  for (const name of fs.readdirSync(out)) {
    if (!name.endsWith(`.${outputFormats[format]}`)) continue;
    const file = fs.readFileSync(path.join(out, name));
    const size = encoders[format].readSize(file);
    if (size === undefined || size.width > box.width || size.height > box.height) continue;
    thumbnails += 1;
    bytes += file.length;
  }
  return { thumbnails, bytes };
}
