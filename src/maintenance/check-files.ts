// Reads thumbnails and compares each with its name, in as many threads as there are cores.

import { once } from 'node:events';
import os from 'node:os';
import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { packageFile } from '../package-file.js';

/** The condition of a file under a thumbnail's name. */
export type Checked = {
  readonly file: string;
  readonly bytes: number;
  /** Whether its bytes have the SHA-256 of its name, so that this program wrote it. */
  readonly isOwn: boolean;
} & (
  | { readonly status: 'sound'; readonly width: number; readonly height: number }
  | { readonly status: 'damaged'; readonly reason: string }
);

/** Large enough that messages cost little beside the reading, small enough that all threads end at about the same time. */
const BATCH = 64;

/** Checks the files in batches, in no order, until all are done or `signal` is aborted. */
export async function* checkFiles(
  folder: string,
  files: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<Checked[]> {
  const batches: string[][] = [];
  for (let at = 0; at < files.length; at += BATCH) batches.push(files.slice(at, at + BATCH));
  const stop = new AbortController();
  const checked = new Readable({ objectMode: true, read: () => {} });
  const threads = Math.min(os.availableParallelism(), batches.length);
  const queue = batches.values();
  const isOver = () => stop.signal.aborted || signal?.aborted === true;
  Promise.all(Array.from({ length: threads }, () => checkInThread(folder, queue, isOver, checked))).then(
    () => checked.push(null),
    (error: Error) => checked.destroy(error),
  );
  try {
    yield* checked as AsyncIterable<Checked[]>;
  } finally {
    stop.abort();
  }
}

async function checkInThread(
  folder: string,
  queue: Iterator<string[]>,
  isOver: () => boolean,
  checked: Readable,
): Promise<void> {
  const thread = new Worker(packageFile('dist/maintenance/check-files-thread.js'), { workerData: folder });
  const ended = once(thread, 'exit').then(() => {
    throw new Error('a thread that checks files has ended');
  });
  try {
    for (let next = queue.next(); !next.done && !isOver(); next = queue.next()) {
      thread.postMessage(next.value);
      const [answer] = await Promise.race([once(thread, 'message'), ended]);
      checked.push(answer);
    }
  } finally {
    ended.catch(() => {}); // From here on it should end.
    await thread.terminate();
  }
}
