// What consumers are configured with, where a test does without a run.

import type { WorkOptions } from '../../src/job.js';
import { defaultDecoding } from '../../src/options/options.js';
import { insideBox } from './variants.js';

/** @param out The output folder, which exists when a thumbnail is made. */
export function workOptions(out: string, changes: Partial<WorkOptions> = {}): WorkOptions {
  return {
    out,
    layout: 'flat',
    variants: [insideBox(9)],
    placeholder: false,
    decoding: defaultDecoding,
    ...{ maxPixels: 1e9, maxBytes: 1e9, maxMemory: 1e9 },
    ...changes,
  };
}
