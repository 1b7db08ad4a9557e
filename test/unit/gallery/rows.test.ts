// Justified rows: what holds for any photos and any width of the page.

import { expect, test } from 'vitest';
import { mulberry32 } from '../../../scripts/painting/noise.js';
import { type Row, type RowOptions, rowsOf } from '../../../src/gallery/client/rows/rows.js';

const OPTIONS: RowOptions = { width: 1000, height: 200, gap: 4 };

function rows(ratios: readonly number[], options: RowOptions = OPTIONS, first = 0): Row[] {
  return rowsOf(first, ratios.length, (index) => ratios[index - first] ?? Number.NaN, options);
}

/** Pixels that the photos of a row take up. */
function widthOf({ first, count, height }: Row, ratios: readonly number[], { gap }: RowOptions): number {
  const sum = ratios.slice(first, first + count).reduce((total, ratio) => total + ratio, 0);
  return sum * height + (count - 1) * gap;
}

/** Many lists of photos, of all shapes that a gallery has. */
function* lists(): Generator<{ ratios: number[]; options: RowOptions }> {
  const random = mulberry32(7);
  for (const width of [200, 360, 1000, 3840])
    for (const height of [100, 220])
      for (const count of [1, 2, 3, 10, 100]) {
        const ratios = Array.from({ length: count }, () => Math.round(30 + 370 * random() ** 2) / 100);
        yield { ratios, options: { width, height, gap: 4 } };
      }
}

test('each photo is in one row, in the order of the list', () => {
  for (const { ratios, options } of lists()) {
    const found = rows(ratios, options).flatMap(({ first, count }) =>
      Array.from({ length: count }, (_, index) => first + index),
    );
    expect(found).toEqual(ratios.map((_, index) => index));
  }
});

test('each row but the last is as wide as the page, and the last at most', () => {
  for (const { ratios, options } of lists()) {
    const found = rows(ratios, options);
    for (const row of found.slice(0, -1)) expect(widthOf(row, ratios, options)).toBeCloseTo(options.width, 6);
    const last = found.at(-1);
    if (last !== undefined) expect(widthOf(last, ratios, options)).toBeLessThanOrEqual(options.width + 1e-6);
  }
});

test('the last row is not stretched, and no row is more than twice as high as wanted', () => {
  for (const { ratios, options } of lists()) {
    const found = rows(ratios, options);
    expect(found.at(-1)?.height).toBeLessThanOrEqual(options.height);
    // With ratios from 0.3 to 4 the photo that would make a row low enough could make it too low.
    for (const { height } of found.slice(0, -1)) {
      expect(height).toBeGreaterThan(0);
      expect(height).toBeLessThan(Math.max(2 * options.height, options.width / 0.3));
    }
  }
});

test('photos of usual shapes have rows within a third of the wanted height', () => {
  const ratios = Array.from({ length: 200 }, (_, index) => [1.5, 1.33, 0.75, 1.5, 0.67][index % 5] ?? 1);
  for (const { height } of rows(ratios).slice(0, -1)) {
    expect(height).toBeGreaterThan(200 / 1.34);
    expect(height).toBeLessThan(200 * 1.34);
  }
});

test('a wider page has no more rows', () => {
  const ratios = Array.from({ length: 100 }, () => 1.5);
  const counts = [300, 500, 800, 1300, 2000].map((width) => rows(ratios, { ...OPTIONS, width }).length);
  expect(counts).toEqual([...counts].sort((a, b) => b - a));
});

test('a panorama on a narrow page has a row of its own', () => {
  expect(rows([4, 4], { width: 300, height: 200, gap: 4 })).toEqual([
    { first: 0, count: 1, height: 75 },
    { first: 1, count: 1, height: 75 },
  ]);
});

test('no photos have no rows, and a later section starts where it says', () => {
  expect(rows([])).toEqual([]);
  expect(rows([1, 1], OPTIONS, 40)).toEqual([{ first: 40, count: 2, height: 200 }]);
});
