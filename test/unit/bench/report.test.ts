import { expect, test } from 'vitest';
import { figuresOf } from '../../../src/bench/figures.js';
import { benchReport } from '../../../src/bench/report.js';
import { machine, timed, timedOn, timing } from '../../support/in-process/sweeps.js';

test('the table has medians, spread, rates, speedup, efficiency and memory', () => {
  const timings = [
    timing(1, 4.2, 4),
    timing(2, 2.1, 4),
    timing(1, 4, 4),
    timing(2, 2, 4),
    timing(1, 5, 4),
    timing(2, 1.9, 4),
  ];
  const figures = figuresOf({ timings, warmUps: [], yardstick: { node: [0.05, 0.04, 0.07] } }, machine);
  expect(benchReport(figures).split('\n')).toEqual([
    '- CPU: Test CPU, 2 cores',
    '- Node v20.9.0, sharp 0.35.5, libvips 8.18.7',
    '- Corpus: 100 files, 300.0 MB, 1000.0 megapixels',
    '- 3 counted runs of each, in rotation, after a warm-up of each; whole processes',
    '- Yardstick: `node -e 0` 0.050 s (0.040 to 0.070, 3 runs); no JPEG for `djpeg`; median (min to max)',
    '',
    '| workers | seconds: median | min | max | images/s | MB/s | speedup over 1 | efficiency per core | peak memory, MB |',
    '|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
    '| 1 | 4.20 | 4.00 | 5.00 | 23.8 | 71.4 | 1.00 | 100 % | 150 |',
    '| 2 | 2.00 | 1.90 | 2.10 | 50.0 | 150.0 | 2.10 | 105 % | 200 |',
    '',
    'The most that were tried, 2 workers (2.00 s, 2.10 times as fast as one), are the fastest; the 2 cores that they use are 100 % busy, so the run is bound by the cores.',
    '',
  ]);
});

test('the conclusion names the smallest count that is as good as the fastest, and says what the run waits for', () => {
  const report = benchReport(timed(timing(1, 4, 2), timing(2, 2.05, 2), timing(4, 2, 2), timing(8, 2.4, 2)));
  expect(report).toMatch(
    /^2 workers \(2\.05 s, 1\.95 times as fast as one\) are enough; more are not faster \(4: 2\.00 s, 8: 2\.40 s\); the 2 cores that they use are 49 % busy, so the run is bound by the disk, or by other waiting\.$/m,
  );
});

test('a sweep without one worker has no speedup', () => {
  const report = benchReport(timed(timing(2, 2, 4), timing(4, 2, 4)));
  expect(report).toContain('| 2 | 2.00 | 2.00 | 2.00 | 50.0 | 150.0 | - | - | 200 |');
  expect(report).toContain('2 workers (2.00 s) are enough; more are not faster (4: 2.00 s); ');
});

test('the efficiency of one worker is that of the one core it uses, and more may be faster', () => {
  expect(benchReport(timedOn({ cores: 16 }, timing(1, 4, 3.9)))).toContain(
    'The most that were tried, 1 worker (4.00 s, 1.00 times as fast as one), are the fastest, and more may be faster; the core that they use is 98 % busy, so the run is bound by the cores.',
  );
});
