// What a panel of the chart shows, and where on the picture each value is.

import { type ScaleLinear, scaleLinear } from 'd3-scale';
import type { Spread } from '../rows.js';

export interface Panel {
  readonly name: string;
  readonly heading: string;
  /** The smallest worker count first. */
  readonly points: readonly Point[];
  readonly cores: number;
  /** Whether a worker could ideally add 1 to the figure, up to the cores. */
  readonly hasIdeal: boolean;
  /** A value at a point, and beside the axis. */
  valueText(value: number): string;
  tickText(tick: string): string;
}

export interface Point {
  readonly workers: number;
  readonly value: Spread;
  /** What is said of the point besides its value; only the best count has it. */
  readonly mark?: string | undefined;
  readonly isBest: boolean;
}

/** Where the axes are, in pixels. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Scales {
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
}

/** Above the highest point there is room for its label. */
const HEADROOM = 1.15;
/** About so many on the axis of values. */
export const TICKS = 5;
/** Between the last point and the frame's end. */
const INSET = 18;
export const POINT_RADIUS = 4.5;

export function scalesOf({ points, cores, hasIdeal }: Panel, { left, right, top, bottom }: Frame): Scales {
  const workers = Math.max(...points.map((point) => point.workers));
  const ideal = hasIdeal ? Math.min(workers, cores) : 0;
  const value = Math.max(ideal, ...points.map((point) => point.value.max));
  return {
    // A single point is in the middle.
    x: scaleLinear([0, points.length === 1 ? 2 * workers : workers], [left, right - INSET]),
    y: scaleLinear([0, value * HEADROOM], [bottom, top]).nice(TICKS),
  };
}
