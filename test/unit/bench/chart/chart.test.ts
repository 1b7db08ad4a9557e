import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { benchChart, CHART_BEGINNING } from '../../../../src/bench/chart/chart.js';
import { timed, timedOn, timing } from '../../../support/in-process/sweeps.js';
import { projectFolder } from '../../../support/paths.js';
import { elementsOf, parseXml, type XmlElement } from '../../../support/xml.js';

/** 25, 40, 50 and 40 images/s; that with two workers in three runs. */
const runs = [
  timing(1, 4),
  timing(2, 2.5),
  timing(2, 2, 2, 2),
  timing(2, 5, 5, 3),
  timing(4, 2),
  timing(8, 2.5),
];
const figures = timedOn({ cores: 4 }, ...runs);

function panel(chart: string, name: string): XmlElement[] {
  const found = elementsOf(parseXml(chart)).find((element) => element.attributes['data-panel'] === name);
  return found === undefined ? [] : elementsOf(found);
}

function ofClass(elements: readonly XmlElement[], name: string): XmlElement[] {
  return elements.filter(({ attributes }) => attributes.class?.split(' ').includes(name));
}

function number(element: XmlElement | undefined, attribute: string): number {
  return Number(element?.attributes[attribute]);
}

/** Centres of the points, the smallest worker count first. */
function pointsOf(elements: readonly XmlElement[]): Array<{ x: number; y: number }> {
  return ofClass(elements, 'point').map((point) => ({ x: number(point, 'cx'), y: number(point, 'cy') }));
}

/** Corners of a path of straight lines. */
function cornersOf(path: XmlElement | undefined): number[][] {
  return (path?.attributes.d ?? '')
    .split(/[ML]/)
    .filter(Boolean)
    .map((corner) => corner.split(',').map(Number));
}

/** Where values and workers are 0: the axis, and where the axes meet. */
function originOf(elements: readonly XmlElement[]): { x: number; y: number } {
  const axis = ofClass(elements, 'axis').find((line) => line.attributes.y1 === line.attributes.y2);
  return { x: number(axis, 'x1'), y: number(axis, 'y1') };
}

