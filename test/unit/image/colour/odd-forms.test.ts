// Rare forms of ordinary pictures: one bit, palettes, sides of one pixel, chunks that say how a PNG is to be shown.

import sharp from 'sharp';
import { expect, test } from 'vitest';
import {
  CHART,
  difference,
  middles,
  PATCHES,
  pixelsOf,
  sizeOf,
} from '../../../support/images/colour/chart.js';
import { pngFile } from '../../../support/images/colour/files.js';
import { pngChunk } from '../../../support/images/hostile-images.js';
import { renderOne } from '../../../support/images/render-one.js';
import { tiffFile, types } from '../../../support/images/tiff-files.js';
import { insideBox } from '../../../support/variants.js';

/** The thumbnail in RGBA. */
async function thumbnailOf(bytes: Buffer, side: number) {
  const { thumbnail } = await renderOne(bytes, {
    variant: insideBox(side),
    maxPixels: 1e6,
  });
  const image = sharp(thumbnail).toColourspace('srgb').ensureAlpha();
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { data, ...info };
}

const BLACK = [0, 0, 0, 255];
const WHITE = [255, 255, 255, 255];

/** The left half of 64 x 64 pixels has ones, the right half zeros. */
const HALVES = Buffer.from(Array.from({ length: 64 }, () => [255, 255, 255, 255, 0, 0, 0, 0]).flat());
/** Ones and zeros in turn, along rows and columns. */
const CHEQUERS = Buffer.from(
  Array.from({ length: 64 }, (_, row) => Array(8).fill(row % 2 ? 0x55 : 0xaa)).flat(),
);

/** What a one and a zero look like, by the form. */
const BITS: Readonly<
  Record<string, (data: Buffer) => readonly [file: Buffer, one: number[], zero: number[]]>
> = {
  PNG: (data) => [pngFile({ width: 64, height: 64, depth: 1, type: 'grey', data }), WHITE, BLACK],
  'TIFF, black is zero': (data) => [bilevelTiff(data, 1), WHITE, BLACK],
  'TIFF, white is zero': (data) => [bilevelTiff(data, 0), BLACK, WHITE],
  'palette PNG': (data) => {
    const chunks = [pngChunk('PLTE', Buffer.from([10, 20, 30, 250, 200, 100]))];
    const file = pngFile({ width: 64, height: 64, depth: 1, type: 'palette', data, chunks });
    return [file, [250, 200, 100, 255], [10, 20, 30, 255]];
  },
};

function bilevelTiff(data: Buffer, photometric: 0 | 1): Buffer {
  return tiffFile({ width: 64, height: 64, photometric, bits: [1], data: [data] });
}

for (const [form, make] of Object.entries(BITS))
  test(`one bit a pixel: ${form}`, async () => {
    const [halves, one, zero] = make(HALVES);
    for (const side of [64, 16]) {
      const { data, width } = await thumbnailOf(halves, side);
      const middle = 4 * width * (width >> 1);
      const [left, right] = [middle + 4 * (width >> 2), middle + 4 * ((3 * width) >> 2)];
      expect([...data.subarray(left, left + 4)]).toEqual(one);
      expect([...data.subarray(right, right + 4)]).toEqual(zero);
    }
    // Fine patterns become the colour between the two, not one of them.
    const { data } = await thumbnailOf(make(CHEQUERS)[0], 16);
    const mean = one.map((value, channel) => (value + (zero[channel] ?? 0)) / 2);
    for (let at = 0; at < data.length; at += 4)
      for (const [channel, value] of mean.entries())
        expect(Math.abs((data[at + channel] ?? 0) - value)).toBeLessThanOrEqual(8);
  });

