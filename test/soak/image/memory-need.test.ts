// The memory that an image's header predicts, beside the memory that a process takes to render it.

import { availableParallelism } from 'node:os';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import type { JpegReader } from '../../../src/options/options.js';
import { builtFixture } from '../../support/paths.js';
import { temporaryFolder } from '../../support/photos.js';
import { start } from '../../support/processes/processes.js';

const kinds: Readonly<Record<string, (image: Sharp) => Sharp>> = {
  AVIF: (image) => image.avif({ effort: 0 }),
  'AVIF of 10 bits': (image) => image.avif({ effort: 0, bitdepth: 10 }),
  'interlaced PNG of 16 bits': (image) =>
    image.toColourspace('rgb16').png({ compressionLevel: 1, progressive: true }),
  'lossless WebP': (image) => image.webp({ lossless: true, effort: 0 }),
  'lossless WebP with alpha': (image) => image.ensureAlpha(0.5).webp({ lossless: true, effort: 0 }),
  GIF: (image) => image.gif({ effort: 1, colours: 16 }),
  PNG: (image) => image.png({ compressionLevel: 1 }),
  'TIFF that is to be rotated': (image) =>
    image.tiff({ compression: 'lzw' }).withMetadata({ orientation: 6 }),
  'progressive JPEG, 4:4:4': (image) => image.jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
  'progressive JPEG': (image) => image.jpeg({ progressive: true }),
  'baseline JPEG': (image) => image.jpeg(),
};

/** Sides of the box, pixels. */
const SIDES = [200, 1000, 1500];

/** Pixels of the images: enough for what a pixel takes to stand out from what any image takes. */
const SIZE = { width: 3000, height: 2000 };

/** Measured growth differs by this much between two runs of the same image, bytes. */
const NOISE = 4e6;

interface Measurement {
  /** Bytes by which the process grew. */
  readonly growth: number;
  /** Bytes that the header predicts. */
  readonly estimate: number;
}

/** Renders an image in a process of its own. */
async function measure(file: string, side: number, reader: JpegReader = 'libvips'): Promise<Measurement> {
  const args = [builtFixture('measure-render'), file, String(side), reader];
  const { stdout } = await start(process.execPath, args, { env: { MALLOC_ARENA_MAX: '2' } }).finished;
  return JSON.parse(stdout);
}

test('the header of every kind of image predicts the memory that it takes: never too little, and not absurdly much', async () => {
  const folder = temporaryFolder();
  const noise = { type: 'gaussian', mean: 120, sigma: 15 } as const;
  const create = { ...SIZE, channels: 3, background: 'grey', noise } as const;
  const pixels = await sharp({ create }).raw().toBuffer();
  const measurements: Record<string, Measurement> = {};
  const queue = Object.entries(kinds).values();
  const measureQueued = async () => {
    for (const [kind, encode] of queue) {
      const file = path.join(folder, kind);
      await encode(sharp(pixels, { raw: { ...SIZE, channels: 3 } })).toFile(file);
      for (const side of SIDES) measurements[`${kind} in ${side} x ${side}`] = await measure(file, side);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, measureQueued));
  expect(Object.keys(measurements)).toHaveLength(Object.keys(kinds).length * SIDES.length);
  expectBounds(measurements);
}, 180_000);

test('so does the header of a JPEG for our own reader, at each of its reductions', async () => {
  const folder = temporaryFolder();
  const create = { width: 6000, height: 4000, channels: 3, background: 'olive' } as const;
  const measurements: Record<string, Measurement> = {};
  for (const chromaSubsampling of ['4:2:0', '4:4:4']) {
    const file = path.join(folder, chromaSubsampling);
    await sharp({ create }).jpeg({ chromaSubsampling }).toFile(file);
    // An eighth, a quarter and a half.
    for (const side of [200, 700, 1400])
      measurements[`${chromaSubsampling} in ${side} x ${side}`] = await measure(file, side, 'own');
  }
  expectBounds(measurements);
});

function expectBounds(measurements: Readonly<Record<string, Measurement>>): void {
  for (const [image, { growth, estimate }] of Object.entries(measurements)) {
    expect(growth, image).toBeLessThanOrEqual(estimate + NOISE);
    expect(estimate, image).toBeLessThanOrEqual(3 * growth + 30e6);
  }
}
