// Ties a consumer's life to its parent's. It knows nothing of jobs.

import fs from 'node:fs';
import { Worker } from 'node:worker_threads';
import { packageFile } from '../package-file.js';
import { leaveRemovedFolder } from '../working-folder.js';

/** A thread costs 30 ms of a core and 9 MB: a run that is over by then does not need it. */
const THREAD_AFTER_MS = 1000;

/**
 * Kills the calling process at once, whatever it is doing, when its parent has ended. The closed channel is noticed within
 * milliseconds, but not by a process that hangs in JavaScript: after its first second, a thread watches the parent as well.
 */
export function exitWithParent(): void {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  setTimeout(watchParent, THREAD_AFTER_MS).unref();
}

const parent = process.ppid;
let isWatched = false;

/** Starts the thread, if it does not run: before work that blocks the event loop, which would keep the timer waiting. */
export function watchParent(): void {
  if (isWatched) return;
  isWatched = true;
  leaveRemovedFolder();
  const thread = new Worker(packageFile('dist/consumer/parent-watch-thread.js'), {
    workerData: { parent },
    // It needs next to no memory.
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
  });
  thread.unref();
}

/** In a range up to 1000, which means "kill this one first". */
const OOM_SCORE = '500';

/**
 * Makes the kernel of Linux, when memory runs out, kill the calling process rather than its parent: that costs one image, not the
 * run. Source: proc_pid_oom_score_adj(5); raising one's own score needs no privilege.
 */
export function preferForOomKill(): void {
  if (process.platform !== 'linux') return;
  try {
    fs.writeFileSync('/proc/self/oom_score_adj', OOM_SCORE);
  } catch {
    // A sandbox without /proc: the kernel then chooses by size alone, as it does for every other program.
  }
}
