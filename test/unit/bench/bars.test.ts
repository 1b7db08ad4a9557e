import { expect, test } from 'vitest';
import { type BarOptions, benchBars } from '../../../src/bench/bars.js';
import { timed, timing } from '../../support/in-process/sweeps.js';

/** 25, 50 and 40 images/s. */
const figures = timed(timing(1, 4), timing(2, 2), timing(10, 2.5));

function bars(options: Partial<BarOptions> = {}): string[] {
  return benchBars(figures, { columns: 80, blocks: true, ...options });
}

test('a bar for each worker count is as long as its images/s, to an eighth of a column, with the figures in columns', () => {
  expect(bars()).toEqual([
    `    1 worker    ${'█'.repeat(16)}▌                  25.0 images/s  1.00 x`,
    `    2 workers   ${'█'.repeat(33)}  50.0 images/s  2.00 x  enough`,
    `    10 workers  ${'█'.repeat(26)}▍        40.0 images/s  1.60 x`,
  ]);
});

test('the longest line is as long as the terminal is wide, but no bar is longer than 60 columns', () => {
  const longest = (columns: number) => Math.max(...bars({ columns }).map((line) => line.length));
  expect([60, 80, 100].map(longest)).toEqual([60, 80, 100]);
  expect(longest(400)).toBe(longest(300));
  expect(bars({ columns: 400 })[1]).toContain(`  ${'█'.repeat(60)}  `);
});

test('where there is no room for bars the figures stand alone', () => {
  expect(bars({ columns: 40 })).toEqual([
    '    1 worker    25.0 images/s  1.00 x',
    '    2 workers   50.0 images/s  2.00 x  enough',
    '    10 workers  40.0 images/s  1.60 x',
  ]);
});

test('without block elements bars are of #, all in ASCII', () => {
  expect(bars({ blocks: false })[0]).toBe(
    `    1 worker    ${'#'.repeat(17)}${' '.repeat(16)}  25.0 images/s  1.00 x`,
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with controls
  expect(bars({ blocks: false }).join('\n')).toMatch(/^[\x00-\x7f]+$/);
});

test('only bars are coloured, the best one in another colour, and what follows stays in its column', () => {
  const color = (bar: string, isBest: boolean) => (isBest ? `<best>${bar}</>` : `<bar>${bar}</>`);
  const colored = bars({ color });
  expect(colored.map((line) => line.replaceAll(/<\/|<\w+>|>/g, ''))).toEqual(bars());
  expect(colored.map((line) => /<(\w+)>█/.exec(line)?.[1])).toEqual(['bar', 'best', 'bar']);
});

test('without a figure of one worker there is no speedup', () => {
  expect(benchBars(timed(timing(2, 2), timing(4, 1)), { columns: 60, blocks: false })).toEqual([
    `    2 workers  ${'#'.repeat(10)}             50.0 images/s`,
    `    4 workers  ${'#'.repeat(20)}  100.0 images/s  fastest`,
  ]);
});

test('one count is one whole bar, and the slowest count still has one that can be seen', () => {
  const one = benchBars(timed(timing(1, 4)), { columns: 60, blocks: true });
  expect(one).toEqual([`    1 worker  ${'█'.repeat(14)}  25.0 images/s  1.00 x  fastest`]);
  const slow = timed(timing(1, 4000), timing(2, 1));
  expect(benchBars(slow, { columns: 80, blocks: true })[0]).toContain('  ▏  ');
  expect(benchBars(slow, { columns: 80, blocks: false })[0]).toContain('  #  ');
});
