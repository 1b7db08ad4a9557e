// Makes a folder of synthetic photos for benchmarks: JPEGs as large as those of a 10-megapixel camera.
// Run: npx tsx scripts/make-corpus.ts <folder> [count] [--width 3872] [--height 2592] [--progressive] [--seed 1]
import { fork } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { fbm, mulberry32 } from './painting/noise.js';
import type { Light } from './painting/palette.js';
import { paintScene, type SceneName } from './painting/scene.js';

interface Corpus {
  folder: string;
  count: number;
  width: number;
  height: number;
  progressive: boolean;
  seed: number;
}

const MB = 1e6;
const CAMERA = { width: 3872, height: 2592, minBytes: 2.5 * MB, maxBytes: 3 * MB };
/** Target size of a camera file: uniform in `mean` +- `range`. 188 files have about 540 MB. */
const TARGET_BYTES = { mean: 2.885 * MB, range: 0.09 * MB };
const QUALITY = 91;
/** Scenes are painted with this width and then enlarged. Texture and grain are added at full size. */
const PAINTED_WIDTH = 720;
const TILE = 1024;
const SCENES: readonly SceneName[] = ['mountains', 'lake', 'sea', 'dunes', 'aurora', 'flower', 'bokeh'];
const LIGHTS: readonly Light[] = ['dawn', 'noon', 'dusk', 'mist'];
/** JPEG encodes 4:2:0 images in bands of 16 rows. */
const BAND_ROWS = 16;
/** Marks a worker's command line. */
const WORKER = '--worker';

function usage(reason: string): never {
  console.error(`make-corpus: ${reason}`);
  process.exit(2);
}

function parsePositive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    usage(`Expected ${name} to be a positive integer, got \`${text}\``);
  return value;
}

function parseCommandLine() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        width: { type: 'string', default: String(CAMERA.width) },
        height: { type: 'string', default: String(CAMERA.height) },
        progressive: { type: 'boolean', default: false },
        seed: { type: 'string', default: '1' },
      },
    });
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

function readArguments(): Corpus {
  const { values, positionals } = parseCommandLine();
  const [folder, count = '188'] = positionals;
  if (folder === undefined || positionals.length > 2) usage('Expected a folder and at most a count');
  return {
    folder,
    count: parsePositive('count', count),
    width: parsePositive('--width', values.width),
    height: parsePositive('--height', values.height),
    progressive: values.progressive,
    seed: parsePositive('--seed', values.seed),
  };
}

/** Squares of noise around zero, of `TILE` x `TILE` samples. All photos share them. */
interface Tiles {
  /** The texture of surfaces. */
  texture: Float32Array;
  /** The noise of a sensor. */
  grain: Float32Array;
}

function makeTiles(seed: number): Tiles {
  const random = mulberry32(seed);
  const texture = Float32Array.from({ length: TILE * TILE }, (_, index) => {
    const [x, y] = [index % TILE, Math.floor(index / TILE)];
    return (fbm(x / 14, y / 14, 4, seed) - 0.5) * 60;
  });
  // The sum of four uniform values is nearly normally distributed.
  const grain = texture.map(() => (random() + random() + random() + random() - 2) * 10);
  return { texture, grain };
}

interface Scene {
  /** Interleaved RGB. */
  samples: Uint8Array;
  width: number;
  height: number;
  /** Where the tiles start, so that no two photos have the same noise. */
  shift: readonly [number, number];
}

/** Adds texture (less in bright areas) and grain to every `step`th band of rows, and returns those bands. */
function addDetail(scene: Scene, tiles: Tiles, strength: number, step: number) {
  const { samples, width, height, shift } = scene;
  const bands = Math.ceil(Math.ceil(height / BAND_ROWS) / step);
  const data = new Uint8ClampedArray(bands * BAND_ROWS * width * 3);
  let to = 0;
  for (let y = 0; y < height; y++) {
    if (Math.floor(y / BAND_ROWS) % step !== 0) continue;
    const tileRow = ((y + shift[1]) % TILE) * TILE;
    let from = y * width * 3;
    for (let x = 0; x < width; x++) {
      const at = tileRow + ((x + shift[0]) % TILE);
      const green = samples[from + 1] ?? 0;
      const rough = (tiles.texture[at] ?? 0) * (1.1 - green / 255);
      const added = strength * (rough + (tiles.grain[at] ?? 0));
      data[to] = (samples[from] ?? 0) + added;
      data[to + 1] = green + added;
      data[to + 2] = (samples[from + 2] ?? 0) + added;
      from += 3;
      to += 3;
    }
  }
  return { data: data.subarray(0, to), width, height: to / (width * 3) };
}

async function encode(scene: Scene, tiles: Tiles, strength: number, step: number, progressive: boolean) {
  const { data, width, height } = addDetail(scene, tiles, strength, step);
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: QUALITY, progressive })
    .toBuffer();
}

