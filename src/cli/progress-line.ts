// The progress line: how much of how many, how fast, and how long still.
//
//     ████████████░░░░░░░░  112/188  2 failed  68.9 images/s  2 s left

import type { Progress } from '../index.js';
import type { Colors } from './screen.js';
import { duration, integer, rate } from './words.js';

const BAR_COLUMNS = 24;

/** What the line is drawn for. */
export interface ProgressView {
  readonly progress: Progress;
  /** Seconds since the start. */
  readonly elapsed: number;
  /** Of the terminal. The bar gives way before the figures do. */
  readonly columns: number;
  readonly colors: Colors;
}

/** The text of the line. */
export function progressLine({ progress, elapsed, columns, colors }: ProgressView): string {
  const { finished, failed, worked, found, jobs, walked } = progress;
  // What is carried over takes no time that would tell of the rest.
  const perSecond = elapsed > 0 ? (jobs > 0 ? worked : finished) / elapsed : 0;
  // While folders are still being read the total only grows, and the time left would be a guess.
  const counted = `${integer(finished)}/${integer(found)}${walked ? '' : '+'}`;
  const failures = failed === 0 ? [] : [`${integer(failed)} failed`];
  const speed = `${rate(perSecond)} images/s`;
  const left = walked && worked > 0 ? [`${duration(Math.ceil((jobs - worked) / perSecond))} left`] : [];
  const room = columns - 1 - [counted, ...failures, speed, ...left].join('  ').length - 2;
  const full = bar(found === 0 ? 0 : finished / found, Math.min(BAR_COLUMNS, room), colors);
  return [...full, counted, ...failures.map(colors.red), speed, ...left].join('  ');
}

function bar(share: number, columns: number, colors: Colors): string[] {
  if (columns < 5) return [];
  const full = Math.round(Math.min(share, 1) * columns);
  return [colors.cyan('█'.repeat(full)) + colors.dim('░'.repeat(columns - full))];
}
