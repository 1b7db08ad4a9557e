import Color from 'colorjs.io';
import { expect, test } from 'vitest';
import { schemes, styleSheet } from '../../../../src/bench/chart/colors.js';

test.each(['light', 'dark'] as const)(
  'on a %s screen text has a contrast of 4.5 or more, and lines of 3 or more',
  (name) => {
    const { surface, text, quiet, measured, reference } = schemes[name];
    const contrast = (color: string) => new Color(surface).contrast(color, 'WCAG21');
    for (const color of [text, quiet]) expect(contrast(color), color).toBeGreaterThanOrEqual(4.5);
    for (const color of [measured, reference]) expect(contrast(color), color).toBeGreaterThanOrEqual(3);
  },
);

test('the style sheet has the same rules for light and dark, each with the colours of its scheme alone', () => {
  const [light = '', dark = ''] = styleSheet().split('@media (prefers-color-scheme: dark) {');
  const colorsIn = (css: string) => new Set(css.match(/#[0-9a-f]{6}\b/g));
  expect(colorsIn(light)).toEqual(new Set(Object.values(schemes.light)));
  expect(colorsIn(dark)).toEqual(new Set(Object.values(schemes.dark)));
  const selectors = (css: string) =>
    css.match(/^.*\{ (?:fill|stroke): #/gm)?.map((rule) => rule.slice(0, -1));
  expect(selectors(dark)).toEqual(selectors(light));
  expect(selectors(dark)).not.toHaveLength(0);
});
