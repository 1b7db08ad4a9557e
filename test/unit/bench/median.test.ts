import { expect, test } from 'vitest';
import { statistics } from '../../../scripts/bench/measuring.js';
import { median } from '../../../src/bench/median.js';

test('the median of an even number of values is the mean of the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 10, 2])).toBe(3);
  expect(median([5])).toBe(5);
  expect(median([])).toBeNaN();
});

test('the statistics of a bench have this median', () => {
  expect(statistics([6.36, 6.02])).toEqual({ median: (6.02 + 6.36) / 2, min: 6.02, max: 6.36 });
  expect(statistics([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
});