/** The strength of detail for a file of `targetBytes`, by the secant method. Only a sample of the bands is encoded. */
async function findStrength(
  scene: Scene,
  tiles: Tiles,
  targetBytes: number,
  progressive: boolean,
): Promise<number> {
  const step = 13;
  const bytesAt = async (strength: number) => {
    const sample = await encode(scene, tiles, strength, step, progressive);
    const bands = scene.height / BAND_ROWS;
    return (sample.length * Math.ceil(bands)) / Math.ceil(bands / step);
  };
  let [previous, strength] = [0.5, 1];
  let previousBytes = await bytesAt(previous);
  for (let attempt = 0; attempt < 4; attempt++) {
    const bytes = await bytesAt(strength);
    if (Math.abs(bytes - targetBytes) < 0.01 * targetBytes || bytes === previousBytes) break;
    const next = strength + ((targetBytes - bytes) * (strength - previous)) / (bytes - previousBytes);
    [previous, previousBytes, strength] = [strength, bytes, Math.min(4, Math.max(0.05, next))];
  }
  return strength;
}

async function makeScene(corpus: Corpus, random: () => number): Promise<Scene> {
  const { width, height } = corpus;
  const scale = Math.min(1, PAINTED_WIDTH / width);
  const name = SCENES[Math.floor(random() * SCENES.length)] ?? 'mountains';
  const light = LIGHTS[Math.floor(random() * LIGHTS.length)] ?? 'noon';
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  const small = paintScene(name, light, w, h, Math.floor(random() * 2 ** 31));
  // Painted edges are one pixel wide, and enlarging would turn them into steps: the blur comes first. This takes two sharp pipelines,
  // because within one sharp resizes before it blurs.
  const raw = { width: w, height: h, channels: 3 } as const;
  const soft = scale < 1 ? await sharp(small.data, { raw }).blur(0.7).raw().toBuffer() : small.data;
  const enlarged = sharp(soft, { raw }).resize(width, height, { fit: 'fill', kernel: 'linear' });
  const samples = await enlarged.raw().toBuffer();
  return { samples, width, height, shift: [Math.floor(random() * TILE), Math.floor(random() * TILE)] };
}

async function makePhoto(corpus: Corpus, tiles: Tiles, number: number): Promise<number> {
  const random = mulberry32(Math.imul(corpus.seed, 1_000_003) + number);
  const scene = await makeScene(corpus, random);
  const { progressive } = corpus;
  const isCameraSize = corpus.width === CAMERA.width && corpus.height === CAMERA.height;
  const targetBytes = TARGET_BYTES.mean + TARGET_BYTES.range * (2 * random() - 1);
  const strength = isCameraSize ? await findStrength(scene, tiles, targetBytes, progressive) : 1;
  const jpeg = await encode(scene, tiles, strength, 1, progressive);
  const name = `IMG_${String(number).padStart(4, '0')}.jpg`;
  if (isCameraSize && (jpeg.length < CAMERA.minBytes || jpeg.length > CAMERA.maxBytes)) {
    throw new Error(`Expected ${name} to be 2.5 to 3 MB, got ${jpeg.length} bytes`);
  }
  await writeFile(path.join(corpus.folder, name), jpeg, { flag: 'wx' });
  return jpeg.length;
}

/** A worker's photos: number `first` and every `stride`th after it. */
interface Share {
  corpus: Corpus;
  first: number;
  stride: number;
}

async function runWorker({ corpus, first, stride }: Share): Promise<void> {
  const tiles = makeTiles(corpus.seed);
  for (let number = first; number <= corpus.count; number += stride) {
    const bytes = await makePhoto(corpus, tiles, number);
    process.send?.({ bytes });
  }
}

/** Runs this script in another process: with Node 20, tsx does not load TypeScript in worker threads. */
function startWorker(share: Share, onPhoto: (bytes: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [WORKER, JSON.stringify(share)]);
    child.on('message', (message: { bytes: number }) => onPhoto(message.bytes));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(new Error(`Expected worker ${share.first} to succeed, got ${signal ?? `exit code ${code}`}`));
    });
  });
}

async function main(): Promise<void> {
  const corpus = readArguments();
  await mkdir(corpus.folder, { recursive: true });
  if ((await readdir(corpus.folder)).length > 0)
    usage(`Expected ${corpus.folder} to be empty or absent, but it has files`);
  let [made, total] = [0, 0];
  const onPhoto = (bytes: number) => {
    made += 1;
    total += bytes;
    if (made % 10 === 0) console.error(`${made} of ${corpus.count}`);
  };
  const stride = Math.min(availableParallelism(), corpus.count);
  const workers = Array.from({ length: stride }, (_, index) =>
    startWorker({ corpus, first: index + 1, stride }, onPhoto),
  );
  await Promise.all(workers);
  console.log(`${made} photos, ${(total / MB).toFixed(1)} MB, mean ${(total / made / MB).toFixed(3)} MB`);
}

const [, , mode, share] = process.argv;
if (mode === WORKER && share !== undefined) await runWorker(JSON.parse(share));
else await main();
