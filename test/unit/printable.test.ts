import { expect, test } from 'vitest';
import { jsonLine, printable } from '../../src/printable.js';

test('text without controls is returned unchanged, in any script', () => {
  for (const text of ['IMG_1.jpg', 'Été à Ålesund', '写真', 'عربي', '👩‍👧 "\'`$&<>|\\'])
    expect(printable(text)).toBe(text);
});

test('controls, separators, direction marks and unpaired surrogates are escaped', () => {
  expect(printable('a\n\u001b[31m\u007f\u0085\u009b\u2028\u202e\u2066\ufeff\ud800b')).toBe(
    'a\\u000a\\u001b[31m\\u007f\\u0085\\u009b\\u2028\\u202e\\u2066\\ufeff\\ud800b',
  );
});

test('a byte of a path that is not UTF-8 is U+FFFD', () => {
  expect(printable('caf\udce9 📷')).toBe('caf\ufffd 📷');
});

test('escaping twice gives the same text as escaping once', () => {
  const once = printable('\u001b]0;title\u0007');
  expect(printable(once)).toBe(once);
});

test('a JSON line has no controls and is parsed as the same value', () => {
  const value = { name: 'a\n\u001b\u009b\u202e\u2028\\u001b"' };
  expect(printable(jsonLine(value))).toBe(jsonLine(value));
  expect(JSON.parse(jsonLine(value))).toEqual(value);
});
