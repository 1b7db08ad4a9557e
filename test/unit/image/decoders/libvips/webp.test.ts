// WebPs that libwebp shrinks to twice the size of their thumbnails, and those that are read whole.

import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { exifStructure } from '../../../../support/images/exif-structure.js';
import { type RenderedOne, renderOne } from '../../../../support/images/render-one.js';
import { webpWithExif } from '../../../../support/images/with-exif.js';
import { insideBox } from '../../../../support/variants.js';

function thumbnailOf(bytes: Buffer, width: number, height: number = width): Promise<RenderedOne> {
  return renderOne(bytes, { variant: insideBox(width, height), maxPixels: 1e7 });
}

/** Four coloured quarters, the lower right one transparent. */
function quarters(width: number, height: number): Sharp {
  const data = Buffer.alloc(width * height * 4, 255);
  for (let at = 0; at < width * height; at += 1) {
    const isRight = at % width >= width / 2;
    const isLower = at >= (width * height) / 2;
    data.set([isRight ? 250 : 20, isLower ? 220 : 40, 130, isRight && isLower ? 0 : 255], 4 * at);
  }
  return sharp(data, { raw: { width, height, channels: 4 } });
}

async function pixels(bytes: Buffer) {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return { data, channels: info.channels, width: info.width };
}

/** The largest difference of two pictures of the same size. */
async function largestDifference(one: Buffer, other: Buffer): Promise<number> {
  const [left, right] = [await pixels(one), await pixels(other)];
  expect([left.width, left.channels]).toEqual([right.width, right.channels]);
  // The colour of a transparent pixel does not show.
  const hasAlpha = left.channels === 4;
  const differences = left.data.map((value, at) => {
    const isHidden = hasAlpha && at % 4 !== 3 && left.data[at - (at % 4) + 3] === 0;
    return isHidden ? 0 : Math.abs(value - (right.data[at] ?? Number.NaN));
  });
  return differences.reduce((most, value) => Math.max(most, value), 0);
}

test('thumbnails have the size that those of a PNG have, for every shape', async () => {
  for (const width of [1, 7, 333, 640, 1001, 1999])
    for (const height of [1, 9, 67, 133, 641]) {
      const image = quarters(width, height);
      const [webp, png] = [await image.webp({ effort: 0 }).toBuffer(), await image.png().toBuffer()];
      for (const [boxWidth, boxHeight] of [
        [33, 33],
        [64, 20],
        [17, 90],
      ] as const) {
        const [found, expected] = [
          await thumbnailOf(webp, boxWidth, boxHeight),
          await thumbnailOf(png, boxWidth, boxHeight),
        ];
        expect(
          [found.width, found.height, found.sourceWidth, found.sourceHeight],
          `${width} x ${height}`,
        ).toEqual([expected.width, expected.height, width, height]);
      }
    }
});

test('lossless ones keep colours and alpha at each reduction, turned ones too', async () => {
  const image = quarters(640, 480);
  for (const orientation of [1, 6]) {
    const exif = exifStructure({ first: [{ tag: 0x0112, value: [orientation] }] });
    const webp = await webpWithExif(await image.webp({ lossless: true, effort: 0 }).toBuffer(), exif);
    const png = await image.withMetadata({ orientation }).png().toBuffer();
    for (const side of [640, 320, 160, 80, 20])
      expect(
        await largestDifference(
          (await thumbnailOf(webp, side)).thumbnail,
          (await thumbnailOf(png, side)).thumbnail,
        ),
        `${side} pixels, orientation ${orientation}`,
      ).toBeLessThanOrEqual(40);
  }
});

test('an animated one is its first frame', async () => {
  const [width, height] = [400, 300];
  const frame = (background: string) =>
    sharp({ create: { width, height, channels: 3, background } })
      .png()
      .toBuffer();
  const frames = [await frame('red'), await frame('blue')];
  const webp = await sharp(frames, { join: { animated: true } })
    .webp({ lossless: true, loop: 0 })
    .toBuffer();
  expect((await sharp(webp).metadata()).pages).toBe(2);
  const red = await frame('red');
  for (const side of [400, 40]) {
    const found = await thumbnailOf(webp, side);
    expect(found).toMatchObject({ width: side, sourceHeight: height });
    const wanted = (await thumbnailOf(red, side)).thumbnail;
    const opaque = await sharp(found.thumbnail).removeAlpha().png().toBuffer();
    expect(await largestDifference(opaque, await sharp(wanted).removeAlpha().png().toBuffer())).toBe(0);
  }
});

test('a truncated one is corrupt, shrunk or whole', async () => {
  const webp = await quarters(640, 480).webp({ effort: 0 }).toBuffer();
  const half = webp.subarray(0, webp.length / 2);
  for (const side of [640, 40])
    await expect(thumbnailOf(half, side)).rejects.toMatchObject({ code: 'CORRUPT' });
});
