// Measures each encoder's bytes, time and similarity at several sizes, and prints Markdown.
// Run: npm run bench:encoders -- <folder of JPEGs> [--photos 14] [--rounds 5]
//   The photos are evenly spaced in the folder. Each is resized once; an encoder gets the same pixels in every round. CPU of the process,
//   which encodes with one thread; SSIM of luma against the pixels that were encoded.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { ssim } from 'ssim.js';
import { median } from '../../src/bench/median.js';
import { decoders } from '../../src/image/decoders/index.js';
import { encoders } from '../../src/image/encoders/index.js';
import type { Encoding } from '../../src/options/variant.js';
import { photoNameTest } from '../../src/producer/photo-names.js';
import { variantOf } from '../variant-of.js';
import { machineLines } from './measuring.js';
import { besideYardstick } from './yardstick.js';

const SIDES = [200, 400, 1600];

/** The defaults first, then what they were chosen among. */
const SETTINGS = [
  'format=png',
  'format=png,palette',
  'format=webp',
  'format=webp,effort=0',
  'format=webp,effort=4',
  'format=webp,effort=6',
  'format=webp,lossless',
  'format=jpeg',
  'format=jpeg,progressive',
  'format=avif',
  'format=avif,quality=50',
  'format=avif,effort=2',
  'format=avif,quality=50,effort=4',
];

/** Settings that take seconds for a large picture are measured once. */
const SLOW_MS = 1000;

interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

interface Measured {
  readonly ms: number;
  readonly bytes: number;
  readonly similarity: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { photos: { type: 'string', default: '14' }, rounds: { type: 'string', default: '5' } },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error('bench:encoders: Expected a folder of JPEGs');
  process.exit(2);
}
sharp.concurrency(1);
sharp.cache(false);

async function readPixels(side: number): Promise<Pixels[]> {
  const names = fs.readdirSync(String(folder)).filter(photoNameTest(decoders.jpeg.extensions)).sort();
  const step = Math.max(1, names.length / Number(values.photos));
  const chosen = Array.from({ length: Math.min(Number(values.photos), names.length) }, (_, index) => {
    return path.join(String(folder), names[Math.floor(index * step)] ?? '');
  });
  const pixels: Pixels[] = [];
  for (const file of chosen) {
    const image = sharp(file).autoOrient().resize(side, side, { fit: 'inside', withoutEnlargement: true });
    const { data, info } = await image
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    pixels.push({ data, width: info.width, height: info.height });
  }
  return pixels;
}

async function encode(
  { data, width, height }: Pixels,
  encoding: Encoding,
): Promise<{ file: Buffer; ms: number }> {
  const before = process.cpuUsage();
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  const file = await encoders[encoding.format].configure(image, encoding).toBuffer();
  const { user, system } = process.cpuUsage(before);
  return { file, ms: (user + system) / 1000 };
}

async function similarityOf(pixels: Pixels, file: Buffer): Promise<number> {
  const data = await sharp(file).toColourspace('srgb').ensureAlpha().raw().toBuffer();
  const original = await sharp(pixels.data, {
    raw: { width: pixels.width, height: pixels.height, channels: 3 },
  })
    .ensureAlpha()
    .raw()
    .toBuffer();
  const picture = (bytes: Buffer) => ({
    data: new Uint8ClampedArray(bytes),
    width: pixels.width,
    height: pixels.height,
  });
  return ssim(picture(original), picture(data), { ssim: 'fast', downsample: false }).mssim;
}

async function measure(pixels: readonly Pixels[], encoding: Encoding): Promise<Measured> {
  const [times, sizes, similarities]: [number[], number[], number[]] = [[], [], []];
  for (const each of pixels) {
    const first = await encode(each, encoding);
    const rounds = first.ms > SLOW_MS ? 0 : Number(values.rounds);
    const counted = rounds === 0 ? [first.ms] : [];
    for (let round = 0; round < rounds; round += 1) counted.push((await encode(each, encoding)).ms);
    times.push(median(counted));
    sizes.push(first.file.length);
    similarities.push(await similarityOf(each, first.file));
  }
  const mean = (numbers: readonly number[]) =>
    numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  return { ms: mean(times), bytes: mean(sizes), similarity: mean(similarities) };
}

async function report(): Promise<string> {
  const rows = new Map(SETTINGS.map((settings) => [settings, [] as string[]]));
  for (const side of SIDES) {
    const pixels = await readPixels(side);
    for (const [settings, cells] of rows) {
      console.error(`${side} pixels, ${settings}`);
      const { ms, bytes, similarity } = await measure(pixels, variantOf(`9x9,${settings}`).encoding);
      cells.push((bytes / 1000).toFixed(1), ms.toFixed(ms < 100 ? 1 : 0), similarity.toFixed(3));
    }
  }
  const heads = SIDES.map((side) => `${side}: kB | ms | SSIM`).join(' | ');
  const lines = [...rows].map(([settings, cells]) => `| \`${settings}\` | ${cells.join(' | ')} |`);
  return `| settings | ${heads} |\n|---|${SIDES.map(() => '--:|--:|--:|').join('')}\n${lines.join('\n')}`;
}

console.log(machineLines());
console.log(await besideYardstick(report));
