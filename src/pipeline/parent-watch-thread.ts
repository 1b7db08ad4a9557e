// The thread of `parent-watch.ts`: it sleeps, and looks whether the parent is still the parent.

import { workerData } from 'node:worker_threads';

/** Two looks in each second; the promise is two seconds. */
const LOOK_MS = 500;

const cell = new Int32Array(new SharedArrayBuffer(4));
while (process.ppid === workerData.parent) Atomics.wait(cell, 0, 0, LOOK_MS);
process.kill(process.pid, 'SIGKILL');
