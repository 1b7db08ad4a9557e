// The progress line: bar, done/total, failures, rate and ETA.
//
//     ████████████░░░░░░░░  112/188  2 failed  68.9 images/s  2 s left

import type { Progress } from '../run/events.js';
import { duration, integer, rate } from './format.js';
import type { Colors } from './screen.js';

const BAR_COLUMNS = 24;

/** What the line shows, and where. */
export interface ProgressView {
  readonly progress: Progress;
  /** Seconds since the start. */
  readonly elapsed: number;
  /** Columns of the terminal. The bar shrinks before the figures do. */
  readonly columns: number;
  readonly colors: Colors;
}

/** The text of the line. */
export function progressLine({ progress, elapsed, columns, colors }: ProgressView): string {
  const { finished, failed, worked, found, jobs, walked } = progress;
  // Unchanged photos take next to no time, and say nothing about the rate of the others.
  const perSecond = elapsed > 0 ? (jobs > 0 ? worked : finished) / elapsed : 0;
  // During the walk the total still grows, and an ETA would be a guess.
  const counted = `${integer(finished)}/${integer(found)}${walked ? '' : '+'}`;
  const failures = failed === 0 ? [] : [`${integer(failed)} failed`];
  const speed = `${rate(perSecond)} images/s`;
  const left = walked && worked > 0 ? [`${duration(Math.ceil((jobs - worked) / perSecond))} left`] : [];
  const free = columns - 1 - [counted, ...failures, speed, ...left].join('  ').length - 2;
  const full = bar(found === 0 ? 0 : finished / found, Math.min(BAR_COLUMNS, free), colors);
  return [...full, counted, ...failures.map(colors.red), speed, ...left].join('  ');
}

function bar(share: number, columns: number, colors: Colors): string[] {
  if (columns < 5) return [];
  const full = Math.round(Math.min(share, 1) * columns);
  return [colors.cyan('█'.repeat(full)) + colors.dim('░'.repeat(columns - full))];
}
