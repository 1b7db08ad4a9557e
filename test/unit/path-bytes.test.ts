import path from 'node:path';
import { expect, test } from 'vitest';
import { bytesOf, eventPath, pathOf, shown, systemPath } from '../../src/path-bytes.js';

/** Bytes, and the path that they are in the program. */
const paths: ReadonlyArray<readonly [what: string, bytes: string, path: string]> = [
  ['Latin-1', '636166e9', 'caf\udce9'],
  ['Shift-JIS', '8eca905e2e6a7067', '\udc8e\u0290^.jpg'],
  ['a byte after a character of four bytes', 'f09f9880f0', '😀\udcf0'],
  ['a byte before one', '80f09f9880', '\udc80😀'],
  ['half a character', 'e38182e381', 'あ\udce3\udc81'],
  ['too long an encoding', 'c0af', '\udcc0\udcaf'],
  ['a surrogate in UTF-8', 'eda080', '\udced\udca0\udc80'],
  ['beyond Unicode', 'f4908080', '\udcf4\udc90\udc80\udc80'],
  ['U+FFFD itself', 'efbfbd', '\ufffd'],
  ['UTF-8', 'c3a9f09f93b7', 'é📷'],
];

test.each(paths)('%s: the bytes %s are the path %j, and back', (_, hex, name) => {
  const bytes = Buffer.from(hex, 'hex');
  expect(pathOf(bytes)).toBe(name);
  expect(bytesOf(name)).toEqual(bytes);
  expect(Buffer.from(systemPath(name))).toEqual(bytes);
  expect(JSON.parse(JSON.stringify(name))).toBe(name);
});

test('a path in UTF-8 goes to the file system as text, with any character', () => {
  // The second half of some characters is one of the surrogates that stand for bytes.
  for (const name of ['a.jpg', 'été', '📷.jpg', '\ufffd', '']) expect(systemPath(name)).toBe(name);
});

test('any bytes come back from their path, and other bytes are another path', () => {
  const seen = new Map<string, string>();
  for (let first = 0x80; first < 0x100; first += 1) {
    for (let second = 0x2e; second < 0x100; second += 1) {
      const bytes = Buffer.from([first, second, 0xe9]);
      const name = pathOf(bytes);
      expect(bytesOf(path.join('/a/..', name))).toEqual(Buffer.concat([Buffer.from('/'), bytes]));
      expect(seen.get(name)).toBeUndefined();
      seen.set(name, bytes.toString('hex'));
    }
  }
});

test('an event has the path as it is shown, and its bytes only if they are not UTF-8', () => {
  expect(shown('caf\udce9/📷')).toBe('caf\ufffd/📷');
  expect(eventPath('/caf\udce9')).toEqual({ path: '/caf\ufffd', pathBase64: 'L2NhZuk=' });
  expect(eventPath('/caf\ufffd')).toEqual({ path: '/caf\ufffd' });
});
