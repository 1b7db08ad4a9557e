// Writes sample-images/: one file of each kind of image that a folder of photos may contain. All are synthetic and seeded, so every run
// writes the same bytes. The HEICs are written by scripts/make-heic-samples.ts, which needs x265.
// Run: npx tsx scripts/make-sample-images.ts
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';
import { families } from '../test/support/images/raw/families.js';
import { builtInProfile } from './built-in-profile.js';
import { CMYK_TILES, P3_TILES, paintTiles, SIXTEEN_BIT_TILES, tilePicture } from './known-colours.js';
import type { Picture } from './painting/canvas.js';
import type { Light } from './painting/palette.js';
import { paintScene, type SceneName } from './painting/scene.js';

const FOLDER = fileURLToPath(new URL('../sample-images/', import.meta.url));
/** Of all files together. */
const MAX_BYTES = 3_000_000;
const TILED_SIZE = { width: 900, height: 600 };
/** In NFC, the usual form on Linux and Windows. macOS returns the same name in NFD. */
const NON_ASCII_FOLDER = 'Été à Ålesund'.normalize('NFC');

function toSharp({ width, height, channels, data }: Picture): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

function paint(scene: SceneName, light: Light, width: number, height: number, seed: number): Sharp {
  return toSharp(paintScene(scene, light, width, height, seed));
}

function photo(scene: SceneName, light: Light, width: number, height: number, seed: number): Promise<Buffer> {
  return paint(scene, light, width, height, seed).jpeg({ quality: 82 }).toBuffer();
}

/** By EXIF orientation: which side of the upright image the first stored row and the first stored column show. TIFF 6.0, page 36. */
const ORIENTATIONS = [
  ['top', 'left'],
  ['top', 'right'],
  ['bottom', 'right'],
  ['bottom', 'left'],
  ['left', 'top'],
  ['right', 'top'],
  ['right', 'bottom'],
  ['left', 'bottom'],
] as const;

/** Rearranges the pixels of an upright picture into the order in which `orientation` (1-8) stores them. */
function storedAs(upright: Picture, orientation: number): Picture {
  const [firstRow, firstColumn] = ORIENTATIONS[orientation - 1] ?? ['top', 'left'];
  const sideways = firstRow === 'left' || firstRow === 'right';
  const [width, height] = sideways ? [upright.height, upright.width] : [upright.width, upright.height];
  const backwardRows = firstRow === 'bottom' || firstRow === 'right';
  const backwardColumns = firstColumn === 'bottom' || firstColumn === 'right';
  const data = new Uint8Array(upright.data.length);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    const down = backwardRows ? height - 1 - row : row;
    const along = backwardColumns ? width - 1 - column : column;
    const from = sideways ? along * upright.width + down : down * upright.width + along;
    data.set(upright.data.subarray(from * 3, from * 3 + 3), pixel * 3);
  }
  return { width, height, channels: 3, data };
}

function oriented(upright: Picture, orientation: number): Promise<Buffer> {
  return toSharp(storedAs(upright, orientation))
    .withMetadata({ orientation })
    .jpeg({ quality: 80 })
    .toBuffer();
}

