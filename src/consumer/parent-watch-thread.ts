// The thread of `parent-watch.ts`: twice a second it checks that the process has the same parent, and kills it if not.

import { workerData } from 'node:worker_threads';

/** A consumer is to be gone within two seconds of its parent. */
const CHECK_MS = 500;

const cell = new Int32Array(new SharedArrayBuffer(4));
while (process.ppid === workerData.parent) Atomics.wait(cell, 0, 0, CHECK_MS);
process.kill(process.pid, 'SIGKILL');
