import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { KNOWN_COLOURS } from '../../../scripts/known-colours.js';
import type { Box } from '../../../src/options/variant.js';
import { renderOne } from '../../support/images/render-one.js';
import { sampleImages } from '../../support/paths.js';
import { insideBox } from '../../support/variants.js';

const box = { width: 200, height: 200 };
const options = { variant: insideBox(box.width, box.height), maxPixels: 268_402_689 } as const;

/** The thumbnail of a sample or of bytes, with its pixels as 8-bit RGBA. */
async function thumbnailOf(source: string | Buffer, size: Box = box) {
  const bytes = typeof source === 'string' ? fs.readFileSync(path.join(sampleImages, source)) : source;
  const rendered = await renderOne(bytes, { ...options, variant: insideBox(size.width, size.height) });
  const pixels = await pngPixels(rendered.thumbnail);
  return { ...rendered, pixels };
}

// By importing the renderer this process allows PNG from memory.
async function pngPixels(png: Buffer) {
  const metadata = await sharp(png).metadata();
  const data = await sharp(png).ensureAlpha().toColourspace('srgb').raw().toBuffer();
  const at = (x: number, y: number): number[] => {
    const left = Math.min(metadata.width - 1, Math.floor(x * metadata.width));
    const top = Math.min(metadata.height - 1, Math.floor(y * metadata.height));
    return [...data.subarray(4 * (top * metadata.width + left), 4 * (top * metadata.width + left) + 4)];
  };
  return { metadata, data, at };
}

