import { expect, test } from 'vitest';
import { decodeName, encodeName } from '../../../../src/producer/selection/glob-names.js';

test('an encoded name has no line terminator, and decodes to the name', () => {
  const names = [
    '\n',
    'a\nb\r.jpg',
    '\u2028\u2029',
    '\ufdd0',
    '\ufdd4\n\ufdd4',
    '\ufdd4\ufdd0\ufdd1',
    'a/\n/b',
  ];
  for (const name of names) {
    expect(encodeName(name)).not.toMatch(/[\n\r\u2028\u2029]/);
    expect(decodeName(encodeName(name))).toBe(name);
  }
});

test('different names stay different', () => {
  const characters = ['\n', '\r', '\u2028', '\u2029', '\ufdd0', '\ufdd1', '\ufdd2', '\ufdd3', '\ufdd4', 'a'];
  const names = characters.flatMap((one) => [one, ...characters.map((other) => one + other)]);
  expect(new Set(names.map(encodeName)).size).toBe(names.length);
});

test('a name without such characters is not changed', () => {
  for (const name of ['photo.jpg', 'Å 😀.jpg', 'c1\u009b.jpg', '\ufdcf\ufdd5'])
    expect(encodeName(name)).toBe(name);
});
