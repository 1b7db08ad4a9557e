// Damaged images by the thousand: the sample images, each damaged in one of many ways. The same seed gives the same bytes.
// To look at them: npx tsx test/support/images/damaged-images.ts <folder> <count> <seed>

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { mulberry32 } from '../../../scripts/painting/noise.js';
import { sampleImages } from '../paths.js';
import {
  below,
  type Damages,
  flipped,
  pick,
  pieceDeleted,
  pieceDoubled,
  piecesSwapped,
  type Random,
} from './damages.js';
import { type Field, piecesOf, withChecksums } from './image-pieces.js';

/** Zero and its neighbours, and both sides of where 7, 8, 15, 16, 31 and 32 bits end; a field takes those that fit. */
const EXTREMES = [
  0, 1, 2, 3, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
];

const LONGEST_GARBAGE = 3000;

/** Ways to damage an image of any format of which `piecesOf` knows the parts. */
export const imageDamages: Damages = {
  // Some are left as they are: they must come out whatever is beside them.
  clean: (bytes) => bytes,
  truncation: (bytes, random) => bytes.subarray(0, below(bytes.length, random)),
  flip: (bytes, random) => flipped(bytes, 1, random),
  flips: (bytes, random) => flipped(bytes, 2 + below(40, random), random),
  'head-flips': (bytes, random) => flipped(bytes, 1 + below(4, random), random, 600),
  'summed-flips': (bytes, random) => withChecksums(flipped(bytes, 1 + below(8, random), random)),
  zeros: (bytes, random) => {
    const [start, end] = range(bytes, 4000, random);
    return Buffer.from(bytes).fill(0, start, end);
  },
  'cut-out': (bytes, random) => {
    const [start, end] = range(bytes, 2000, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  'swapped-halves': (bytes) => {
    const middle = bytes.length >> 1;
    return Buffer.concat([bytes.subarray(middle), bytes.subarray(0, middle)]);
  },
  'garbage-behind': (bytes, random) => {
    const garbage = Array.from({ length: 1 + below(LONGEST_GARBAGE, random) }, () => below(256, random));
    return Buffer.concat([bytes, Buffer.from(garbage)]);
  },
  'piece-deleted': pieceDeleted,
  'piece-doubled': pieceDoubled,
  'pieces-swapped': piecesSwapped,
  'extreme-field': (bytes, random) => withExtreme(bytes, fieldOf(bytes, random), random),
  'extreme-fields': (bytes, random) => {
    let copy = bytes;
    for (let times = 2 + below(3, random); times > 0; times -= 1)
      copy = withExtreme(copy, fieldOf(bytes, random), random);
    return copy;
  },
  'extreme-anywhere': (bytes, random) => {
    // In the first kilobyte, where sizes, counts and offsets stand.
    const at = below(Math.min(1000, bytes.length - 4), random);
    const field = { at, bytes: pick([1, 2, 4] as const, random), little: random() < 0.5 };
    return withExtreme(bytes, field, random);
  },
};

/**
 * Writes `count` images into `folder` and returns their names: `00042-flip-upright-6.jpg` is number 42.
 * @param seed An integer. It and the number of a file decide the file's bytes, whatever `count` is.
 */
export function writeDamagedImages(folder: string, count: number, seed: number): string[] {
  const sources = fs
    .readdirSync(sampleImages)
    .filter((name) => /\.(?!txt)\w+$/.test(name))
    .sort();
  const kinds = Object.entries(imageDamages);
  fs.mkdirSync(folder, { recursive: true });
  return Array.from({ length: count }, (_, number) => {
    const random = mulberry32(seed * 1_000_003 + number);
    const source = pick(sources, random);
    const [kind, damage] = pick(kinds, random);
    const name = `${String(number).padStart(5, '0')}-${kind}-${source}`;
    const bytes = fs.readFileSync(path.join(sampleImages, source));
    fs.writeFileSync(path.join(folder, name), damage(bytes, random));
    return name;
  });
}

/** From where to where: at least one byte, at most `longest`. */
function range(bytes: Buffer, longest: number, random: Random): [start: number, end: number] {
  const start = below(bytes.length, random);
  return [start, Math.min(start + 1 + below(longest, random), bytes.length)];
}

function fieldOf(bytes: Buffer, random: Random): Field {
  return pick(pick(piecesOf(bytes), random).fields, random);
}

function withExtreme(bytes: Buffer, { at, bytes: width, little }: Field, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  const fitting = EXTREMES.filter((extreme) => extreme < 256 ** width);
  if (little) copy.writeUIntLE(pick(fitting, random), at, width);
  else copy.writeUIntBE(pick(fitting, random), at, width);
  return withChecksums(copy);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = '', count, seed] = process.argv.slice(2);
  writeDamagedImages(folder, Number(count), Number(seed));
}
