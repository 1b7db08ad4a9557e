// The progress line: bar, done/total, failures, rate and ETA.
//
//     ████████████░░░░░░░░  112/188  2 failed  68.9 images/s  2 s left
//     ████████████░░░░░░░░  112/188  68.9 images/s  2 s left  attic 45.1, nas 23.8
//     ████████████░░░░░░░░  112/188  waiting for the queue server redis://nas:6379: no answer

import type { Progress } from '../../run/events.js';
import type { Colors } from '../screen.js';
import { duration, integer, rate } from './format.js';
import { shortHosts } from './hosts.js';

const BAR_COLUMNS = 24;

/** What the line shows, and where. */
export interface ProgressView {
  readonly progress: Progress;
  /** What a run with a queue waits for. */
  readonly waitsFor?: string | undefined;
  /** Seconds since the start. */
  readonly elapsed: number;
  /** Columns of the terminal. The bar shrinks before the figures do. */
  readonly columns: number;
  readonly colors: Colors;
}

/** The text of the line. */
export function progressLine({ progress, waitsFor, elapsed, columns, colors }: ProgressView): string {
  const { finished, failed, worked, found, jobs, walked, hosts } = progress;
  // Unchanged photos take next to no time, and say nothing about the rate of the others.
  const perSecond = elapsed > 0 ? (jobs > 0 ? worked : finished) / elapsed : 0;
  // During the walk the total still grows, and an ETA would be a guess.
  const counted = `${integer(finished)}/${integer(found)}${walked ? '' : '+'}`;
  const failures = failed === 0 ? [] : [`${integer(failed)} failed`];
  const speed = `${rate(perSecond)} images/s`;
  const left = walked && worked > 0 ? [`${duration(Math.ceil((jobs - worked) / perSecond))} left`] : [];
  const state = waitsFor === undefined ? [speed, ...left] : [`waiting for ${waitsFor}`];
  const needed = [counted, ...failures, ...state].join('  ').length;
  const free = columns - 1 - needed - 2;
  const full = bar(found === 0 ? 0 : finished / found, Math.min(BAR_COLUMNS, free), colors);
  const named = waitsFor === undefined ? shortHosts(hosts) : undefined;
  const hasRoom = named !== undefined && free - BAR_COLUMNS >= named.length + 2;
  const shown = [counted, ...failures.map(colors.red), ...state, ...(hasRoom ? [named] : [])].join('  ');
  return [
    ...full,
    free < 0 && waitsFor !== undefined ? shown.slice(0, Math.max(columns - 1, 0)) : shown,
  ].join('  ');
}

function bar(share: number, columns: number, colors: Colors): string[] {
  if (columns < 5) return [];
  const full = Math.round(Math.min(share, 1) * columns);
  return [colors.cyan('█'.repeat(full)) + colors.dim('░'.repeat(columns - full))];
}
