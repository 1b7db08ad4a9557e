import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { distance, pixelDifference, reduced, turned } from '../../../../scripts/check-formats/pixels.js';
import { sampleImages } from '../../../support/paths.js';

const upright = path.join(sampleImages, 'orientation-1.jpg');

for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8])
  test(`orientation ${orientation} is turned upright as sharp turns it`, async () => {
    const stored = {
      data: Buffer.from(Array.from({ length: 18 }, (_, index) => index)),
      width: 3,
      height: 2,
    };
    const image = sharp(stored.data, { raw: { width: 3, height: 2, channels: 3 } });
    const tagged = await image.withMetadata({ orientation }).tiff({ compression: 'lzw' }).toBuffer();
    const { data, info } = await sharp(tagged).autoOrient().raw().toBuffer({ resolveWithObject: true });
    expect(turned(stored, orientation)).toEqual({ data, width: info.width, height: info.height });
  });

test('a picture that is stored turned is compared upright', async () => {
  const expected = await reduced(upright, 1, 90, 60);
  for (const orientation of [2, 3, 4, 5, 6, 7, 8]) {
    const found = await reduced(
      path.join(sampleImages, `orientation-${orientation}.jpg`),
      orientation,
      90,
      60,
    );
    expect(distance(found, expected).psnr).toBeGreaterThan(30);
  }
});

test('a thumbnail that is not upright is a difference of the orientation, and one of another picture of the pixels', async () => {
  const { width, height } = await sharp(fs.readFileSync(upright)).metadata();
  const right = await reduced(upright, 1, width, height);
  expect(await pixelDifference(upright, right)).toBeUndefined();
  expect(await pixelDifference(upright, turned(right, 3))).toEqual({
    what: 'orientation',
    ours: 'would fit after a turn as by EXIF orientation 3',
  });
  const other = await reduced(path.join(sampleImages, 'dunes.jpg'), 1, width, height);
  expect((await pixelDifference(upright, other))?.what).toBe('pixels');
});
