// A whole run of the command whose photos are counted by its events and whose memory is sampled.

import { spawn } from 'node:child_process';
import type { PlanSummaryEvent, SummaryEvent } from '../../../src/run/events.js';
import { thumbsCommand } from '../measuring.js';
import { memoryField, processTree, sum } from '../process-memory.js';

/** Time and memory when a number of photos was finished. */
export interface Checkpoint {
  readonly photos: number;
  /** Since the start of the command. */
  readonly seconds: number;
  /** Resident memory of the main process, bytes. */
  readonly mainMemory: number;
  /** Sum of the consumers' resident memory, bytes. */
  readonly consumerMemory: number;
}

export interface SampledRun {
  readonly checkpoints: readonly Checkpoint[];
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** Peak resident memory of the main process (VmHWM), bytes. */
  readonly mainPeak: number;
  /** The last event. */
  readonly summary: SummaryEvent | PlanSummaryEvent;
}

const NEWLINE = 10;
const SAMPLE_MS = 100;
/** Longer than the last event. */
const TAIL_BYTES = 16_384;

/** Runs the command with `--json` and records a checkpoint at each of `photoCounts`. */
export async function sampledRun(
  args: readonly string[],
  photoCounts: readonly number[],
): Promise<SampledRun> {
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1000;
  const child = spawn(process.execPath, [thumbsCommand, ...args, '--json', '-q'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const { pid } = child;
  let [mainMemory, consumerMemory, mainPeak] = [0, 0, 0];
  const sample = () => {
    if (pid === undefined) return;
    const [, ...consumers] = processTree(pid);
    // When the last photos are reported the consumers may have exited, and at the very end the main process too.
    mainMemory = memoryField(pid, 'status', 'VmRSS') || mainMemory;
    consumerMemory =
      sum(consumers.map((consumer) => memoryField(consumer, 'status', 'VmRSS'))) || consumerMemory;
    mainPeak = Math.max(mainPeak, memoryField(pid, 'status', 'VmHWM'));
  };
  const sampling = setInterval(sample, SAMPLE_MS);
  const checkpoints: Checkpoint[] = [];
  const remaining = [...photoCounts];
  let photos = 0;
  let tail = Buffer.alloc(0);
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      // Each line is one photo's event. The start event is counted too, which makes no difference among so many.
      for (let from = chunk.indexOf(NEWLINE); from >= 0; from = chunk.indexOf(NEWLINE, from + 1)) photos += 1;
      tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
      while (photos >= (remaining[0] ?? Number.POSITIVE_INFINITY)) {
        sample();
        checkpoints.push({ photos: remaining.shift() ?? 0, seconds: elapsed(), mainMemory, consumerMemory });
      }
    }
  } catch (error) {
    // The caller removes the folders of the run, so the run must not continue.
    child.kill('SIGKILL');
    await closed;
    throw error;
  } finally {
    clearInterval(sampling);
  }
  const code = await closed;
  if (code !== 0) throw new Error(`Expected ${args.join(' ')} to end with exit code 0, got ${code}`);
  const summary = JSON.parse(tail.toString().trimEnd().split('\n').at(-1) ?? '');
  return { checkpoints, seconds: elapsed(), mainPeak, summary };
}
