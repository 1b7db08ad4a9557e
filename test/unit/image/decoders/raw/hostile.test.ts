// Hostile RAW files: a bounded number of reads of bounded sizes, none outside the file, and the same answer from parts as from the whole.

import { expect, test } from 'vitest';
import { KeptParts, readInParts } from '../../../../../src/image/decoders/raw/parts.js';
import { previewOf } from '../../../../../src/image/decoders/raw/preview.js';
import { endlessPreview, giantPreview, hostileRaws } from '../../../../support/images/raw/hostile.js';
import { locatedIn, readingOf, variant } from '../../../../support/images/raw/readings.js';
import { requestFor } from '../../../../support/variants.js';

for (const [name, { bytes, hasPreview }] of Object.entries(await hostileRaws()))
  test(`${name}: ${hasPreview ? 'its preview' : 'no preview'}, with few reads, all in the file`, async () => {
    const { outcome, reads, bytesRead } = await readingOf(bytes);
    expect(outcome).toBe(hasPreview ? 'preview' : 'UNSUPPORTED');
    expect(reads).toBeLessThan(120);
    expect(bytesRead).toBeLessThan(1_000_000);
  });

test('a preview is found whatever number of pixels it claims: the limits decide', async () => {
  const bytes = await giantPreview();
  expect(previewOf(bytes, requestFor(variant)).size).toEqual({ width: 65_535, height: 65_535 });
});

test('of a preview whose length is a lie, no more is read than a JPEG of so many pixels can have', async () => {
  const { bytes, jpeg } = await endlessPreview();
  const read = previewOf(bytes, requestFor(variant));
  expect(read.jpeg.includes(jpeg.subarray(-1000))).toBe(true);
  expect(read.jpeg.length).toBeLessThan(bytes.length / 2);
  const { preview } = await readingOf(bytes);
  expect(preview?.jpeg.equals(read.jpeg)).toBe(true);
});

test('a reader gets nothing outside the file, at most 16 KiB at once, and nothing after 512 parts', async () => {
  const bytes = Buffer.alloc(40_000, 1);
  const file = new KeptParts({
    size: bytes.length,
    read: async (at, length) => bytes.subarray(at, at + length),
  });
  const lengthOf = (offset: number, length: number, times = 1) =>
    readInParts(
      (function* () {
        let last = 0;
        for (let time = 0; time < times; time += 1) last = (yield { offset, length }).length;
        return last;
      })(),
      file,
    );
  expect(await lengthOf(0, 100)).toBe(100);
  expect(await lengthOf(39_990, 100)).toBe(10);
  expect(await lengthOf(0, 1e9)).toBe(16_384);
  for (const offset of [-1, 40_000, 2 ** 53, Number.NaN, 0.5, Number.POSITIVE_INFINITY])
    expect(await lengthOf(offset, 100), String(offset)).toBe(0);
  expect(await lengthOf(0, -1)).toBe(0);
  expect(await lengthOf(0, 100, 512)).toBe(100);
  expect(await lengthOf(0, 100, 513)).toBe(0);
});

test('what is wrong with reading is no verdict', async () => {
  const broken = { size: 1000, read: () => Promise.reject(new TypeError('broken')) };
  await expect(locatedIn(broken, variant)).rejects.toThrow('broken');
});
