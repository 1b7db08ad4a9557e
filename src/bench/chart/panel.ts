// One panel of the chart: a figure of each worker count as a line with points, over the number of workers.

import { line } from 'd3-shape';
import { importanceOf, thinned, within } from './labels.js';
import { type Frame, type Panel, POINT_RADIUS, type Point, type Scales, scalesOf, TICKS } from './scales.js';
import { element, words } from './svg.js';
import { valueLabels } from './value-labels.js';
import { coresText } from './wording.js';

export function panelOf(panel: Panel, frame: Frame): string {
  const scales = scalesOf(panel, frame);
  return element('g', { 'data-panel': panel.name }, [
    words(panel.heading, { class: 'heading', x: frame.left, y: frame.top - 34 }),
    ...valueAxis(panel, frame, scales),
    ...workersAxis(panel, frame, scales),
    ...coresMarker(panel, frame, scales),
    ...(panel.hasIdeal ? idealLine(panel, scales) : []),
    ...measuredLine(panel, scales),
    ...valueLabels(panel, frame, scales),
  ]);
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
    y: bottom + 20,
    importance: importanceOf(isBest, index === points.length - 1),
  }));
  return [
    ...labels.map((label) =>
      element('line', { class: 'axis', x1: label.x, x2: label.x, y1: bottom, y2: bottom + 5 }),
    ),
    ...thinned(labels).map((label) =>
      words(label.text, { class: 'quiet', x: label.x, y: label.y, 'text-anchor': 'middle' }),
    ),
    words('workers', { class: 'quiet', x: (left + right) / 2, y: bottom + 40, 'text-anchor': 'middle' }),
  ];
}

/** Not there if fewer workers than cores were tried. */
function coresMarker({ cores }: Panel, { left, right, top, bottom }: Frame, { x }: Scales): string[] {
  const [, most = 0] = x.domain();
  if (cores > most) return [];
  const text = coresText(cores);
  const middle = within(x(cores), text, left, right);
  return [
    element('line', { class: 'cores', x1: x(cores), x2: x(cores), y1: top - 6, y2: bottom }),
    words(text, { class: 'quiet small', x: middle, y: top - 11, 'text-anchor': 'middle' }),
  ];
}

/** As many times as fast as one worker as there are workers, as long as each has a core. */
function idealLine({ points, cores }: Panel, { x, y }: Scales): string[] {
  const most = Math.max(...points.map(({ workers }) => workers));
  const end = Math.min(cores, most);
  const corners = [1, ...(end > 1 ? [end] : []), ...(most > end ? [most] : [])];
  const shape = line<number>(
    (workers) => x(workers),
    (workers) => y(Math.min(workers, cores)),
  ).digits(2);
  return [
    element('path', { class: 'ideal', d: shape(corners) ?? '' }),
    words('ideal', { class: 'quiet small halo', x: x(most), y: y(end) - 8, 'text-anchor': 'end' }),
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
  const shape = line().digits(2);
  const stroke = (from: [number, number], to: [number, number]) => shape([from, to]);
  const cap = (at: number) => stroke([middle - 4, at], [middle + 4, at]);
  const strokes = [cap(low), stroke([middle, low], [middle, high]), cap(high)];
  return [element('path', { class: 'spread', d: strokes.join('') })];
}
