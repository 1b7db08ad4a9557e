// TIFFs of CIELAB colours, in the forms that such files have. Their colours are held in test/unit/image/colour/patches.test.ts.

import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { type RenderOneOptions, renderOne } from '../../../../support/images/render-one.js';
import { type Tag, type TiffFile, tiffFile, types } from '../../../../support/images/tiff-files.js';
import { insideBox } from '../../../../support/variants.js';

const [WIDTH, HEIGHT] = [60, 40];
const SIZE = { width: WIDTH, height: HEIGHT, photometric: 8 };

/** L*, a* and b*. */
type Lab = readonly [number, number, number];
const RED: Lab = [54, 80, 69];
const GREY: Lab = [50, 0, 0];
const WHITE: Lab = [100, 0, 0];

/** Signed samples of 8 bits, and further samples as they are. */
function samplesOf(colourAt: (x: number, y: number) => Lab, ...further: readonly number[]): Buffer {
  const pixels = Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
    const [lightness, a, b] = colourAt(at % WIDTH, Math.floor(at / WIDTH));
    return [Math.round(lightness * 2.55), a & 255, b & 255, ...further];
  });
  return Buffer.from(pixels.flat());
}

async function render(bytes: Buffer, side: number, options: Partial<RenderOneOptions> = {}) {
  const variant = insideBox(side);
  const rendered = await renderOne(bytes, { variant, maxPixels: 10_000, ...options });
  const image = sharp(rendered.thumbnail).toColourspace('srgb');
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [
    ...data.subarray((y * info.width + x) * info.channels, (y * info.width + x + 1) * info.channels),
  ];
  return { ...rendered, at };
}

const corner = (x: number, y: number) => (x < WIDTH / 2 && y < HEIGHT / 2 ? RED : WHITE);
const plain: TiffFile = { ...SIZE, data: [samplesOf(corner)] };

/** Little-endian as made; the directory and its values in the other byte order. */
function bigEndian(): Buffer {
  const entries: ReadonlyArray<readonly [tag: number, type: number, count: number, value: number]> = [
    [256, types.LONG, 1, WIDTH],
    [257, types.LONG, 1, HEIGHT],
    [258, types.SHORT, 3, 0],
    [259, types.SHORT, 1, 1],
    [262, types.SHORT, 1, 8],
    [273, types.LONG, 1, 8],
    [277, types.SHORT, 1, 3],
    [278, types.LONG, 1, HEIGHT],
    [279, types.LONG, 1, WIDTH * HEIGHT * 3],
  ];
  const data = samplesOf(corner);
  const table = Buffer.alloc(2 + 12 * entries.length + 4 + 6);
  const bitsAt = 2 + 12 * entries.length + 4;
  table.writeUInt16BE(entries.length);
  for (const [index, [tag, type, count, value]] of entries.entries()) {
    const at = 2 + 12 * index;
    table.writeUInt16BE(tag, at);
    table.writeUInt16BE(type, at + 2);
    table.writeUInt32BE(count, at + 4);
    if (tag === 258) table.writeUInt32BE(8 + data.length + bitsAt, at + 8);
    else if (type === types.SHORT) table.writeUInt16BE(value, at + 8);
    else table.writeUInt32BE(value, at + 8);
  }
  for (const index of [0, 1, 2]) table.writeUInt16BE(8, bitsAt + 2 * index);
  const header = Buffer.from('MM\0*\0\0\0\0', 'latin1');
  header.writeUInt32BE(8 + data.length, 4);
  return Buffer.concat([header, data, table]);
}

const half = (data: Buffer, part: 0 | 1) =>
  data.subarray((part * data.length) / 2, ((part + 1) * data.length) / 2);
const planes = [0, 1, 2].map((sample) => samplesOf(corner).filter((_, at) => at % 3 === sample));

const FORMS: Readonly<Record<string, Buffer>> = {
  uncompressed: tiffFile(plain),
  'big-endian': bigEndian(),
  deflated: tiffFile({ ...plain, compression: 8, data: [deflateSync(samplesOf(corner))] }),
  'in two strips': tiffFile({
    ...plain,
    rowsPerStrip: HEIGHT / 2,
    data: [half(samplesOf(corner), 0), half(samplesOf(corner), 1)],
  }),
  'in separate planes': tiffFile({ ...plain, planar: 2, data: planes.map((plane) => Buffer.from(plane)) }),
};

for (const [name, bytes] of Object.entries(FORMS))
  test(`CIELAB ${name}`, async () => {
    const before = Buffer.from(bytes);
    for (const side of [60, 12]) {
      const { at, width, height } = await render(bytes, side);
      expect([width, height]).toEqual([side, (side * 2) / 3]);
      const [red = 0, green = 255, blue = 255] = at(1, 1);
      expect(red).toBeGreaterThan(245);
      expect(Math.max(green, blue)).toBeLessThan(20);
      expect(Math.min(...at(side - 2, 1))).toBeGreaterThan(250);
      expect(Math.min(...at(1, height - 2))).toBeGreaterThan(250);
    }
    expect(bytes.equals(before)).toBe(true);
  });

