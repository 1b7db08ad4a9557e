// Damaged JPEGs through our own reader and the reference: some hundred by chance, and some at places that matter. The soak tests do it
// with thousands, and ask libvips, too.

import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { Declined } from '../../../../../src/image/decoders/declined.js';
import { damagedJpeg, imagesToDamage } from '../../../../support/images/jpeg/damaged/damaged-jpegs.js';
import { codedBytes, dataOfScan, placeOf } from '../../../../support/images/jpeg/damaged/data-damages.js';
import { noise } from '../../../../support/images/jpeg/patterns.js';
import {
  compareWithReference,
  readByOwn,
  SHRINKS,
} from '../../../../support/images/jpeg/reference/comparison.js';
import { Tally } from '../../../../support/images/jpeg/reference/tally.js';
import { pieceOf } from '../../../../support/images/jpeg/surgery.js';
import { watch } from '../../../../support/images/jpeg/watchdog.js';

const COUNT = 400;
const SOS = 0xda;
const DQT = 0xdb;

/** Compares an image at each size. Returns the differences. */
function compareAll(bytes: Buffer, about: string, kind: string, tally: Tally): string[] {
  return SHRINKS.flatMap((shrink) => {
    const { verdict, difference } = compareWithReference(readByOwn(bytes, shrink), bytes, shrink);
    tally.count(kind, verdict);
    return difference === undefined ? [] : [`${about} at 1/${shrink}: ${difference}`];
  });
}

test(`${COUNT} damaged JPEGs are read or declined as by the reference, with the same samples`, async () => {
  const images = await imagesToDamage();
  const tally = new Tally();
  const differences: string[] = [];
  const watchdog = watch();
  onTestFinished(watchdog.stop);
  for (let number = 0; number < COUNT; number += 1) {
    watchdog.step(number);
    const { name, damage, bytes, isLarge } = damagedJpeg(images, number, 1);
    const about = `${number} (${name}: ${damage})`;
    differences.push(...compareAll(bytes, about, isLarge ? 'large' : 'small', tally));
  }
  expect(differences).toEqual([]);
  expect([tally.hasBoth('large'), tally.hasBoth('small')], `${tally}`).toEqual([true, true]);
});

/** Changes of one byte of data. */
const CHANGES: Readonly<Record<string, (byte: number) => number[]>> = {
  'a bit': (byte) => [byte ^ 0x10],
  'the lowest bit': (byte) => [byte ^ 1],
  'a byte dropped': () => [],
  'a byte inserted': (byte) => [0x5a, byte],
};

test('damage just before and after each quarter of the data is found, or leads to the same samples', async () => {
  const images = await imagesToDamage();
  const tally = new Tally();
  const differences: string[] = [];
  for (const { name, bytes } of images.filter(
    ({ isLarge, bytes: { length } }) => isLarge && length < 60_000,
  )) {
    const data = dataOfScan(bytes, pieceOf(bytes, SOS));
    for (const quarter of [1, 2, 3])
      for (const offset of [-2, -1, 0, 1]) {
        const at = placeOf(bytes, data, Math.floor((codedBytes(bytes, data) * quarter) / 4) + offset);
        for (const [change, changed] of Object.entries(CHANGES)) {
          const by = Buffer.from(changed(bytes[at] ?? 0));
          const damaged = Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + 1)]);
          const about = `${name}: ${change}, at quarter ${quarter} ${offset}`;
          differences.push(...compareAll(damaged, about, change, tally));
        }
      }
  }
  expect(differences).toEqual([]);
  expect(tally.hasBoth('a bit'), `${tally}`).toBe(true);
});

test('a DC out of range is found anywhere in the data, and nothing else is', async () => {
  const size = { width: 808, height: 600 };
  const middle = noise(size, 60);
  /** The picture with a black or white spot at a place from 0 to 1, and a larger quantisation of DC than it was coded with. */
  const withSpot = async (place: number | undefined, sample: number) => {
    const data = Uint8Array.from(middle.data);
    const top = Math.floor((place ?? 0) * (size.height - 24));
    for (let y = top; place !== undefined && y < top + 24; y += 1)
      data.fill(sample, 3 * (y * size.width + 400), 3 * (y * size.width + 424));
    const jpeg = await sharp(data, { raw: { ...size, channels: 3 } })
      .jpeg({ quality: 95 })
      .toBuffer();
    const { start } = pieceOf(jpeg, DQT);
    jpeg[start + 5] = 4 * (jpeg[start + 5] ?? 0);
    return jpeg;
  };
  const tally = new Tally();
  for (const place of [undefined, 0, 0.2, 0.3, 0.49, 0.51, 0.7, 0.8, 1])
    for (const sample of [0, 255]) {
      const bytes = await withSpot(place, sample);
      expect(compareAll(bytes, `${place} ${sample}`, 'spot', tally)).toEqual([]);
      expect(readByOwn(bytes, 8) instanceof Declined, `${place} ${sample}`).toBe(place !== undefined);
    }
});