/** The names of a PNG's chunks, several IDAT in a row as one. */
function chunksOf(png: Buffer): string[] {
  const names: string[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    names.push(png.toString('latin1', at + 4, at + 8));
  return names.filter((name, index) => name !== names[index - 1]);
}

/** Largest and mean difference of two pictures' samples, in 8-bit steps. */
function difference(a: Buffer, b: Buffer): { largest: number; mean: number } {
  expect(a.length).toBe(b.length);
  let largest = 0;
  let sum = 0;
  for (const [index, value] of a.entries()) {
    const step = Math.abs(value - (b[index] ?? 0));
    largest = Math.max(largest, step);
    sum += step;
  }
  return { largest, mean: sum / a.length };
}

test('all eight orientations come out upright and equal', async () => {
  const upright = await thumbnailOf('orientation-1.jpg');
  // The picture has a direction: rotated or mirrored it is another.
  const rotated = await sharp(upright.thumbnail).rotate(180).ensureAlpha().raw().toBuffer();
  const mirrored = await sharp(upright.thumbnail).flop().ensureAlpha().raw().toBuffer();
  expect(difference(upright.pixels.data, rotated).mean).toBeGreaterThan(8);
  expect(difference(upright.pixels.data, mirrored).mean).toBeGreaterThan(4);
  for (let orientation = 2; orientation <= 8; orientation += 1) {
    const file = `orientation-${orientation}.jpg`;
    const stored = await sharp(fs.readFileSync(path.join(sampleImages, file))).metadata();
    expect(stored.orientation).toBe(orientation);
    const thumbnail = await thumbnailOf(file);
    expect([thumbnail.width, thumbnail.height]).toEqual([upright.width, upright.height]);
    expect([thumbnail.sourceWidth, thumbnail.sourceHeight]).toEqual([
      upright.sourceWidth,
      upright.sourceHeight,
    ]);
    expect(difference(thumbnail.pixels.data, upright.pixels.data).mean).toBeLessThan(1);
  }
});

for (const [file, { tolerance, colours }] of Object.entries(KNOWN_COLOURS)) {
  test(`${file} has its known colours within ${tolerance} of 255`, async () => {
    const { pixels } = await thumbnailOf(file);
    for (const { x, y, srgb } of colours) {
      const found = pixels.at(x, y).slice(0, 3);
      const largest = Math.max(
        ...srgb.map((value, channel) => Math.abs(value - (found[channel] ?? Number.NaN))),
      );
      expect(largest, `${file} at ${x}, ${y}: expected ${srgb}, found ${found}`).toBeLessThanOrEqual(
        tolerance,
      );
    }
  });
}

test('every sample becomes an 8-bit PNG in sRGB without profile, EXIF or other metadata, inside the box', async () => {
  const files = fs
    .readdirSync(sampleImages, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('.'));
  expect(files.length).toBeGreaterThan(20);
  for (const file of files) {
    const { pixels, width, height, sha256, thumbnail: png } = await thumbnailOf(file);
    const { metadata } = pixels;
    expect([metadata.format, metadata.depth], file).toEqual(['png', 'uchar']);
    expect(['srgb', 'b-w'], file).toContain(metadata.space);
    expect([metadata.icc, metadata.exif, metadata.xmp, metadata.iptc, metadata.orientation], file).toEqual(
      Array(5).fill(undefined),
    );
    expect(metadata.pages ?? 1, file).toBe(1);
    expect(chunksOf(png), file).toEqual(['IHDR', 'IDAT', 'IEND']);
    expect(Math.max(width, height), file).toBeLessThanOrEqual(200);
    expect(createHash('sha256').update(png).digest('hex')).toBe(sha256);
  }
});

test('alpha is kept: clear, half and full', async () => {
  const width = 300;
  const pixels = Buffer.alloc(width * 100 * 4, 0);
  for (let at = 0; at < width * 100; at += 1) {
    const alpha = at % width < 100 ? 0 : at % width < 200 ? 128 : 255;
    pixels.set([200, 40, 90, alpha], at * 4);
  }
  const source = await sharp(pixels, { raw: { width, height: 100, channels: 4 } })
    .png()
    .toBuffer();
  const thumbnail = await thumbnailOf(source, { width: 150, height: 150 });
  expect(thumbnail.pixels.metadata.hasAlpha).toBe(true);
  expect(thumbnail.pixels.at(0.1, 0.5)[3]).toBe(0);
  // Colours are resized premultiplied by 128 / 255, which costs a step.
  const half = thumbnail.pixels.at(0.5, 0.5);
  expect(half[3]).toBe(128);
  expect(difference(Buffer.from(half), Buffer.from([200, 40, 90, 128])).largest).toBeLessThanOrEqual(1);
  expect(thumbnail.pixels.at(0.9, 0.5)).toEqual([200, 40, 90, 255]);
  expect((await thumbnailOf('alpha.png')).pixels.metadata.hasAlpha).toBe(true);
  expect((await thumbnailOf('alpha.webp')).pixels.metadata.hasAlpha).toBe(true);
});

const sizes: ReadonlyArray<readonly [source: [number, number], box: Box, thumbnail: [number, number]]> = [
  [[3872, 2592], { width: 200, height: 200 }, [200, 134]],
  [[2592, 3872], { width: 200, height: 200 }, [134, 200]],
  [[400, 400], { width: 200, height: 200 }, [200, 200]],
  [[400, 300], { width: 400, height: 100 }, [133, 100]],
  [[6000, 20], { width: 200, height: 200 }, [200, 1]],
  [[200, 200], { width: 200, height: 200 }, [200, 200]],
  [[201, 200], { width: 200, height: 200 }, [200, 199]],
  [[120, 80], { width: 200, height: 200 }, [120, 80]],
  [[1, 1], { width: 200, height: 200 }, [1, 1]],
];

for (const [[width, height], box, expected] of sizes) {
  test(`${width} x ${height} into ${box.width} x ${box.height} is exactly ${expected.join(' x ')}`, async () => {
    const source = await sharp({ create: { width, height, channels: 3, background: '#846' } })
      .jpeg()
      .toBuffer();
    const thumbnail = await thumbnailOf(source, box);
    expect([thumbnail.width, thumbnail.height]).toEqual(expected);
    expect([thumbnail.pixels.metadata.width, thumbnail.pixels.metadata.height]).toEqual(expected);
    expect([thumbnail.sourceWidth, thumbnail.sourceHeight, thumbnail.sourceFormat]).toEqual([
      width,
      height,
      'jpeg',
    ]);
  });
}

test('an image smaller than the box keeps its pixels', async () => {
  const file = path.join(sampleImages, 'smaller-than-the-box.png');
  const source = await sharp(fs.readFileSync(file)).ensureAlpha().raw().toBuffer();
  expect(difference((await thumbnailOf('smaller-than-the-box.png')).pixels.data, source).largest).toBe(0);
});

test('of an animation and of several pages the first becomes the thumbnail', async () => {
  for (const file of ['animated.gif', 'multi-page.tif']) {
    const bytes = fs.readFileSync(path.join(sampleImages, file));
    const first = sharp(bytes, { page: 0 });
    const { pages = 1 } = await first.metadata();
    expect(pages).toBeGreaterThan(1);
    const resize = { ...box, fit: 'inside', withoutEnlargement: true } as const;
    const expected = await first.resize(resize).ensureAlpha().raw().toBuffer();
    const second = await sharp(bytes, { page: 1 }).resize(resize).ensureAlpha().raw().toBuffer();
    const { data } = (await thumbnailOf(file)).pixels;
    expect(difference(data, expected).mean).toBeLessThan(0.5);
    expect(difference(data, second).mean).toBeGreaterThan(0.5);
  }
});

test('equal pixels give equal bytes, from another format and at another time', async () => {
  const pixels = Buffer.from(Array.from({ length: 90 * 60 * 3 }, (_, index) => (index * 7) & 0xff));
  const image = sharp(pixels, { raw: { width: 90, height: 60, channels: 3 } });
  const png = await thumbnailOf(await image.clone().png().toBuffer());
  const webp = await thumbnailOf(await image.clone().webp({ lossless: true }).toBuffer());
  const tiff = await thumbnailOf(await image.clone().tiff({ compression: 'lzw' }).toBuffer());
  expect([webp.sha256, tiff.sha256]).toEqual([png.sha256, png.sha256]);
  // The resolution, which scanners and phones write, does not change pixels.
  for (const density of [72, 300]) {
    const resolved = await thumbnailOf(await image.clone().withMetadata({ density }).png().toBuffer());
    expect(resolved.sha256).toBe(png.sha256);
  }
});

test('the limit is of pixels, and the message has the figures', async () => {
  const source = await sharp({ create: { width: 50, height: 40, channels: 3, background: '#000' } })
    .png()
    .toBuffer();
  await expect(renderOne(source, { ...options, maxPixels: 1999 })).rejects.toMatchObject({
    code: 'TOO_LARGE',
    message: '50 x 40 pixels are more than the limit of 1999',
  });
  await expect(renderOne(source, { ...options, maxPixels: 2000 })).resolves.toMatchObject({
    width: 50,
  });
});
