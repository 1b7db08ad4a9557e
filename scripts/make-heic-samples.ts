// Writes the HEICs of sample-images/. To be run by hand, where x265 is installed (Debian: apt-get install x265); the committed files were
// made with x265 3.5 of Debian 12. Run: npx tsx scripts/make-heic-samples.ts
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { codedPicture } from '../test/support/images/heif/hevc.js';
import { heifPhoto } from '../test/support/images/heif/photo.js';
import type { CodedPicture, Coding } from '../test/support/images/heif/pictures.js';
import { profile, rotation } from '../test/support/images/heif/properties.js';
import { tiff } from '../test/support/images/hostile-images.js';
import { builtInProfile } from './built-in-profile.js';
import { encodeHevc } from './heif/encode.js';
import { P3_TILES, tilePicture } from './known-colours.js';
import type { Picture } from './painting/canvas.js';
import { paintScene } from './painting/scene.js';

const FOLDER = fileURLToPath(new URL('../sample-images/', import.meta.url));
/** Of each file. */
const MAX_BYTES = 60_000;
const TILE = 512;
const CODING: Coding = { chroma: '4:2:0', bits: 8, matrix: 6, fullRange: true, says: true };

/** The part of a picture from `left` and `top` on; beyond the picture its edge is repeated. */
function coded(
  picture: Picture,
  quantizer: number,
  [left, top, width, height] = wholeOf(picture),
): CodedPicture {
  const rgb = new Float64Array(3 * width * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const row = Math.min(top + y, picture.height - 1);
      const from = 3 * (row * picture.width + Math.min(left + x, picture.width - 1));
      rgb.set(picture.data.subarray(from, from + 3), 3 * (y * width + x));
    }
  const stream = encodeHevc({ width, height, rgb }, CODING, quantizer);
  return { width, height, coding: CODING, ...codedPicture(stream, CODING) };
}

type Part = readonly [left: number, top: number, width: number, height: number];

function wholeOf({ width, height }: Picture): Part {
  return [0, 0, width, height];
}

/** As phones store a photo: tiles of 512 pixels square, the last ones cut. */
function grid(picture: Picture, quantizer: number) {
  const { width, height } = picture;
  const [columns, rows] = [Math.ceil(width / TILE), Math.ceil(height / TILE)];
  const tiles = Array.from({ length: columns * rows }, (_, index) =>
    coded(picture, quantizer, [(index % columns) * TILE, Math.floor(index / columns) * TILE, TILE, TILE]),
  );
  return { columns, rows, width, height, tiles };
}

/** Stored lying on its side: a quarter turn anticlockwise puts it upright. */
function turned({ width, height, data }: Picture): Picture {
  const stored = new Uint8Array(data.length);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const from = 3 * (y * width + x);
      stored.set(data.subarray(from, from + 3), 3 * (x * height + height - 1 - y));
    }
  return { width: height, height: width, channels: 3, data: stored };
}

async function samples(): Promise<Record<string, Buffer>> {
  const lake = (width: number, height: number) => paintScene('lake', 'dusk', width, height, 12);
  const flower = paintScene('flower', 'noon', 1200, 800, 33);
  const portrait = paintScene('mountains', 'dawn', 600, 900, 5);
  const tiles = tilePicture(P3_TILES, 900, 600);
  return {
    'embedded-thumbnail.heic': heifPhoto({
      picture: grid(lake(1600, 1200), 30),
      thumbnails: [{ picture: coded(lake(320, 240), 28) }],
    }),
    'flower.heic': heifPhoto({ picture: coded(flower, 20) }),
    // Both say how it is turned, as phones write it. Only the container counts.
    'rotated.heic': heifPhoto({
      picture: grid(turned(portrait), 22),
      properties: [rotation(1)],
      exif: tiff([[0x0112, 3, 1, 8]], Buffer.alloc(0)),
    }),
    'display-p3.heic': heifPhoto({
      picture: coded(tiles, 18),
      colours: [profile(await builtInProfile('p3'))],
    }),
  };
}

for (const [name, bytes] of Object.entries(await samples())) {
  writeFileSync(path.join(FOLDER, name), bytes);
  console.log(`${name}: ${bytes.length} bytes`);
  if (bytes.length > MAX_BYTES)
    throw new Error(`Expected at most ${MAX_BYTES} bytes of ${name}, got ${bytes.length}`);
}
