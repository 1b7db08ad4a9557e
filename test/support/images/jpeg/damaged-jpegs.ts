// Damaged JPEGs by the thousand: small images of every kind that is read, each damaged in one or two of many ways. The same seed
// gives the same bytes. To look at one: npx tsx test/support/images/jpeg/damaged-jpegs.ts <file> <number> <seed>

import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import {
  below,
  type Damages,
  damagedFile,
  flipped,
  pick,
  pieceDeleted,
  pieceDoubled,
  piecesSwapped,
  type Random,
  stretch,
} from '../damages.js';
import { exif, segment, withSegments } from '../hostile-images.js';
import { type Piece, piecesOf } from '../image-pieces.js';
import { sampled } from './components.js';
import { type EncoderOptions, encodeJpeg } from './encoder.js';
import { picture } from './pictures.js';

/** An image without damage. */
export interface SoundJpeg {
  readonly name: string;
  readonly isProgressive: boolean;
  readonly bytes: Buffer;
}

export interface DamagedJpeg extends SoundJpeg {
  /** What was done to it. */
  readonly damage: string;
}

const DHT = 0xc4;
const SOS = 0xda;
/** Segments of whose payload every byte matters: frames, tables, scan headers, restart interval. */
const MATTERING: ReadonlySet<number> = new Set([0xc0, 0xc2, DHT, SOS, 0xdb, 0xdd]);
/** Markers to be put where they do not belong: restarts, frames, scans, starts, ends, tables, those without a meaning. */
const MARKERS = [
  0x00,
  0x01,
  0xc0,
  0xc1,
  0xc2,
  DHT,
  0xc9,
  0xd0,
  0xd1,
  0xd3,
  0xd7,
  0xd8,
  0xd9,
  SOS,
  0xdb,
  0xdc,
  0xdd,
  0xe1,
  0xfe,
  0xff,
];
const EXTREMES = [0, 1, 2, 3, 0x7f, 0x80, 0xf0, 0xfe, 0xff];

/** The images to be damaged: every sampling, restart intervals, progressive ones, EXIF and a colour profile. */
export async function soundJpegs(): Promise<SoundJpeg[]> {
  const raw = await picture({ scene: 'lake', width: 75, height: 52, seed: 3, saturation: 2 });
  const grey = { ...raw, data: raw.data.filter((_, at) => at % 3 === 1), channels: 1 };
  const image = sharp(raw.data, { raw: { ...raw, channels: 3 } });
  const own = (options: EncoderOptions) => encodeJpeg(raw, options);
  const images: Array<[name: string, bytes: Buffer]> = [
    ['4:2:0', await image.clone().jpeg({ quality: 85 }).toBuffer()],
    ['4:4:4', await image.clone().jpeg({ chromaSubsampling: '4:4:4', optimiseCoding: false }).toBuffer()],
    ['4:2:2', own({ sampling: sampled(2, 1) })],
    ['4:4:0', own({ sampling: sampled(1, 2) })],
    ['grey', encodeJpeg(grey)],
    ['JFIF and Adobe', withSegments(own({ sampling: sampled(2, 2) }), [JFIF, ADOBE])],
    ['4:2:0 with restart intervals', own({ sampling: sampled(2, 2), restartInterval: 3 })],
    ['4:4:4 with restart intervals of one', own({ restartInterval: 1 })],
    ['progressive 4:2:0', await image.clone().jpeg({ progressive: true }).toBuffer()],
    [
      'progressive 4:4:4',
      await image.clone().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
    ],
    ['progressive grey', await image.clone().toColourspace('b-w').jpeg({ progressive: true }).toBuffer()],
    [
      'progressive with restart intervals',
      own({ sampling: sampled(2, 2), restartInterval: 3, frame: 0xc2, scans: SCANS }),
    ],
    ['EXIF', withSegments(own({ sampling: sampled(2, 2) }), [exif([[0x112, 3, 1, 6]])])],
    ['colour profile', await image.clone().withIccProfile('p3').jpeg().toBuffer()],
  ];
  return images.map(([name, bytes]) => ({ name, isProgressive: name.startsWith('progressive'), bytes }));
}

