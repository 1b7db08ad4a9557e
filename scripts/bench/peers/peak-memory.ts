// The peak memory of a whole run of `thumbs`, sampled while it runs. Linux: memory is read from /proc.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { SummaryEvent } from '../../../src/run/events.js';
import { memoryField, processTree, sum } from '../process-memory.js';
import type { RunInput } from './commands.js';
import { thumbsArguments } from './programs/thumbs.js';

export interface PeakMemory {
  /** The largest sample of all processes together, shared pages counted once (Pss); bytes. */
  readonly proportional: number;
  /** The sum of each process's own peak (VmHWM); bytes. */
  readonly sumOfPeaks: number;
  /** `peakMemoryBytes` of the run's summary. */
  readonly reported: number;
}

/** Long enough that sampling costs the run little, short compared with the life of a process. */
const SAMPLE_MS = 20;

export async function peakMemory(input: Omit<RunInput, 'shrink'>): Promise<PeakMemory> {
  const child = spawn(process.execPath, thumbsArguments(input, '--json'), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  let proportional = 0;
  const peaks = new Map<number, number>();
  const sampling = setInterval(() => {
    const pids = processTree(child.pid);
    proportional = Math.max(proportional, sum(pids.map((pid) => memoryField(pid, 'smaps_rollup', 'Pss'))));
    for (const pid of pids)
      peaks.set(pid, Math.max(peaks.get(pid) ?? 0, memoryField(pid, 'status', 'VmHWM')));
  }, SAMPLE_MS);
  let lastLine = '';
  try {
    for await (const line of createInterface({ input: child.stdout })) lastLine = line;
    await closed;
  } finally {
    clearInterval(sampling);
  }
  const summary: SummaryEvent | undefined = lastLine === '' ? undefined : JSON.parse(lastLine);
  if (summary?.type !== 'summary') throw new Error('thumbs ended without a summary');
  return { proportional, sumOfPeaks: sum([...peaks.values()]), reported: summary.peakMemoryBytes };
}
