import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { builtFixture } from '../../support/paths.js';
import { temporaryFolder } from '../../support/photos.js';
import { start } from '../../support/processes.js';

const measure = builtFixture('measure-render');

const kinds: Readonly<Record<string, (image: Sharp) => Sharp>> = {
  'baseline JPEG': (image) => image.jpeg(),
  'progressive JPEG': (image) => image.jpeg({ progressive: true }),
  'progressive JPEG, 4:4:4': (image) => image.jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
  PNG: (image) => image.png({ compressionLevel: 1 }),
  'interlaced PNG of 16 bits': (image) =>
    image.toColourspace('rgb16').png({ compressionLevel: 1, progressive: true }),
  'lossless WebP': (image) => image.webp({ lossless: true, effort: 0 }),
  GIF: (image) => image.gif({ effort: 1, colours: 16 }),
  'TIFF that is to be turned': (image) => image.tiff({ compression: 'lzw' }).withMetadata({ orientation: 6 }),
  AVIF: (image) => image.avif({ effort: 0 }),
  'AVIF of 10 bits': (image) => image.avif({ effort: 0, bitdepth: 10 }),
};

/** Measured growth differs by this much between two runs of the same image. */
const NOISE = 4e6;

for (const [kind, encode] of Object.entries(kinds)) {
  test(`${kind}: its header tells what memory it takes, never too little and not absurdly much`, async () => {
    const file = path.join(temporaryFolder(), 'image');
    const noise = { type: 'gaussian', mean: 120, sigma: 15 } as const;
    const create = { width: 3000, height: 2000, channels: 3, background: 'grey', noise } as const;
    await encode(sharp({ create })).toFile(file);
    for (const side of [200, 1500]) {
      const { stdout } = await start(process.execPath, [measure, file, String(side)], {
        env: { MALLOC_ARENA_MAX: '2' },
      }).finished;
      const { growth, estimate }: { growth: number; estimate: number } = JSON.parse(stdout);
      expect(growth).toBeLessThanOrEqual(estimate + NOISE);
      expect(estimate).toBeLessThanOrEqual(3 * growth + 30e6);
    }
  });
}
