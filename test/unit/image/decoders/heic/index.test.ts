// What the HEIC decoder says of itself, without libheif-js being loaded.

import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { heic } from '../../../../../src/image/decoders/heic/index.js';
import { readHead } from '../../../../../src/image/decoders/recognition.js';
import { defaultDecoding } from '../../../../../src/options/options.js';

function ftyp(...brands: readonly string[]): Buffer {
  const [major = '', ...compatible] = brands;
  const bytes = Buffer.from(`\0\0\0\0ftyp${major}\0\0\0\0${compatible.join('')}`, 'latin1');
  bytes.writeUInt32BE(bytes.length, 0);
  return bytes;
}

test.each([
  ['heic', true],
  ['heix', true],
  ['heim', true],
  ['heis', true],
  ['hevc', true],
  ['hevx', true],
  ['mif1 heic', true],
  ['mif1 miaf', true],
  ['msf1', true],
  ['miaf', true],
  ['isom heic', true],
  ['mif1 avif', false],
  ['heic avif', false],
  ['msf1 avis', false],
  ['crx  heic', false],
  ['isom mif1', false],
  ['qt  ', false],
])('a file of the brands %s: %s', (brands, isHeic) => {
  const names =
    brands === 'qt  '
      ? [brands]
      : brands
          .replace('crx ', 'crx_')
          .split(' ')
          .map((name) => name.replace('_', ' '));
  expect(heic.recognizes(readHead(ftyp(...names)))).toBe(isHeic);
});

test('its digest has the version of libheif-js, and whether the full picture is asked for', () => {
  const { version } = createRequire(import.meta.url)('libheif-js/package.json');
  expect(heic.versions?.()).toEqual({ reader: 1, 'libheif-js': version });
  expect(heic.heeds?.(defaultDecoding)).toEqual({});
  expect(heic.heeds?.({ ...defaultDecoding, embedded: 'always' })).toEqual({});
  expect(heic.heeds?.({ ...defaultDecoding, embedded: 'never' })).toEqual({ embedded: 'never' });
});

test('it lacks nothing where libheif-js is installed, and that does not load it', () => {
  // Other tests of this process may have loaded it; the cache is that of all of them.
  const { cache } = createRequire(import.meta.url);
  for (const file of Object.keys(cache)) if (file.includes('libheif-wasm')) delete cache[file];
  expect(heic.lacks?.(defaultDecoding)).toBeUndefined();
  expect(Object.keys(cache).filter((file) => file.includes('libheif-wasm'))).toEqual([]);
});
