// Makes a folder of photo-like JPEGs to measure with, the size of those from a 10-megapixel camera.
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
const CAMERA = { width: 3872, height: 2592, leastBytes: 2.5 * MB, mostBytes: 3 * MB };
/** The middle of what the camera's files are aimed at, and how far either side: 188 of them come to about 540 MB. */
const AIM = { middle: 2.885 * MB, spread: 0.09 * MB };
const QUALITY = 91;
/** Scenes are painted this wide and enlarged; texture and grain are added at full size. */
const PAINTED_WIDTH = 720;
const TILE = 1024;
const SCENES: readonly SceneName[] = ['mountains', 'lake', 'sea', 'dunes', 'aurora', 'flower', 'bokeh'];
const LANE = '--lane';
const LIGHTS: readonly Light[] = ['dawn', 'noon', 'dusk', 'mist'];

function usage(reason: string): never {
  console.error(`make-corpus: ${reason}`);
  process.exit(2);
}

function positive(name: string, text: string): number {
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
    count: positive('count', count),
    width: positive('--width', values.width),
    height: positive('--height', values.height),
    progressive: values.progressive,
    seed: positive('--seed', values.seed),
  };
}

interface Tiles {
  texture: Float32Array;
  grain: Float32Array;
}

/** Two squares of noise around zero, shared by all pictures: surface texture, and grain as sensors give it. */
function makeTiles(seed: number): Tiles {
  const random = mulberry32(seed);
  const texture = Float32Array.from({ length: TILE * TILE }, (_, at) => {
    const [x, y] = [at % TILE, Math.floor(at / TILE)];
    return (fbm(x / 14, y / 14, 4, seed) - 0.5) * 60;
  });
  // The sum of four uniform values is close to a normal one.
  const grain = texture.map(() => (random() + random() + random() + random() - 2) * 10);
  return { texture, grain };
}

type Enlarged = { samples: Uint8Array; width: number; height: number; shift: readonly [number, number] };

/** The rows from `first` on, each `step` bands of 16 apart, with texture (less of it in the light) and grain. */
function addDetail(picture: Enlarged, tiles: Tiles, strength: number, step: number) {
  const { samples, width, height, shift } = picture;
  const bands = Math.ceil(Math.ceil(height / 16) / step);
  const data = new Uint8ClampedArray(bands * 16 * width * 3);
  let to = 0;
  for (let y = 0; y < height; y++) {
    if (Math.floor(y / 16) % step !== 0) continue;
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

async function encode(picture: Enlarged, tiles: Tiles, strength: number, step: number, progressive: boolean) {
  const { data, width, height } = addDetail(picture, tiles, strength, step);
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: QUALITY, progressive })
    .toBuffer();
}

/** The strength of detail at which a sample of the rows predicts `aim` bytes for the whole. Secant steps. */
async function findStrength(
  picture: Enlarged,
  tiles: Tiles,
  aim: number,
  progressive: boolean,
): Promise<number> {
  const step = 13;
  const bytesAt = async (strength: number) => {
    const sample = await encode(picture, tiles, strength, step, progressive);
    return (sample.length * Math.ceil(picture.height / 16)) / Math.ceil(picture.height / 16 / step);
  };
  let [before, strength] = [0.5, 1];
  let bytesBefore = await bytesAt(before);
  for (let attempt = 0; attempt < 4; attempt++) {
    const bytes = await bytesAt(strength);
    if (Math.abs(bytes - aim) < 0.01 * aim || bytes === bytesBefore) break;
    const next = strength + ((aim - bytes) * (strength - before)) / (bytes - bytesBefore);
    [before, bytesBefore, strength] = [strength, bytes, Math.min(4, Math.max(0.05, next))];
  }
  return strength;
}

async function enlarge(corpus: Corpus, random: () => number): Promise<Enlarged> {
  const { width, height } = corpus;
  const scale = Math.min(1, PAINTED_WIDTH / width);
  const scene = SCENES[Math.floor(random() * SCENES.length)] ?? 'mountains';
  const light = LIGHTS[Math.floor(random() * LIGHTS.length)] ?? 'noon';
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  const small = paintScene(scene, light, w, h, Math.floor(random() * 2 ** 31));
  // Painted edges are a pixel sharp; enlarged as they are they would show as steps. Two pipelines, because
  // sharp blurs after it resizes.
  const raw = { width: w, height: h, channels: 3 } as const;
  const soft = scale < 1 ? await sharp(small.data, { raw }).blur(0.7).raw().toBuffer() : small.data;
  const enlarged = sharp(soft, { raw }).resize(width, height, { fit: 'fill', kernel: 'linear' });
  const samples = await enlarged.raw().toBuffer();
  return { samples, width, height, shift: [Math.floor(random() * TILE), Math.floor(random() * TILE)] };
}

async function makePhoto(corpus: Corpus, tiles: Tiles, number: number): Promise<number> {
  const random = mulberry32(Math.imul(corpus.seed, 1_000_003) + number);
  const picture = await enlarge(corpus, random);
  const { progressive } = corpus;
  const sized = corpus.width === CAMERA.width && corpus.height === CAMERA.height;
  const aim = AIM.middle + AIM.spread * (2 * random() - 1);
  const strength = sized ? await findStrength(picture, tiles, aim, progressive) : 1;
  const jpeg = await encode(picture, tiles, strength, 1, progressive);
  const name = `IMG_${String(number).padStart(4, '0')}.jpg`;
  if (sized && (jpeg.length < CAMERA.leastBytes || jpeg.length > CAMERA.mostBytes)) {
    throw new Error(`Expected ${name} to be 2.5 to 3 MB, got ${jpeg.length} bytes`);
  }
  await writeFile(path.join(corpus.folder, name), jpeg, { flag: 'wx' });
  return jpeg.length;
}

interface Lane {
  corpus: Corpus;
  first: number;
  stride: number;
}

async function runLane({ corpus, first, stride }: Lane): Promise<void> {
  const tiles = makeTiles(corpus.seed);
  for (let number = first; number <= corpus.count; number += stride) {
    const bytes = await makePhoto(corpus, tiles, number);
    process.send?.({ bytes });
  }
}

/** A lane is this script again, in a process of its own: on Node 20 tsx does not load TypeScript in worker threads. */
function startLane(lane: Lane, onPhoto: (bytes: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [LANE, JSON.stringify(lane)]);
    child.on('message', (message: { bytes: number }) => onPhoto(message.bytes));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`Expected lane ${lane.first} to end well, got ${signal ?? `exit code ${code}`}`));
    });
  });
}

async function main(): Promise<void> {
  const corpus = readArguments();
  await mkdir(corpus.folder, { recursive: true });
  if ((await readdir(corpus.folder)).length > 0)
    usage(`Expected ${corpus.folder} to be empty or absent, it has files`);
  let [made, total] = [0, 0];
  const onPhoto = (bytes: number) => {
    made += 1;
    total += bytes;
    if (made % 10 === 0) console.error(`${made} of ${corpus.count}`);
  };
  const stride = Math.min(availableParallelism(), corpus.count);
  const lanes = Array.from({ length: stride }, (_, index) =>
    startLane({ corpus, first: index + 1, stride }, onPhoto),
  );
  await Promise.all(lanes);
  console.log(`${made} photos, ${(total / MB).toFixed(1)} MB, mean ${(total / made / MB).toFixed(3)} MB`);
}

const [, , mode, lane] = process.argv;
if (mode === LANE && lane !== undefined) await runLane(JSON.parse(lane));
else await main();