for (const depth of [2, 4] as const)
  test(`PNG of ${depth} bits, grey and with a palette that has transparency`, async () => {
    const levels = 2 ** depth;
    // Each level is a column of 16 pixels.
    const side = 16 * levels;
    const packed = Buffer.alloc((side * side * depth) / 8);
    for (let y = 0; y < side; y += 1)
      for (let x = 0; x < side; x += 1) {
        const bit = (y * side + x) * depth;
        const level = x >> 4;
        packed[bit >> 3] = (packed[bit >> 3] ?? 0) | (level << (8 - depth - (bit & 7)));
      }
    const picture = { width: side, height: side, depth, data: packed };
    const colour = (level: number) => [255 - 10 * level, 100, 15 * level];
    const alpha = (level: number) => (level === 0 ? 0 : 255);
    const chunks = [
      pngChunk('PLTE', Buffer.from(Array.from({ length: levels }, (_, level) => colour(level)).flat())),
      pngChunk('tRNS', Buffer.from([0])),
    ];
    const grey = await thumbnailOf(pngFile({ ...picture, type: 'grey' }), side / 2);
    const palette = await thumbnailOf(pngFile({ ...picture, type: 'palette', chunks }), side / 2);
    for (let level = 0; level < levels; level += 1) {
      const at = 4 * (level * 8 + 4 + grey.width * 4);
      const shade = Math.round((level * 255) / (levels - 1));
      expect([...grey.data.subarray(at, at + 4)]).toEqual([shade, shade, shade, 255]);
      expect(palette.data[at + 3]).toBe(alpha(level));
      if (alpha(level) > 0) expect([...palette.data.subarray(at, at + 3)]).toEqual(colour(level));
    }
  });

const SIDES = [
  [1, 1],
  [1, 1000],
  [1000, 1],
  [3, 2000],
  [8000, 2],
] as const;

for (const [width, height] of SIDES)
  test(`${width} x ${height} pixels keep their colour and have at least one pixel a side`, async () => {
    const colour = { r: 200, g: 40, b: 90, alpha: 1 };
    const image = sharp({ create: { width, height, channels: 4, background: colour } });
    const files = {
      JPEG: await image.clone().removeAlpha().jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(),
      'JPEG of half the chroma': await image.clone().removeAlpha().jpeg({ quality: 95 }).toBuffer(),
      'progressive JPEG': await image
        .clone()
        .removeAlpha()
        .jpeg({ quality: 95, progressive: true })
        .toBuffer(),
      PNG: await image.clone().png().toBuffer(),
      TIFF: await image.clone().tiff().toBuffer(),
      WebP: await image.clone().webp({ lossless: true }).toBuffer(),
      GIF: await image.clone().gif().toBuffer(),
    };
    for (const [format, bytes] of Object.entries(files)) {
      const thumbnail = await thumbnailOf(bytes, 20);
      const scale = Math.min(1, 20 / Math.max(width, height));
      const wanted = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
      expect([thumbnail.width, thumbnail.height], format).toEqual(wanted);
      for (let at = 0; at < thumbnail.data.length; at += 4) {
        expect(difference([...thumbnail.data.subarray(at, at + 3)], [200, 40, 90]), format).toBeLessThan(3);
        expect(thumbnail.data[at + 3], format).toBe(255);
      }
    }
  });

test('a PNG that says that it is sRGB has the colours of one that says nothing', async () => {
  const chart = { patches: CHART, side: 16 };
  const picture = { ...sizeOf(chart), depth: 16, type: 'rgb', data: pixelsOf(chart, 16, 'BE') } as const;
  const gamma = Buffer.alloc(4);
  gamma.writeUInt32BE(45_455);
  const chunks = {
    gAMA: pngChunk('gAMA', gamma),
    sRGB: pngChunk('sRGB', Buffer.from([0])),
    // Primaries, curve, matrix and range of sRGB (ITU-T H.273).
    cICP: pngChunk('cICP', Buffer.from([1, 13, 0, 1])),
  };
  for (const [name, chunk] of Object.entries(chunks)) {
    const found = middles(await thumbnailOf(pngFile({ ...picture, chunks: [chunk] }), 48));
    for (const [index, colour] of found.entries())
      expect(difference(colour.slice(0, 3), PATCHES[index] ?? []), name).toBeLessThan(1);
  }
});

test('a TIFF with a palette has its colours', async () => {
  const [width, height] = [32, 32];
  const map = Array.from(
    { length: 768 },
    (_, at) => 257 * (at < 256 ? at : at < 512 ? 255 - (at - 256) : 77),
  );
  const file = tiffFile({
    width,
    height,
    photometric: 3,
    bits: [8],
    data: [Buffer.alloc(width * height, 200)],
    tags: [{ tag: 320, type: types.SHORT, values: map }],
  });
  const { data } = await thumbnailOf(file, 8);
  expect([...data.subarray(0, 4)]).toEqual([200, 55, 77, 255]);
});
