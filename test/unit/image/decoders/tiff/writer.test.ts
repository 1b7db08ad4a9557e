// TIFFs of our own, as sharp reads them.

import sharp from 'sharp';
import { expect, test } from 'vitest';
import { encodeTiff, type Picture } from '../../../../../src/image/decoders/tiff/writer.js';

/** The bytes of a profile that sharp has built in. */
async function p3(): Promise<Buffer> {
  const create = { width: 1, height: 1, channels: 3, background: '#000' } as const;
  const { icc } = await sharp(await sharp({ create }).withIccProfile('p3').png().toBuffer()).metadata();
  if (icc === undefined) throw new Error('Expected sharp to write a profile');
  return icc;
}

function picture(width: number, height: number, channels: 1 | 3): Picture {
  const data = Uint8Array.from({ length: width * height * channels }, (_, at) => (at * 37) & 255);
  return { data, width, height, channels, orientation: 1, profile: undefined };
}

/** With odd numbers of bytes, too, before fields that should be at even places. */
const SIZES = [
  [1, 1],
  [3, 5],
  [16, 9],
  [401, 3],
] as const;

for (const channels of [1, 3] as const)
  test(`${channels === 1 ? 'grey' : 'RGB'}: sharp reads the samples that were written, without a warning`, async () => {
    for (const [width, height] of SIZES) {
      const written = picture(width, height, channels);
      const image = sharp(encodeTiff(written), { failOn: 'warning' });
      const warnings: string[] = [];
      image.on('warning', (words: string) => warnings.push(words));
      expect(await image.metadata()).toMatchObject({
        format: 'tiff',
        width,
        height,
        channels,
        space: channels === 1 ? 'b-w' : 'srgb',
        depth: 'uchar',
      });
      const { data, info } = await image
        .toColourspace(channels === 1 ? 'b-w' : 'srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(info.channels).toBe(channels);
      expect(data.equals(written.data)).toBe(true);
      expect(warnings).toEqual([]);
    }
  });

test('sharp rotates by the orientation', async () => {
  const widths: number[] = [];
  for (let orientation = 1; orientation <= 8; orientation += 1) {
    const file = encodeTiff({ ...picture(16, 9, 3), orientation });
    expect((await sharp(file).metadata()).orientation).toBe(orientation);
    const { info } = await sharp(file).autoOrient().raw().toBuffer({ resolveWithObject: true });
    widths.push(info.width);
  }
  expect(widths).toEqual([16, 16, 16, 16, 9, 9, 9, 9]);
});

test('the colour profile is the given one, and sharp converts by it', async () => {
  const profile = await p3();
  for (const [width, height] of SIZES)
    for (const channels of [1, 3] as const) {
      const { icc } = await sharp(encodeTiff({ ...picture(width, height, channels), profile })).metadata();
      expect(icc?.equals(profile)).toBe(true);
    }
  // Saturated green of P3 is beyond that of sRGB.
  const green = { ...picture(1, 1, 3), data: Buffer.from([60, 230, 60]) };
  const colourOf = (file: Buffer) => sharp(file).toColourspace('srgb').raw().toBuffer();
  expect([...(await colourOf(encodeTiff(green)))]).toEqual([60, 230, 60]);
  expect([...(await colourOf(encodeTiff({ ...green, profile })))][0]).toBeLessThan(30);
});

test('without a profile the file has none', async () => {
  expect((await sharp(encodeTiff(picture(3, 5, 3))).metadata()).icc).toBeUndefined();
});
