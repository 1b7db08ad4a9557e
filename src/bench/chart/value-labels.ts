// The values written beside a panel's points.

import { type Box, importanceOf, thinned, widthOf, within } from './labels.js';
import { type Frame, type Panel, POINT_RADIUS, type Point, type Scales } from './scales.js';
import { words } from './svg.js';

/** From a point, or the end of its spread, to its label. */
const GAP = 10;
const TEXT_HEIGHT = 12;

/** Above the points; below them where there is an ideal line, which is mostly above. */
export function valueLabels(panel: Panel, { left, right, bottom }: Frame, { x, y }: Scales): string[] {
  const { points, hasIdeal, valueText } = panel;
  const labels = points.map(({ workers, value, mark, isBest }, index) => {
    const text = mark === undefined ? valueText(value.median) : `${valueText(value.median)} ${mark}`;
    const above = Math.min(y(value.max), y(value.median) - POINT_RADIUS) - GAP;
    const below = Math.max(y(value.min), y(value.median) + POINT_RADIUS) + GAP + TEXT_HEIGHT;
    const isBelow = hasIdeal && below < bottom;
    // Beside a line that rises, not across it.
    const isHigher = value.median > (points[index - 1]?.value.median ?? Number.POSITIVE_INFINITY);
    const nextIsHigher = (points[index + 1]?.value.median ?? 0) > value.median;
    const shift = isBelow && isHigher ? 1 / 2 : !isBelow && nextIsHigher ? -1 / 2 : 0;
    return {
      text,
      isBest,
      x: within(x(workers) + shift * widthOf(text), text, left, right),
      y: isBelow ? below : above,
      importance: importanceOf(isBest, index === points.length - 1),
    };
  });
  return thinned(
    labels,
    points.map((point) => circleBox(point, { x, y })),
  ).map((label) =>
    words(label.text, {
      class: label.isBest ? 'value halo best' : 'value halo',
      ...{ x: label.x, y: label.y, 'text-anchor': 'middle' },
    }),
  );
}

function circleBox({ workers, value }: Point, { x, y }: Scales): Box {
  const [cx, cy] = [x(workers), y(value.median)];
  return {
    ...{ left: cx - POINT_RADIUS, right: cx + POINT_RADIUS },
    ...{ top: cy - POINT_RADIUS, bottom: cy + POINT_RADIUS },
  };
}
