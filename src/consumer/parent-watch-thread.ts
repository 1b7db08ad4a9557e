// The thread of `parent-watch.ts`: it sleeps, and checks whether the parent is still the parent.

import { workerData } from 'node:worker_threads';

/** Two checks a second; the promise is two seconds. */
const CHECK_MS = 500;

const cell = new Int32Array(new SharedArrayBuffer(4));
while (process.ppid === workerData.parent) Atomics.wait(cell, 0, 0, CHECK_MS);
process.kill(process.pid, 'SIGKILL');
