import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { type ProgressView, progressLine } from '../../../../src/cli/texts/progress-line.js';
import type { Progress } from '../../../../src/run/events.js';

const plain = picocolors.createColors(false);

/** The line after 10 seconds of a run over 100 new photos, 20 of which are finished, or with other figures. */
function line(progress: Partial<Progress>, view: Partial<ProgressView> = {}): string {
  const { finished = 20, worked = finished, found = 100, jobs = found } = progress;
  return progressLine({
    progress: { failed: 0, walked: true, ...progress, finished, worked, found, jobs },
    elapsed: 10,
    columns: 100,
    colors: plain,
    ...view,
  });
}

test('the line has a bar, done and total, the rate and the ETA', () => {
  expect(line({})).toBe(`${'█'.repeat(5)}${'░'.repeat(19)}  20/100  2.00 images/s  40 s left`);
  expect(line({ finished: 50_000, found: 1_000_000 })).toBe(
    `█${'░'.repeat(23)}  50,000/1,000,000  5,000 images/s  3 min 10 s left`,
  );
});

test('failures are counted, in red', () => {
  expect(line({ failed: 2 })).toContain('  20/100  2 failed  2.00 images/s');
  const coloured = line({ failed: 2 }, { colors: picocolors.createColors(true) });
  expect(coloured).toContain('\u001b[31m2 failed\u001b[39m');
});

test('during the walk the total is open and there is no ETA', () => {
  expect(line({ walked: false })).toMatch(/ {2}20\/100\+ {2}2\.00 images\/s$/);
});

test('before the first photo is finished there is no ETA', () => {
  expect(line({ finished: 0 })).toBe(`${'░'.repeat(24)}  0/100  0.00 images/s`);
  expect(line({ finished: 0, found: 0 }, { elapsed: 0 })).toBe(`${'░'.repeat(24)}  0/0  0.00 images/s`);
});

test('unchanged photos count as finished, but neither for the rate nor for the ETA', () => {
  const finished = { finished: 70, worked: 20, found: 100, jobs: 50 };
  expect(line(finished)).toMatch(/ {2}70\/100 {2}2\.00 images\/s {2}15 s left$/);
  expect(line({ finished: 70, worked: 0, found: 100, jobs: 0 })).toMatch(/ {2}70\/100 {2}7\.00 images\/s$/);
});

test('the ETA is rounded up, and zero at the end', () => {
  expect(line({ finished: 99, found: 100 })).toMatch(/ 1 s left$/);
  expect(line({ finished: 100 })).toBe(`${'█'.repeat(24)}  100/100  10.0 images/s  0 s left`);
});

test('on a narrow terminal the bar shrinks, then goes; the figures stay', () => {
  const figures = '20/100  2.00 images/s  40 s left';
  const widths = [100, 59, 50, 40, 39, 20].map((columns) => {
    const shown = line({}, { columns });
    expect(shown.endsWith(figures)).toBe(true);
    return [columns, shown.length];
  });
  // One column stays free for the cursor.
  expect(widths).toEqual([
    [100, 58],
    [59, 58],
    [50, 49],
    [40, 39],
    [39, figures.length],
    [20, figures.length],
  ]);
});
