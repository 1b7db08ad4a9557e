// The memory that each encoder says it takes, beside the memory that a process takes for it. Noise is the most that any photo takes: it has
// as many bytes as pixels have, and as many colours.

import { availableParallelism } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { mulberry32 } from '../../../scripts/painting/noise.js';
import { encoders } from '../../../src/image/encoders/index.js';
import { resolveVariants } from '../../../src/options/variant-spec.js';
import { builtFixture } from '../../support/paths.js';
import { temporaryFolder } from '../../support/photos.js';
import { start } from '../../support/processes/processes.js';

/** libimagequant and libwebp's slowest searches take seconds for a megapixel of noise. */
const SLOW = ['palette', 'palette,progressive', 'format=webp,effort=6', 'format=avif,effort=4'];
const QUICK = [
  'format=png',
  'progressive',
  'format=jpeg,quality=100',
  'format=jpeg,quality=100,progressive',
  'format=webp',
  'format=webp,quality=100,effort=0',
  'format=webp,quality=100,effort=3',
  'format=webp,lossless',
  'format=webp,lossless,effort=6',
  'format=avif',
  'format=avif,quality=100',
  'format=avif,lossless',
];
/** With alpha they take most. */
const CHANNELS: ReadonlyArray<3 | 4> = process.env.FUZZ_COUNT === undefined ? [4] : [3, 4];

/** Those that are made in two steps. */
const SHAPED = [
  'fit=cover',
  'fit=contain',
  'fit=cover,position=entropy',
  'fit=cover,position=attention,format=webp',
  'fit=contain,format=webp,lossless',
  'fit=contain,format=avif',
  'format=jpeg,background=#ff8000',
];

/** Bytes for each pixel that the first step takes (`needsOf` in src/image/render.ts). */
const FIRST_STEP = 8;

/**
 * Bytes that measured growth differs by between two runs of the same image, and that an encoder takes however small the picture is: they are
 * within what every image counts for (`BASE_BYTES` in src/image/decoders/libvips/libvips-memory.ts).
 */
const NOISE = 16e6;

interface Measurement {
  /** Bytes by which the process grew. */
  readonly growth: number;
  readonly pixels: number;
}

/** Renders a variant in a process of its own. */
async function measure(
  file: string,
  spec: string,
  allowed = 1e12,
): Promise<Measurement | { isRefused: true }> {
  const args = [builtFixture('measure-encoding'), file, spec, String(allowed)];
  const { stdout } = await start(process.execPath, args, { env: { MALLOC_ARENA_MAX: '2' } }).finished;
  return JSON.parse(stdout);
}

async function noise(folder: string, width: number, height: number, channels: 3 | 4): Promise<string> {
  const random = mulberry32(channels);
  const data = Uint8Array.from({ length: width * height * channels }, () => random() * 256);
  const file = path.join(folder, `${width}x${height}-${channels}.png`);
  await sharp(data, { raw: { width, height, channels } }).png({ compressionLevel: 0 }).toFile(file);
  return file;
}

for (const channels of CHANNELS)
  test(`each encoder takes as much memory as it says for ${channels} channels, or less, and says not absurdly much`, async () => {
    const folder = temporaryFolder();
    const [large, small] = [
      { size: '2000x1500', file: await noise(folder, 2000, 1500, channels) },
      { size: '600x400', file: await noise(folder, 600, 400, channels) },
    ];
    const wanted = [
      ...[...QUICK, ...SHAPED].map((spec) => ({ ...large, spec })),
      ...SLOW.map((spec) => ({ ...small, spec })),
    ];
    const measured = new Map<string, Measurement & { said: number }>();
    const queue = wanted.values();
    const measureQueued = async () => {
      for (const { file, size, spec } of queue) {
        const [variant] = resolveVariants(`${size},${spec}`, {});
        const made = await measure(file, `${size},${spec}`);
        // What reading takes, however small the thumbnail is.
        const read = await measure(file, '16x16');
        if (variant === undefined || 'isRefused' in made || 'isRefused' in read)
          throw new RangeError(`Expected ${spec} to be made`);
        const perPixel = encoders[variant.encoding.format].heldBytesPerPixel(variant.encoding);
        const said = made.pixels * (perPixel + (SHAPED.includes(spec) ? FIRST_STEP : 0));
        measured.set(spec, { ...made, growth: made.growth - read.growth, said });
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, measureQueued));
    expect(measured.size).toBe(wanted.length);
    const figures = [...measured].map(([spec, { growth, pixels, said }]) => ({
      spec,
      taken: Math.round((10 * growth) / pixels) / 10,
      said: said / pixels,
      isEnough: growth <= said + NOISE,
      // What an encoder says is for pictures with alpha.
      isNotAbsurd: channels === 3 || said <= 3 * Math.max(growth, 0) + 60e6,
    }));
    expect(figures.filter(({ isEnough, isNotAbsurd }) => !(isEnough && isNotAbsurd))).toEqual([]);
  });

test('a thin photo that is to fill a square is refused where it takes more memory than it may', async () => {
  const file = path.join(temporaryFolder(), 'thin.png');
  await sharp({ create: { width: 200, height: 2, channels: 3, background: 'red' } }).toFile(file);
  const allowed = 100e6;
  // Scaled before it is cut, it would have 100,000 x 1,000 pixels.
  const measured = await measure(file, '1000x1000,fit=cover,enlarge', allowed);
  expect('isRefused' in measured || measured.growth <= allowed, JSON.stringify(measured)).toBe(true);
});