const acs = (component: number) => ({ components: [component], first: 1, last: 63, high: 0, low: 0 });
const SCANS = [
  { components: [0, 1, 2], first: 0, last: 0, high: 0, low: 1 },
  acs(0),
  acs(1),
  acs(2),
  { components: [0, 1, 2], first: 0, last: 0, high: 1, low: 0 },
];

const JFIF = segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1'));
const ADOBE = segment(0xee, Buffer.from('Adobe\0d\0\0\0\0\x01', 'latin1'));

const damages: Damages = {
  flip: (bytes, random) => flipped(bytes, 1, random),
  flips: (bytes, random) => flipped(bytes, 2 + below(20, random), random),
  'flips in the data': (bytes, random) => {
    const { start, end } = pick(scansOf(bytes), random);
    const data = flipped(bytes.subarray(start + 14, end), 1 + below(3, random), random);
    return Buffer.concat([bytes.subarray(0, start + 14), data, bytes.subarray(end)]);
  },
  'extreme bytes': (bytes, random) => {
    const copy = Buffer.from(bytes);
    for (let times = 1 + below(4, random); times > 0; times -= 1)
      copy[below(copy.length, random)] = pick(EXTREMES, random);
    return copy;
  },
  'cut off': (bytes, random) => bytes.subarray(0, below(bytes.length, random)),
  'cut off, and ended': (bytes, random) =>
    Buffer.concat([bytes.subarray(0, below(bytes.length, random)), Buffer.from([0xff, 0xd9])]),
  'stretch deleted': (bytes, random) => {
    const [start, end] = stretch(bytes, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  'stretch doubled': (bytes, random) => {
    const [start, end] = stretch(bytes, random);
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
  },
  'stretch moved': (bytes, random) => {
    const [start, end] = stretch(bytes, random);
    const rest = Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
    return inserted(rest, below(rest.length, random), bytes.subarray(start, end));
  },
  'bytes inserted': (bytes, random) => inserted(bytes, below(bytes.length, random), garbage(30, random)),
  'marker inserted': (bytes, random) =>
    inserted(bytes, below(bytes.length, random), Buffer.from([0xff, pick(MARKERS, random)])),
  'marker in the data': (bytes, random) => {
    const { start, end } = pick(scansOf(bytes), random);
    const at = start + 14 + below(Math.max(1, end - start - 14), random);
    return inserted(bytes, Math.min(at, end), Buffer.from([0xff, pick(MARKERS, random)]));
  },
  'run of FF': (bytes, random) =>
    inserted(bytes, below(bytes.length, random), Buffer.alloc(1 + below(40, random), 0xff)),
  'bytes behind the data': (bytes, random) => {
    const { end } = pick(scansOf(bytes), random);
    return inserted(bytes, end, garbage(4, random));
  },
  'data replaced': (bytes, random) => {
    const { start, end } = pick(scansOf(bytes), random);
    const data = garbage(2 * (end - start), random).map((byte) => (byte === 0xff ? 0xfe : byte));
    return Buffer.concat([bytes.subarray(0, start + 14), data, bytes.subarray(end)]);
  },
  'segment deleted': pieceDeleted,
  'segment doubled': pieceDoubled,
  'segments swapped': piecesSwapped,
  'segment of another length': (bytes, random) => {
    const { start } = pick(piecesOf(bytes), random);
    const copy = Buffer.from(bytes);
    const length = copy.readUInt16BE(start + 2);
    copy.writeUInt16BE(
      pick([0, 1, 2, length - 1, length + 1, length + 65, 0xffff], random) & 0xffff,
      start + 2,
    );
    return copy;
  },
  'segment of another type': (bytes, random) => {
    const copy = Buffer.from(bytes);
    copy[pick(piecesOf(bytes), random).start + 1] = pick(MARKERS, random);
    return copy;
  },
  'byte that matters': (bytes, random) => {
    const pieces = piecesOf(bytes).filter(({ start }) => MATTERING.has(bytes[start + 1] ?? 0));
    const copy = Buffer.from(bytes);
    for (let times = 1 + below(2, random); times > 0; times -= 1) {
      const { start } = pick(pieces, random);
      const at = start + 4 + below(copy.readUInt16BE(start + 2) - 2, random);
      copy[at] = random() < 0.5 ? pick(EXTREMES, random) : (copy[at] ?? 0) ^ (1 << below(8, random));
    }
    return copy;
  },
  'another size': (bytes, random) => {
    const copy = Buffer.from(bytes);
    const { start } = pick(framesOf(bytes), random);
    copy.writeUInt16BE(pick([1, 8, 51, 53, 60, 100, 1000, 65_500], random), start + 5);
    copy.writeUInt16BE(pick([1, 8, 74, 76, 80, 100, 1000, 65_500], random), start + 7);
    return copy;
  },
  'another restart interval': (bytes, random) =>
    inserted(bytes, pick(scansOf(bytes), random).start, segment(0xdd, Buffer.from([0, below(8, random)]))),
  'another Huffman code': (bytes, random) => {
    const { start } = pick(scansOf(bytes), random);
    const kind = (below(2, random) << 4) | below(2, random);
    return inserted(bytes, start, segment(DHT, Buffer.from([kind, ...pick(codes, random)(random)])));
  },
};

const lengths = (...counts: number[]) => [...counts, ...Array<number>(16 - counts.length).fill(0)];

/** Huffman codes that no encoder writes, each as 16 counts and the symbols. */
const codes: ReadonlyArray<(random: Random) => number[]> = [
  // Sixteen zeros, end of block, and zeros before a value, each in one bit.
  () => [...lengths(1), 0xf0],
  () => [...lengths(1), 0x00],
  () => [...lengths(1), 0xf1],
  () => [...lengths(1, 1), 0xf0, 0x01],
  () => [...lengths(1, 1, 1), 0x00, 0xf0, 0x0a],
  // A code of nothing but ones, too many codes, and none.
  () => [...lengths(2), 0x00, 0x01],
  () => [...lengths(3), 0x00, 0x01, 0x02],
  () => lengths(),
  // One code of each length, the longest of nothing but ones or not.
  () => [...Array(16).fill(1), ...Array(16).keys()],
  () => [...Array(15).fill(1), 2, ...Array(17).keys()],
  () => [...Array(15).fill(0), 200, ...Array(200).keys()],
  // Values of more bits than there can be.
  () => [...lengths(0, 3), 0x0b, 0x0c, 0x0f],
  () => [...lengths(0, 3), 0x1b, 0xff, 0x10],
  (random) => {
    const counts = Array.from({ length: 16 }, (_, index) =>
      index < 3 ? below(2, random) : below(12, random),
    );
    const count = counts.reduce((sum, length) => sum + length, 0);
    return [...counts, ...Array.from({ length: count }, () => below(256, random))];
  },
];

/** Damaged image `number` of a seed. */
export function damagedJpeg(images: readonly SoundJpeg[], number: number, seed: number): DamagedJpeg {
  return damagedFile(images, damages, hasSegments, { number, seed });
}

/** Whether it can still be divided into segments, so that it can be damaged again. */
function hasSegments(bytes: Buffer): boolean {
  try {
    return scansOf(bytes).length > 0 && framesOf(bytes).length > 0 && bytes.length > 200;
  } catch {
    return false;
  }
}

function scansOf(bytes: Buffer): Piece[] {
  return piecesOf(bytes).filter(({ start }) => bytes[start + 1] === SOS);
}

function framesOf(bytes: Buffer): Piece[] {
  return piecesOf(bytes).filter(({ start }) => bytes[start + 1] === 0xc0 || bytes[start + 1] === 0xc2);
}

function inserted(bytes: Buffer, at: number, more: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
}

function garbage(most: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length: 1 + below(most, random) }, () => below(256, random)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file = '', number, seed] = process.argv.slice(2);
  const { name, damage, bytes } = damagedJpeg(await soundJpegs(), Number(number), Number(seed));
  fs.writeFileSync(file, bytes);
  console.log(`${name}: ${damage}`);
}
