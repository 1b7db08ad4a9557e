// The figures of sweeps that did not take place.

import { type Figures, figuresOf, type Machine } from '../../../src/bench/figures.js';
import type { Timing } from '../../../src/bench/sweep.js';
import { summaryEvent } from './summary.js';

export const machine: Machine = {
  cpu: 'Test CPU',
  cores: 2,
  node: 'v20.9.0',
  sharp: '0.35.5',
  libvips: '8.18.7',
};

/** A run of 100 photos of 3 MB and 10 megapixels. */
export function timing(workers: number, seconds: number, cpuSeconds = seconds, run = 1): Timing {
  const peakMemoryBytes = (100 + 50 * workers) * 1e6;
  return { workers, run, seconds, summary: summaryEvent({ workers, seconds, cpuSeconds, peakMemoryBytes }) };
}

/** On a machine with two cores where Node.js starts in 0.05 s. */
export function timed(...timings: Timing[]): Figures {
  return timedOn({}, ...timings);
}

/** On another machine. */
export function timedOn(other: Partial<Machine>, ...timings: Timing[]): Figures {
  return figuresOf({ timings, warmUps: [], yardstick: { node: [0.05] } }, { ...machine, ...other });
}