test('small signed colours about grey have grey as their mean', async () => {
  const speckled = samplesOf((x, y) => ((x + y) % 2 === 0 ? [50, 2, -2] : [50, -2, 2]));
  const { at } = await render(tiffFile({ ...SIZE, data: [speckled] }), 6);
  for (const level of at(3, 2)) expect(Math.abs(level - 119)).toBeLessThanOrEqual(2);
});

const extraSamples = (...values: number[]): Tag => ({ tag: 338, type: types.SHORT, values });
const four = [8, 8, 8, 8];

test('alpha by which colours are not multiplied is kept', async () => {
  const data = [samplesOf(() => GREY, 128)];
  const bytes = tiffFile({ ...SIZE, bits: four, data, tags: [extraSamples(2)] });
  for (const side of [60, 6]) {
    const [grey = 0, , , alpha] = (await render(bytes, side)).at(3, 2);
    expect(Math.abs(grey - 119)).toBeLessThanOrEqual(2);
    expect(alpha).toBe(128);
  }
});

test('other samples, or samples of another type, are unsupported', async () => {
  const data = [samplesOf(() => GREY, 128)];
  const files = [
    tiffFile({ ...SIZE, bits: four, data, tags: [extraSamples(1)] }),
    tiffFile({ ...SIZE, bits: four, data, tags: [extraSamples(0)] }),
    tiffFile({
      ...SIZE,
      data: [samplesOf(() => GREY)],
      tags: [{ tag: 339, type: types.SHORT, values: [2, 2, 2] }],
    }),
    tiffFile({ ...SIZE, bits: [32, 32, 32], data: [Buffer.alloc(WIDTH * HEIGHT * 12)] }),
  ];
  for (const file of files) {
    const refused = {
      code: 'UNSUPPORTED',
      message: 'TIFF images with CIELAB colours in this form are not supported',
    };
    await expect(render(file, 12)).rejects.toMatchObject(refused);
  }
});

test('turned upright, also by an invalid orientation', async () => {
  const orientation = (type: number, value: number): Tag => ({ tag: 274, type, values: [value] });
  const turned = await render(tiffFile({ ...plain, tags: [orientation(types.SHORT, 6)] }), 12);
  expect(turned).toMatchObject({ width: 8, height: 12, sourceWidth: HEIGHT, sourceHeight: WIDTH });
  expect(Math.min(...turned.at(0, 11))).toBeGreaterThan(250);
  expect(turned.at(7, 0)[1]).toBeLessThan(20);
  const invalid = await render(tiffFile({ ...plain, tags: [orientation(types.SHORT, 9)] }), 12);
  expect(invalid).toMatchObject({ width: 12, height: 8 });
  expect(invalid.at(1, 1)[1]).toBeLessThan(20);
});

test('its date is recorded', async () => {
  const date: Tag = { tag: 36_867, type: types.ASCII, values: Buffer.from('2024:05:01 12:30:05\0') };
  await expect(render(tiffFile({ ...plain, tags: [date] }), 12)).resolves.toMatchObject({
    takenAt: '2024-05-01T12:30:05',
  });
});

test('the limits hold', async () => {
  const bytes = tiffFile(plain);
  await expect(render(bytes, 12, { maxPixels: WIDTH * HEIGHT - 1 })).rejects.toMatchObject({
    code: 'TOO_LARGE',
  });
  await expect(render(bytes, 12, { maxMemory: 95e6 })).rejects.toMatchObject({ message: 'out of memory' });
});

test("white of ICC's form of 16 bits is 65280", async () => {
  const pixel = [0x00, 0xff, 0x00, 0x80, 0x00, 0x80];
  const data = Buffer.from(Array.from({ length: WIDTH * HEIGHT }, () => pixel).flat());
  const { at } = await render(tiffFile({ ...SIZE, photometric: 9, bits: [16, 16, 16], data: [data] }), 60);
  expect(at(30, 20)).toEqual([255, 255, 255]);
});

test('one whose predictor is lost among unsorted tags is corrupt', async () => {
  const lost: Tag = { tag: 316, type: types.SHORT, values: [2] };
  const data = [deflateSync(samplesOf(corner))];
  const file = (tags: readonly Tag[]) => tiffFile({ ...SIZE, compression: 8, data, tags, unsorted: true });
  await expect(render(file([]), 12)).resolves.toMatchObject({ width: 12 });
  await expect(render(file([lost]), 12)).rejects.toMatchObject({ code: 'CORRUPT' });
});
