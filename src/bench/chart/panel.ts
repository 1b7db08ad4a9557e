// One panel of the chart: a figure of each worker count as a line with points, over the number of workers.

import { type ScaleLinear, scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { Spread } from '../rows.js';
import { thinned, widthOf } from './labels.js';
import { element, words } from './svg.js';
import { coresText } from './wording.js';

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

interface Scales {
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
}

/** Above the highest point there is room for its label. */
const HEADROOM = 1.15;
const TICKS = 5;
/** Between the last point and the frame's end. */
const INSET = 18;
const POINT_RADIUS = 5;

export function panelOf(panel: Panel, frame: Frame): string {
  const scales = scalesOf(panel, frame);
  return element('g', { 'data-panel': panel.name }, [
    words(panel.heading, { class: 'heading', x: frame.left, y: frame.top - 34 }),
    ...valueAxis(panel, frame, scales),
    ...workersAxis(panel, frame, scales),
    ...coresMarker(panel, frame, scales),
    ...(panel.hasIdeal ? idealLine(panel, frame, scales) : []),
    ...measuredLine(panel, scales),
    ...valueLabels(panel, scales),
  ]);
}

function scalesOf({ points, cores, hasIdeal }: Panel, { left, right, top, bottom }: Frame): Scales {
  const workers = Math.max(...points.map((point) => point.workers));
  const ideal = hasIdeal ? Math.min(workers, cores) : 0;
  const value = Math.max(ideal, ...points.map((point) => point.value.max));
  return {
    x: scaleLinear([0, workers], [left, right - INSET]),
    y: scaleLinear([0, value * HEADROOM], [bottom, top]).nice(TICKS),
  };
}

function valueAxis({ tickText }: Panel, { left, right }: Frame, { y }: Scales): string[] {
  const format = y.tickFormat(TICKS);
  return y.ticks(TICKS).flatMap((tick) => [
    element('line', { class: tick === 0 ? 'axis' : 'grid', x1: left, x2: right, y1: y(tick), y2: y(tick) }),
    words(tickText(format(tick)), {
      class: 'quiet small',
      x: left - 8,
      y: y(tick) + 4,
      'text-anchor': 'end',
    }),
  ]);
}

/** Its ticks are at the counts that were tried. */
function workersAxis({ points }: Panel, { left, right, bottom }: Frame, { x }: Scales): string[] {
  const labels = points.map(({ workers, isBest }, index) => ({
    text: String(workers),
    x: x(workers),
    importance: isBest ? 2 : index === points.length - 1 ? 1 : 0,
  }));
  return [
    ...labels.map((label) =>
      element('line', { class: 'axis', x1: label.x, x2: label.x, y1: bottom, y2: bottom + 5 }),
    ),
    ...thinned(labels).map((label) =>
      words(label.text, { class: 'quiet', x: label.x, y: bottom + 20, 'text-anchor': 'middle' }),
    ),
    words('workers', { class: 'quiet', x: (left + right) / 2, y: bottom + 40, 'text-anchor': 'middle' }),
  ];
}

/** Not there if fewer workers than cores were tried. */
function coresMarker({ cores }: Panel, { left, right, top, bottom }: Frame, { x }: Scales): string[] {
  const [, most = 0] = x.domain();
  if (cores > most) return [];
  const text = coresText(cores);
  const [first, last] = [left + widthOf(text) / 2, right - widthOf(text) / 2];
  const middle = Math.min(Math.max(x(cores), first), last);
  return [
    element('line', { class: 'cores', x1: x(cores), x2: x(cores), y1: top - 6, y2: bottom }),
    words(text, { class: 'quiet small', x: middle, y: top - 11, 'text-anchor': 'middle' }),
  ];
}

/** As many times as fast as one worker as there are workers, as long as each has a core. */
function idealLine({ cores }: Panel, _: Frame, { x, y }: Scales): string[] {
  const [, most = 0] = x.domain();
  const end = Math.min(cores, most);
  const corners = [1, ...(end > 1 ? [end] : []), ...(most > end ? [most] : [])];
  const shape = line<number>(
    (workers) => x(workers),
    (workers) => y(Math.min(workers, cores)),
  ).digits(2);
  return [
    element('path', { class: 'ideal', d: shape(corners) ?? '' }),
    words('ideal', { class: 'quiet small', x: x(most), y: y(end) - 8, 'text-anchor': 'end' }),
  ];
}

function measuredLine({ points }: Panel, { x, y }: Scales): string[] {
  const shape = line<Point>(
    ({ workers }) => x(workers),
    ({ value }) => y(value.median),
  ).digits(2);
  return [
    ...(points.length < 2 ? [] : [element('path', { class: 'line', d: shape(points) ?? '' })]),
    ...points.flatMap((point) => spreadBar(point, { x, y })),
    ...points.flatMap(({ workers, value, isBest }) => {
      const at = { cx: x(workers), cy: y(value.median) };
      const ring = isBest ? [element('circle', { class: 'ring', ...at, r: POINT_RADIUS + 4 })] : [];
      return [...ring, element('circle', { class: 'point', ...at, r: POINT_RADIUS })];
    }),
  ];
}

/** From the slowest run to the fastest. */
function spreadBar({ workers, value: { min, max } }: Point, { x, y }: Scales): string[] {
  if (min === max) return [];
  const [middle, low, high] = [x(workers), y(min), y(max)];
  const cap = (at: number) => [[middle - 4, at] as const, [middle + 4, at] as const];
  const shape = line().digits(2);
  const strokes = [cap(low), cap(high), [[middle, low] as const, [middle, high] as const]];
  return [
    element('path', {
      class: 'spread',
      d: strokes.map((stroke) => shape(stroke.map(([a, b]) => [a, b]))).join(''),
    }),
  ];
}

/** Above the points, but below them where the ideal line is above. */
function valueLabels({ points, hasIdeal, valueText }: Panel, { x, y }: Scales): string[] {
  const labels = points.map(({ workers, value, mark, isBest }, index) => ({
    text: mark === undefined ? valueText(value.median) : `${valueText(value.median)} ${mark}`,
    x: x(workers),
    y: hasIdeal
      ? Math.max(y(value.min), y(value.median) + POINT_RADIUS) + 20
      : Math.min(y(value.max), y(value.median) - POINT_RADIUS) - 10,
    importance: isBest ? 2 : index === points.length - 1 ? 1 : 0,
    isBest,
  }));
  return thinned(labels).map((label) =>
    words(label.text, {
      class: label.isBest ? 'value best' : 'value',
      ...{ x: label.x, y: label.y, 'text-anchor': 'middle' },
    }),
  );
}
