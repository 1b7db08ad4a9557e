// All that a bench says, in whichever way it is shown: as a report, as bars, as a chart or as JSON.

import { type Conclusion, conclusionOf, type Row, rowsOf } from './rows.js';
import type { Sweep } from './sweep.js';

/** The machine of a sweep. */
export interface Machine {
  readonly cpu: string;
  /** Cores that the process may use. */
  readonly cores: number;
  readonly node: string;
  readonly sharp: string;
  readonly libvips: string;
}

/** The photos of a sweep. */
export interface Corpus {
  readonly photos: number;
  /** Of these. */
  readonly failed: number;
  readonly sourceBytes: number;
  readonly sourcePixels: number;
}

export interface Figures {
  readonly machine: Machine;
  readonly corpus: Corpus;
  /** Counted runs of each worker count. */
  readonly runs: number;
  /** At least one, the smallest count first. */
  readonly rows: readonly Row[];
  readonly conclusion: Conclusion;
  readonly sweep: Sweep;
}

/** The figures of a sweep with at least one timing. */
export function figuresOf(sweep: Sweep, machine: Machine): Figures {
  const { timings } = sweep;
  const { photos = 0, failed = 0, sourceBytes = 0, sourcePixels = 0 } = timings[0]?.summary ?? {};
  const rows = rowsOf(timings, machine.cores);
  return {
    machine,
    corpus: { photos, failed, sourceBytes, sourcePixels },
    runs: timings.filter(({ workers }) => workers === timings[0]?.workers).length,
    rows,
    conclusion: conclusionOf(rows),
    sweep,
  };
}
