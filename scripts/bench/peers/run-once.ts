// One run of one program into a new folder.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { encoders } from '../../../src/image/encoders/index.js';
import { outputFormats } from '../../../src/options/output-formats.js';
import type { Variant } from '../../../src/options/variant.js';
import type { Command, Shrink } from './commands.js';
import type { Photos } from './photos.js';
import type { Program } from './programs/program.js';
import { thumbs } from './programs/thumbs.js';

export interface RunOptions {
  readonly photos: Photos;
  readonly variant: Variant;
  readonly shrink: Shrink;
  /** As in a row, with its own shrink. */
  readonly second?: { readonly variant: Variant; readonly shrink: Shrink } | undefined;
  /** A folder for the outputs. */
  readonly scratch: string;
}

export interface RunResult {
  readonly seconds: number;
  readonly thumbnails: number;
  readonly bytes: number;
  /** Whether it was ended before it was done. */
  readonly isEnded: boolean;
}

/** A process that ended with an error. */
interface Failure {
  /** Null: it was ended by a signal. */
  readonly code: number | null;
  readonly message: string;
}

/** How much of a failed program's stderr is shown, in characters. */
const STDERR_TAIL = 300;

/**
 * Making and removing the folder is not timed.
 * @param limit Seconds after which its processes are ended.
 */
export async function runOnce(
  program: Program,
  { photos, variant, shrink, second, scratch }: RunOptions,
  limit?: number,
): Promise<RunResult> {
  const end = limit === undefined ? undefined : AbortSignal.timeout(Math.ceil(1000 * limit));
  const isAtOnce = program === thumbs && second !== undefined;
  const first = { variant, shrink, ...(isAtOnce ? { second: second.variant } : {}) };
  const inputs = second === undefined || isAtOnce ? [first] : [first, second];
  const parts: Array<{ readonly out: string; readonly counted: Variant }> = [];
  const failures: Failure[] = [];
  let seconds = 0;
  for (const input of inputs) {
    const out = fs.mkdtempSync(path.join(scratch, 'out-'));
    parts.push({ out, counted: isAtOnce ? second.variant : input.variant });
    const sequences = program.commands({ photos, ...input, out });
    const startedAt = performance.now();
    const ended = await Promise.all(sequences.map((commands) => runAll(commands, photos.links, end)));
    seconds += (performance.now() - startedAt) / 1000;
    failures.push(...ended.flat());
  }
  const isEnded = end?.aborted === true;
  for (const { code, message } of isEnded ? [] : failures) {
    // Exit code 1 of `thumbs`: the run is complete, but some photos failed.
    if (program === thumbs && code !== 1) throw new Error(`thumbs ${message}`);
    console.error(`${program.name} ${message}`);
  }
  let [thumbnails, bytes] = [0, 0];
  for (const { out, counted } of parts) {
    const found = countThumbnails(out, counted);
    thumbnails += found.thumbnails;
    bytes += found.bytes;
    fs.rmSync(out, { recursive: true });
  }
  return { seconds, thumbnails, bytes, isEnded };
}

/** Runs the commands one after another. A failure ends neither the sequence nor the bench: peers may not support every photo. */
async function runAll(commands: readonly Command[], cwd: string, end?: AbortSignal): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const command of commands) {
    if (end?.aborted === true) break;
    const failure = await runProcess(command, cwd, end);
    if (failure !== undefined) failures.push(failure);
  }
  return failures;
}

function runProcess(
  { program, args, env }: Command,
  cwd: string,
  end?: AbortSignal,
): Promise<Failure | undefined> {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    // In a process group, which is ended with the children of a shell or a pipeline.
    detached: end !== undefined,
  });
  const stop = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself meanwhile.
    }
  };
  end?.addEventListener('abort', stop);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_TAIL);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      end?.removeEventListener('abort', stop);
      const reason = signal === null ? `exit code ${code}` : signal;
      const message = `ended with ${reason}: ${stderr.trim().replace(/\s+/g, ' ')}`;
      resolve(code === 0 ? undefined : { code, message });
    });
  });
}

/** Counts the files of the variant's format that fit into its box. */
function countThumbnails(
  out: string,
  { box, encoding: { format } }: Variant,
): { thumbnails: number; bytes: number } {
  let [thumbnails, bytes] = [0, 0];
  for (const name of fs.readdirSync(out)) {
    if (!name.endsWith(`.${outputFormats[format].extension}`)) continue;
    const file = fs.readFileSync(path.join(out, name));
    const size = encoders[format].readSize(file);
    if (size === undefined || size.width > box.width || size.height > box.height) continue;
    thumbnails += 1;
    bytes += file.length;
  }
  return { thumbnails, bytes };
}
