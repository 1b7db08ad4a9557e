import path from 'node:path';
import { expect, test } from 'vitest';
import { byteSize, count, duration, integer, rate, shownPath } from '../../../../src/cli/texts/format.js';

test('a count has its noun in singular or plural', () => {
  expect([count(0, 'photo'), count(1, 'photo'), count(1234, 'photo')]).toEqual([
    '0 photos',
    '1 photo',
    '1,234 photos',
  ]);
  expect([count(1, 'try', 'tries'), count(2, 'try', 'tries')]).toEqual(['1 try', '2 tries']);
});

test('integers have a comma between thousands', () => {
  expect([0, 999, 1000, 123_456, 1_234_567, 1234.5].map(integer)).toEqual([
    '0',
    '999',
    '1,000',
    '123,456',
    '1,234,567',
    '1,235',
  ]);
});

test('a rate has three significant digits below 100 and none after the point above', () => {
  expect([0, 0.01234, 3.4249, 68.94, 99.9, 100, 1234.4].map(rate)).toEqual([
    '0.00',
    '0.0123',
    '3.42',
    '68.9',
    '99.9',
    '100',
    '1,234',
  ]);
});

test('a duration has two units from a minute on', () => {
  const durations: Array<[seconds: number, text: string]> = [
    [0, '0 s'],
    [5, '5 s'],
    [0.844, '0.84 s'],
    [12.34, '12.3 s'],
    [60, '1 min 00 s'],
    [245, '4 min 05 s'],
    [3599.6, '1 h 00 min'],
    [7620, '2 h 07 min'],
    [360_000, '100 h 00 min'],
  ];
  for (const [seconds, text] of durations) expect([seconds, duration(seconds)]).toEqual([seconds, text]);
});

test('sizes are by thousands', () => {
  expect([0, 1, 17.4, 999, 1200, 540e6, 3.05e9, 12_345e9].map(byteSize)).toEqual([
    '0 bytes',
    '1 byte',
    '17 bytes',
    '999 bytes',
    '1.20 kB',
    '540 MB',
    '3.05 GB',
    '12,345 GB',
  ]);
});

test('a path is shown as it is typed: relative below the working folder, absolute elsewhere', () => {
  expect(shownPath(path.resolve('photos/a.jpg'))).toBe('photos/a.jpg');
  expect(shownPath('/elsewhere/a.jpg')).toBe('/elsewhere/a.jpg');
  expect(shownPath(path.resolve('..', 'a.jpg'))).toBe(path.resolve('..', 'a.jpg'));
  expect(shownPath(process.cwd())).toBe(process.cwd());
});

test('a path cannot control the terminal', () => {
  expect(shownPath(path.resolve('a\u001b[2J\n.jpg'))).toBe('a\\u001b[2J\\u000a.jpg');
});
