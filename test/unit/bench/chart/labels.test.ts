import { expect, test } from 'vitest';
import { thinned, widthOf, within } from '../../../../src/bench/chart/labels.js';

const label = (text: string, x: number, importance = 0, y = 100) => ({ text, x, y, importance });
const shown = (labels: ReturnType<typeof label>[]) => thinned(labels).map(({ text }) => text);

test('of labels that overlap the more important one is shown, of equals the one further right', () => {
  expect(shown([label('a', 10), label('b', 12), label('c', 60)])).toEqual(['b', 'c']);
  expect(shown([label('a', 10, 1), label('b', 12), label('c', 60)])).toEqual(['a', 'c']);
});

test('labels at different heights do not overlap', () => {
  expect(shown([label('a', 10), label('b', 12, 0, 130)])).toEqual(['a', 'b']);
});

test('a label that would cover an obstacle is not shown', () => {
  const obstacle = { left: 8, right: 12, top: 90, bottom: 99 };
  expect(thinned([label('a', 10), label('b', 40)], [obstacle]).map(({ text }) => text)).toEqual(['b']);
});

test('a label is moved as far as it must be to lie between two borders', () => {
  const width = widthOf('2 cores');
  expect(within(100, '2 cores', 0, 200)).toBe(100);
  expect(within(190, '2 cores', 0, 200)).toBe(200 - width / 2);
  expect(within(1, '2 cores', 0, 200)).toBe(width / 2);
});
