// Raw samples are made upright and smaller as libvips does it with a file: thumbnails have the same bytes on both ways.

import { expect, test } from 'vitest';
import { mulberry32 } from '../../../scripts/painting/noise.js';
import { imageOf } from '../../../src/image/decoders/picture.js';
import { SharpImage } from '../../../src/image/decoders/sharp-image.js';
import { encodeTiff } from '../../../src/image/decoders/tiff/writer.js';
import { png } from '../../../src/image/encoders/png.js';
// It allows libvips' loader for TIFF.
import '../../../src/image/render.js';
import { resizeUpright } from '../../../src/image/resize.js';
import { insideBox } from '../../support/variants.js';

const SIZE = { width: 149, height: 86 };
/** Its box limits the width of an image that lies and the height of one that stands. */
const VARIANT = insideBox(50, 41);

/** Noise: each pixel differs from its neighbours. */
function samples(channels: number): Uint8Array {
  const random = mulberry32(channels);
  return Uint8Array.from({ length: SIZE.width * SIZE.height * channels }, () => random() * 256);
}

async function thumbnailOf(image: SharpImage, variant = VARIANT): Promise<Buffer> {
  const resized = resizeUpright(image, { variant, isUpright: false, fastShrinkOnLoad: false });
  return png.normalize(await png.configure(resized.toColourspace('srgb'), variant.encoding).toBuffer());
}

for (const channels of [1, 2, 3, 4] as const)
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8])
    test(`raw samples of ${channels} channels, orientation ${orientation}: the bytes of a TIFF's thumbnail`, async () => {
      const picture = { ...SIZE, channels, orientation, profile: undefined, data: samples(channels) };
      const expected = await thumbnailOf(new SharpImage(encodeTiff(picture)));

      const raw = imageOf(picture);
      expect(raw.orientation).toBe(orientation);
      const found = await thumbnailOf(raw);

      expect(found.equals(expected)).toBe(true);
      const [width, height] = orientation >= 5 ? [24, 41] : [50, 29];
      expect(png.readSize(found)).toEqual({ width, height });
    });

test('raw samples may be overwritten once sharp has them', async () => {
  const picture = { ...SIZE, channels: 3, orientation: 1, profile: undefined, data: samples(3) } as const;
  const expected = await thumbnailOf(imageOf(picture));
  const image = imageOf(picture);
  picture.data.fill(0);

  expect((await thumbnailOf(image)).equals(expected)).toBe(true);
});

test('an image that fits the box is turned and not enlarged', async () => {
  const picture = { ...SIZE, channels: 3, orientation: 6, profile: undefined, data: samples(3) } as const;
  const found = await thumbnailOf(imageOf(picture), insideBox(90, 150));

  expect(png.readSize(found)).toEqual({ width: SIZE.height, height: SIZE.width });
});
