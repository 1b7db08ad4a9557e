// Ends a process that hangs in a loop: none of its own timers would run again, and no test would time out.

import { Worker } from 'node:worker_threads';

/** Far more than any step takes on any machine. */
const LONGEST_STEP_MS = 20_000;

const WATCH = `
  const { workerData } = require('node:worker_threads');
  const steps = new Int32Array(workerData.steps);
  let seen = Atomics.load(steps, 0);
  setInterval(() => {
    const step = Atomics.load(steps, 0);
    if (step === seen) {
      require('node:fs').writeSync(2, 'step ' + step + ' does not end\\n');
      process.kill(process.pid, 'SIGKILL');
    }
    seen = step;
  }, workerData.longestStepMs);
`;

export interface Watchdog {
  /** To be called when a step starts, with its number. */
  step(number: number): void;
  stop(): Promise<void>;
}

/** Watches from another thread, until it is stopped, that the steps continue. */
export function watch(): Watchdog {
  const steps = new SharedArrayBuffer(4);
  const worker = new Worker(WATCH, { eval: true, workerData: { steps, longestStepMs: LONGEST_STEP_MS } });
  worker.unref();
  return {
    step: (number) => {
      Atomics.store(new Int32Array(steps), 0, number);
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}
