// When a photo was taken, as `renderThumbnails` and `takenAtOf` say it, in each format that can.

import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { takenAtOf } from '../../../src/image/render.js';
import { defaultDecoding } from '../../../src/options/options.js';
import { datedExif } from '../../support/images/exif-structure.js';
import { gif } from '../../support/images/hostile-images.js';
import { withBefore } from '../../support/images/jpeg/surgery.js';
import { renderOne } from '../../support/images/render-one.js';
import {
  jpegWithExif,
  pngWithExif,
  pngWithLateExif,
  tiffWithTexts,
  webpWithExif,
} from '../../support/images/with-exif.js';
import { insideBox } from '../../support/variants.js';

const [width, height] = [400, 200];
const DATE = '2024:05:01 12:30:05';
const TAKEN_AT = '2024-05-01T12:30:05+02:00';
const exif = datedExif(DATE, '+02:00');
const options = { variant: insideBox(20), maxPixels: 1e8 } as const;

function plain(): Sharp {
  return sharp({ create: { width, height, channels: 3, background: 'teal' } });
}

/** By the file, and by its thumbnail. */
async function takenAts(file: Buffer): Promise<Array<string | null>> {
  return [await takenAtOf(file, defaultDecoding), (await renderOne(file, options)).takenAt];
}

test('a JPEG says it, whichever reader reads it', async () => {
  const jpeg = await plain().jpeg().toBuffer();
  expect(await takenAts(jpegWithExif(jpeg, exif))).toEqual([TAKEN_AT, TAKEN_AT]);
  // CMYK, and bytes between two segments, are left to libvips.
  const cmyk = await plain().toColourspace('cmyk').jpeg().toBuffer();
  expect(await takenAts(jpegWithExif(cmyk, exif))).toEqual([TAKEN_AT, TAKEN_AT]);
  const dated = jpegWithExif(jpeg, exif);
  const stray = withBefore(dated, 0xc0, Buffer.alloc(3));
  expect(await takenAts(stray)).toEqual([TAKEN_AT, TAKEN_AT]);
  const byLibvips = await renderOne(dated, {
    ...options,
    decoding: { ...defaultDecoding, jpegReader: 'libvips' },
  });
  expect(byLibvips.takenAt).toBe(TAKEN_AT);
});

test('a PNG says it before its pixels; behind them no reader looks', async () => {
  const png = await plain().png().toBuffer();
  expect(await takenAts(pngWithExif(png, exif))).toEqual([TAKEN_AT, TAKEN_AT]);
  expect(await takenAts(pngWithLateExif(png, exif))).toEqual([null, null]);
});

test('a WebP says it, with and without the name of the segment', async () => {
  const pixels = await plain().png().toBuffer();
  expect(await takenAts(await webpWithExif(pixels, exif))).toEqual([TAKEN_AT, TAKEN_AT]);
  const named = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exif]);
  expect(await takenAts(await webpWithExif(pixels, named))).toEqual([TAKEN_AT, TAKEN_AT]);
});

test('a TIFF says it', async () => {
  const { data } = await plain().raw().toBuffer({ resolveWithObject: true });
  const date = { pointer: 0x8769, tag: 0x9003, text: DATE };
  const file = tiffWithTexts(data, width, height, [date]);
  expect(await takenAts(file)).toEqual(['2024-05-01T12:30:05', '2024-05-01T12:30:05']);
});

test('an AVIF says it', async () => {
  const tags = { DateTimeOriginal: DATE, OffsetTimeOriginal: '+02:00' };
  const file = await plain().withExif({ IFD2: tags }).avif({ effort: 0 }).toBuffer();
  expect(await takenAts(file)).toEqual([TAKEN_AT, TAKEN_AT]);
});

test('null stands for a photo that does not say it', async () => {
  for (const file of [
    await plain().jpeg().toBuffer(),
    await plain().png().toBuffer(),
    await plain().webp().toBuffer(),
    await plain().tiff().toBuffer(),
    await plain().avif({ effort: 0 }).toBuffer(),
    gif(width, height, 1),
    jpegWithExif(await plain().jpeg().toBuffer(), datedExif('0000:00:00 00:00:00')),
  ])
    expect(await takenAts(file)).toEqual([null, null]);
});

test('a file that cannot be read does not say it, and is no fault', async () => {
  const png = await plain().png().toBuffer();
  for (const file of [
    Buffer.alloc(0),
    Buffer.from('text'),
    png.subarray(0, 20),
    Buffer.from('ffd8ffe1', 'hex'),
  ])
    expect(await takenAtOf(file, defaultDecoding)).toBeNull();
});
