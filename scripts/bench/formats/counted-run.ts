// Runs of the command whose reading is counted. Linux: it is counted by the kernel.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { thumbsCommand } from '../measuring.js';

/** One run of the command with one consumer. */
export interface CountedRun {
  readonly seconds: number;
  /** Bytes that all processes of the run have read, by `read` and `pread`, from the disk or the page cache. */
  readonly bytesRead: number;
  /** Peak resident memory of the main process and the consumer together, bytes. */
  readonly peakMemory: number;
  /** Photos without a thumbnail. */
  readonly failed: number;
}

/** The kernel adds what a process has read to its parent's count once the parent has waited for it: the shell's covers all. */
const COUNTED = `"$@"; code=$?; cat /proc/$$/io >&2; exit $code`;

/** @throws {Error} The command could not do its work; photos that failed do not count. */
export function countedRun(photos: string, scratch: string, options: readonly string[] = []): CountedRun {
  const out = fs.mkdtempSync(path.join(scratch, 'out-'));
  const args = [process.execPath, thumbsCommand, photos, '-w', '1', '-o', out, '--json', ...options];
  const startedAt = performance.now();
  const { status, stdout, stderr } = spawnSync('sh', ['-c', COUNTED, 'sh', ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const seconds = (performance.now() - startedAt) / 1000;
  if (status !== 0 && status !== 1)
    throw new Error(`a run over ${photos} ended with exit code ${status}: ${stderr}`);
  fs.rmSync(out, { recursive: true });
  const summary: { peakMemoryBytes: number; failed: number } = JSON.parse(
    stdout.trimEnd().split('\n').at(-1) ?? '',
  );
  return {
    seconds,
    bytesRead: Number(/^rchar: (\d+)$/m.exec(stderr)?.[1]),
    peakMemory: summary.peakMemoryBytes,
    failed: summary.failed,
  };
}