/** Inserts an ICC profile into a JPEG without changing its samples: ICC.1:2022 annex B.4, chunks of at most 65519 bytes. */
function embedProfile(jpeg: Buffer, profile: Buffer): Buffer {
  const count = Math.ceil(profile.length / 65519);
  const segments = Array.from({ length: count }, (_, index) => {
    const chunk = profile.subarray(index * 65519, (index + 1) * 65519);
    const head = Buffer.from('\xff\xe2\0\0ICC_PROFILE\0', 'latin1');
    head.writeUInt16BE(chunk.length + 16, 2);
    return Buffer.concat([head, Buffer.from([index + 1, count]), chunk]);
  });
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

/**
 * Removes the last three tags of the CMYK profile: the measurements that it was computed from. They are three quarters of its megabyte,
 * and no decoder reads them. Layout: ICC.1:2022 section 7.
 */
function withoutMeasurements(profile: Buffer): Buffer {
  const tags = profile.readUInt32BE(128);
  const start = profile.indexOf('targ', 132, 'latin1');
  if (start !== 132 + 12 * (tags - 3)) throw new Error('Expected targ, DevD and CIED to be the last tags');
  const shortened = Buffer.from(profile.subarray(0, profile.readUInt32BE(start + 4)));
  shortened.writeUInt32BE(shortened.length, 0);
  shortened.writeUInt32BE(tags - 3, 128);
  shortened.fill(0, start, start + 36);
  return shortened;
}

async function cmyk(): Promise<Buffer> {
  const tiles = CMYK_TILES.map(({ srgb }) => srgb);
  const picture = toSharp(tilePicture(tiles, TILED_SIZE.width, TILED_SIZE.height));
  const inks = picture.toColourspace('cmyk').withIccProfile('cmyk', { attach: false });
  const jpeg = await inks.jpeg({ quality: 92 }).toBuffer();
  return embedProfile(jpeg, withoutMeasurements(await builtInProfile('cmyk')));
}

/** The samples are painted as P3 values: a conversion from sRGB would only have colours within sRGB. */
async function displayP3(): Promise<Buffer> {
  const samples = toSharp(tilePicture(P3_TILES, TILED_SIZE.width, TILED_SIZE.height));
  const jpeg = await samples.jpeg({ quality: 92, chromaSubsampling: '4:4:4' }).toBuffer();
  return embedProfile(jpeg, await builtInProfile('p3'));
}

function sixteenBit(): Promise<Buffer> {
  const tiles = paintTiles(SIXTEEN_BIT_TILES, TILED_SIZE.width, TILED_SIZE.height, 65535);
  const samples = Uint16Array.from(tiles, Math.round);
  const raw = { ...TILED_SIZE, channels: 3 } as const;
  return sharp(samples, { raw }).toColourspace('rgb16').png({ compressionLevel: 9 }).toBuffer();
}

async function frames(scene: SceneName, lights: Light[], width: number, height: number): Promise<Sharp> {
  const pages = lights.map((light) => paint(scene, light, width, height, 4).png().toBuffer());
  return sharp(await Promise.all(pages), { join: { animated: true } });
}

async function animated(): Promise<Buffer> {
  const day = await frames('lake', ['dawn', 'noon', 'mist', 'dusk', 'night'], 300, 200);
  return day.gif({ colours: 96, delay: [900, 400, 400, 400, 400], loop: 0 }).toBuffer();
}

async function multiPage(): Promise<Buffer> {
  return (await frames('mountains', ['dusk', 'noon', 'mist'], 600, 400))
    .tiff({ compression: 'jpeg' })
    .toBuffer();
}

/** A made RAW file: a scene as small, medium and large preview, and a stub in place of the sensor's data. */
async function rawPhoto(extension: string, scene: SceneName, light: Light): Promise<Buffer> {
  const preview = (width: number, height: number) =>
    paint(scene, light, width, height, 27).jpeg({ quality: 70 }).toBuffer();
  const [small, medium, large] = await Promise.all([preview(96, 64), preview(480, 320), preview(720, 480)]);
  const make = families[extension];
  if (make === undefined) throw new RangeError(`Expected an extension of a RAW family, got ${extension}`);
  return make({ small, medium, large, orientation: 1 });
}

async function samples(): Promise<Record<string, Buffer | Promise<Buffer>>> {
  const upright = paintScene('mountains', 'noon', 600, 400, 2);
  const orientations = ORIENTATIONS.map((_, index) => [
    `orientation-${index + 1}.jpg`,
    oriented(upright, index + 1),
  ]);
  const twin = await photo('dunes', 'sand', 900, 600, 9);
  return {
    ...Object.fromEntries(orientations),
    'alpha.png': paint('cutout', 'noon', 420, 420, 31).png().toBuffer(),
    'alpha.webp': paint('cutout', 'noon', 600, 600, 30).webp({ quality: 82 }).toBuffer(),
    'animated.gif': animated(),
    'aurora.avif': paint('aurora', 'night', 1200, 800, 13).avif({ quality: 60 }).toBuffer(),
    'cmyk.jpg': cmyk(),
    'display-p3.jpg': displayP3(),
    'dunes.jpg': photo('dunes', 'sand', 1600, 1067, 8),
    'flower.jpg': photo('flower', 'noon', 1600, 1067, 30),
    'grey.jpg': paint('lake', 'mist', 1200, 800, 40).toColourspace('b-w').jpeg({ quality: 82 }).toBuffer(),
    'grey.png': paint('dunes', 'sand', 320, 214, 41).toColourspace('b-w').png().toBuffer(),
    'lossy.webp': paint('lake', 'dusk', 1600, 1067, 4).webp({ quality: 80 }).toBuffer(),
    'mountains-at-dusk.jpg': photo('mountains', 'dusk', 1600, 1067, 21),
    'multi-page.tif': multiPage(),
    'palette.png': paint('bokeh', 'dusk', 480, 320, 9).png({ palette: true, colours: 128 }).toBuffer(),
    'panorama.jpg': photo('mountains', 'dawn', 2400, 400, 1),
    'portrait.jpg': photo('aurora', 'night', 800, 1200, 17),
    'progressive.jpg': paint('lake', 'dawn', 1600, 1067, 3)
      .jpeg({ quality: 82, progressive: true })
      .toBuffer(),
    'raw.cr3': rawPhoto('cr3', 'lake', 'dusk'),
    'raw.nef': rawPhoto('nef', 'mountains', 'noon'),
    'sixteen-bit.png': sixteenBit(),
    'smaller-than-the-box.png': paint('sea', 'dawn', 120, 80, 6).png().toBuffer(),
    'twin-a.jpg': twin,
    'twin-b.jpg': twin,
    'UPPER-CASE.JPG': photo('sea', 'noon', 1200, 800, 26),
    [`${NON_ASCII_FOLDER}/Brygge på kvelden.jpg`]: photo('sea', 'dusk', 1600, 1067, 5),
    [`${NON_ASCII_FOLDER}/Fjord før soloppgang.jpg`]: photo('lake', 'mist', 1200, 800, 23),
  };
}

async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(path.join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

await mkdir(path.join(FOLDER, NON_ASCII_FOLDER), { recursive: true });
for (const [name, bytes] of Object.entries(await samples()))
  await writeFile(path.join(FOLDER, name), await bytes);
const total = await folderBytes(FOLDER);
console.log(`sample-images: ${total} bytes`);
if (total > MAX_BYTES) throw new Error(`Expected at most ${MAX_BYTES} bytes of samples, got ${total}`);
