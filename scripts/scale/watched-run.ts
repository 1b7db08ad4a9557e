// A whole run of the command, followed by its events, with a look at its processes' memory at some points of it.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PlanSummaryEvent, SummaryEvent } from '../../src/run/events.js';
import { family, inProc, sum } from '../peers/memory.js';

const command = fileURLToPath(new URL('../../bin/thumbs.js', import.meta.url));

/** How things stood when so many photos were finished. */
export interface Mark {
  readonly photos: number;
  /** Since the command was started. */
  readonly seconds: number;
  /** Resident memory of the main process, bytes. */
  readonly main: number;
  /** Resident memory of the consumers, added up, bytes. */
  readonly consumers: number;
}

export interface WatchedRun {
  readonly marks: readonly Mark[];
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** The most that the main process had (VmHWM), bytes. */
  readonly mainPeak: number;
  /** Its last event. */
  readonly summary: SummaryEvent | PlanSummaryEvent;
}

const NEWLINE = 10;
const LOOK_MS = 100;
/** More than the last event takes. */
const TAIL_BYTES = 16_384;

/** Runs the command with `--json` and marks the moments at which as many photos as in `at` are finished. */
export async function watchedRun(args: readonly string[], at: readonly number[]): Promise<WatchedRun> {
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1000;
  const child = spawn(process.execPath, [command, ...args, '--json', '-q'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const { pid } = child;
  let [main, consumers, mainPeak] = [0, 0, 0];
  const look = () => {
    if (pid === undefined) return;
    const [, ...others] = family(pid);
    // When the last photos are reported the consumers may be gone, and at its very end the main process.
    main = inProc(pid, 'status', 'VmRSS') || main;
    consumers = sum(others.map((other) => inProc(other, 'status', 'VmRSS'))) || consumers;
    mainPeak = Math.max(mainPeak, inProc(pid, 'status', 'VmHWM'));
  };
  const looking = setInterval(look, LOOK_MS);
  const marks: Mark[] = [];
  const waiting = [...at];
  let photos = 0;
  let tail = Buffer.alloc(0);
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      // An event a photo; beside a million of them the first one of a run, which is not a photo's, does not count.
      for (let from = chunk.indexOf(NEWLINE); from >= 0; from = chunk.indexOf(NEWLINE, from + 1)) photos += 1;
      tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
      while (photos >= (waiting[0] ?? Number.POSITIVE_INFINITY)) {
        look();
        marks.push({ photos: waiting.shift() ?? 0, seconds: elapsed(), main, consumers });
      }
    }
  } catch (error) {
    // Its folders are about to be removed, and a run must not be left working on them.
    child.kill('SIGKILL');
    await ended;
    throw error;
  } finally {
    clearInterval(looking);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`Expected ${args.join(' ')} to end with exit code 0, got ${code}`);
  const summary = JSON.parse(tail.toString().trimEnd().split('\n').at(-1) ?? '');
  return { marks, seconds: elapsed(), mainPeak, summary };
}