test('the chart is well-formed SVG without scripts and references, and renderers accept it', () => {
  const chart = benchChart(figures);
  const elements = elementsOf(parseXml(chart));
  expect(new Set(elements.map(({ name }) => name))).toEqual(
    new Set(['svg', 'title', 'desc', 'style', 'rect', 'g', 'line', 'path', 'circle', 'text']),
  );
  expect(
    elements.flatMap(({ attributes }) => Object.keys(attributes)).filter((name) => /href|^on|src/.test(name)),
  ).toEqual([]);
  expect(chart).not.toMatch(/url\(|@import/);
  expect(chart).toMatch(CHART_BEGINNING);
  // In a process of its own: in this one another test may have closed libvips to drawings.
  const script = `import('sharp').then(async ({ default: sharp }) => {
    const { format, width } = await sharp(require('node:fs').readFileSync(0)).metadata();
    console.log(format, width);
  });`;
  const shown = execFileSync(process.execPath, ['-e', script], { cwd: projectFolder, input: chart });
  expect(String(shown)).toBe('svg 920\n');
});

test('the name of the CPU is text, whatever it contains', () => {
  const cpu = `</text><script>alert("1")</script>&amp;'\u001b[31m\u202e\uffff<!--`;
  const chart = benchChart(timedOn({ cpu }, timing(1, 4), timing(2, 2)));
  const elements = elementsOf(parseXml(chart));
  expect(elements.filter(({ name }) => name === 'script')).toEqual([]);
  const shown = `</text><script>alert("1")</script>&amp;'\\u001b[31m\\u202e\ufffd<!--, 2 cores`;
  expect(ofClass(elements, 'quiet').map(({ text }) => text)).toContain(shown);
});

test('a long name of a CPU is shortened', () => {
  const chart = benchChart(timedOn({ cpu: '\u{1f600}'.repeat(500) }, timing(1, 4)));
  expect(chart).toContain(`>${'\u{1f600}'.repeat(79)}…, 2 cores</text>`);
});

test('points are where their workers and their median images/s are', () => {
  const rate = panel(benchChart(figures), 'rate');
  const [points, origin] = [pointsOf(rate), originOf(rate)];
  const [one = { x: 0, y: 0 }] = points;
  expect(points.map(({ x }) => (x - origin.x) / (one.x - origin.x))).toEqual(
    [1, 2, 4, 8].map((at) => expect.closeTo(at, 1)),
  );
  const heights = points.map(({ y }) => (origin.y - y) / (origin.y - one.y));
  expect(heights).toEqual([25, 40, 50, 40].map((value) => expect.closeTo(value / 25, 1)));
  expect(cornersOf(ofClass(rate, 'line')[0])).toEqual(points.map(({ x, y }) => [x, y]));
});

test('a thin bar goes from the slowest run to the fastest, where there are several', () => {
  const rate = panel(benchChart(figures), 'rate');
  const bars = ofClass(rate, 'spread').map((bar) => cornersOf(bar).map(([, y = 0]) => y));
  const [points, origin] = [pointsOf(rate), originOf(rate)];
  const height = (points[0] === undefined ? 0 : origin.y - points[0].y) / 25;
  expect(bars).toHaveLength(1);
  const ends = [Math.max(...(bars[0] ?? [])), Math.min(...(bars[0] ?? []))].map(
    (y) => (origin.y - y) / height,
  );
  expect(ends).toEqual([expect.closeTo(20, 0), expect.closeTo(50, 0)]);
});

test('the ideal line goes through 1 at one worker to the cores at as many workers, and is flat beyond', () => {
  const speedup = panel(benchChart(figures), 'speedup');
  const [points, origin] = [pointsOf(speedup), originOf(speedup)];
  const corners = cornersOf(ofClass(speedup, 'ideal')[0]);
  expect(corners.map(([x]) => x)).toEqual([points[0]?.x, points[2]?.x, points[3]?.x]);
  // The speedup of one worker is 1.
  expect(corners[0]?.[1]).toBe(points[0]?.y);
  const unit = origin.y - (points[0]?.y ?? 0);
  expect(corners.map(([, y = 0]) => (origin.y - y) / unit)).toEqual(
    [1, 4, 4].map((value) => expect.closeTo(value, 1)),
  );
});

test('a line marks the cores, if so many workers were tried', () => {
  const speedup = panel(benchChart(figures), 'speedup');
  expect(number(ofClass(speedup, 'cores')[0], 'x1')).toBe(pointsOf(speedup)[2]?.x);
  expect(speedup.map(({ text }) => text)).toContain('4 cores');
  const more = panel(benchChart(timedOn({ cores: 16 }, ...runs)), 'speedup');
  expect(ofClass(more, 'cores')).toEqual([]);
  expect(cornersOf(ofClass(more, 'ideal')[0])).toHaveLength(2);
});

test('the count of the conclusion has a ring, and its word', () => {
  const rate = panel(benchChart(figures), 'rate');
  expect(ofClass(rate, 'ring').map((ring) => number(ring, 'cx'))).toEqual([pointsOf(rate)[2]?.x]);
  expect(ofClass(rate, 'best').map(({ text }) => text)).toEqual(['50.0 enough']);
});

test('without one worker, or with one count alone, there is no speedup, and the chart says so', () => {
  const withoutOne = benchChart(timed(timing(2, 2), timing(4, 2)));
  const oneCount = benchChart(timed(timing(1, 2)));
  for (const chart of [withoutOne, oneCount]) {
    expect(panel(chart, 'speedup')).toEqual([]);
    expect(pointsOf(panel(chart, 'rate')).every(({ x, y }) => x > 0 && y > 0)).toBe(true);
    expect(chart).not.toContain('NaN');
  }
  expect(withoutOne).toContain('No speedup: one worker was not tried.');
  expect(oneCount).toContain('No speedup: no other worker count was tried.');
});

test('everything is inside the picture, with the default counts of a machine with 64 cores', () => {
  const counts = [1, 2, 4, 8, 16, 32, 64, 128];
  const chart = benchChart(
    timedOn({ cores: 64 }, ...counts.map((workers) => timing(workers, 100 / Math.min(workers, 60)))),
  );
  for (const { attributes } of elementsOf(parseXml(chart)))
    for (const [name, value] of Object.entries(attributes)) {
      if (/^(?:x|x1|x2|cx)$/.test(name)) expect(Number(value), name).toBeLessThanOrEqual(920);
      if (/^(?:y|y1|y2|cy)$/.test(name)) expect(Number(value), name).toBeLessThanOrEqual(530);
      if (/^c?[xy]\d?$/.test(name)) expect(Number(value), name).toBeGreaterThan(0);
    }
  // Not all of them have room.
  const ticks = panel(chart, 'rate')
    .filter(({ attributes }) => attributes.class === 'quiet')
    .map(({ text }) => text);
  expect(ticks).toEqual(expect.arrayContaining(['16', '32', '64', '128']));
  expect(ticks).not.toContain('1');
});

test('title and description have the figures in words', () => {
  const root = parseXml(benchChart(figures));
  const [title, desc] = root.children;
  expect(title?.text).toBe('4 workers are enough: 50.0 images/s, 2.00 × one worker');
  expect(desc?.text).toBe(
    'Test CPU, 4 cores. Node v20.9.0, sharp 0.35.5, libvips 8.18.7. 100 photos, 300.0 MB, 1000.0 megapixels; 1 counted run of each worker count. ' +
      '1 worker: 25.0 images/s, speedup 1.00. 2 workers: 40.0 (20.0 to 50.0) images/s, speedup 1.60. ' +
      '4 workers: 50.0 images/s, speedup 2.00. 8 workers: 40.0 images/s, speedup 1.60.',
  );
  expect(root.attributes).toMatchObject({
    role: 'img',
    'aria-labelledby': title?.attributes.id,
    'aria-describedby': desc?.attributes.id,
  });
});

test('the same figures give the same bytes', () => {
  expect(benchChart(timedOn({ cores: 4 }, ...runs))).toBe(benchChart(figures));
});
