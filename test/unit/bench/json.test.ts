import { expect, test } from 'vitest';
import { figuresOf } from '../../../src/bench/figures.js';
import { benchEvent } from '../../../src/bench/json.js';
import { machine, timing } from '../../support/in-process/sweeps.js';

const options = { paths: ['/photos'], counts: [2, 4], runs: 2, size: '200x200' };

/** In rotation, as they were timed. */
const timings = [timing(4, 2, 4, 1), timing(2, 2.5, 5, 1), timing(2, 2, 4, 2), timing(4, 4, 4, 2)];
const warmUps = [timing(2, 9, 9, 0), timing(4, 9, 9, 0)];
const figures = figuresOf({ timings, warmUps, yardstick: { node: [0.05, 0.04] } }, machine);
const event = benchEvent(figures, { ...options, signal: new AbortController().signal });

test('every counted run is in it as it was timed, in that order, and warm-ups are apart', () => {
  expect(event.runs.map(({ workers, run, seconds }) => [workers, run, seconds])).toEqual([
    [4, 1, 2],
    [2, 1, 2.5],
    [2, 2, 2],
    [4, 2, 4],
  ]);
  expect(event.runs[1]).toEqual({
    ...{ workers: 2, run: 1, seconds: 2.5, imagesPerSecond: 40, megabytesPerSecond: 120 },
    ...{ peakMemoryBytes: 200e6, cpuSeconds: 5, photos: 100, failed: 0 },
  });
  expect(event.warmUps.map(({ workers, run }) => [workers, run])).toEqual([
    [2, 0],
    [4, 0],
  ]);
});

test('it has the machine, the corpus, the options, the rows, the raw yardstick and the conclusion', () => {
  expect(event).toMatchObject({
    type: 'bench',
    machine,
    corpus: { photos: 100, failed: 0, sourceBytes: 300e6, sourcePixels: 1000e6 },
    rows: [{ workers: 2, seconds: { median: 2.25, min: 2, max: 2.5 } }, { workers: 4 }],
    yardstick: { node: [0.05, 0.04] },
    conclusion: { workers: 2, kind: 'enough', bound: 'cores' },
  });
  expect(event.options).toEqual(options);
});

test('a speedup that there is not is null', () => {
  const [row] = JSON.parse(JSON.stringify(event)).rows;
  expect(row).toMatchObject({ speedup: { median: null, min: null, max: null }, efficiency: null });
});
