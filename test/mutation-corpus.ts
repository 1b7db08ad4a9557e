// Damaged images by the thousand: the sample images, each hurt in one of many ways. The same seed gives the same bytes.

import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { mulberry32 } from '../scripts/painting/noise.js';
import { sampleImages } from './helpers.js';

/** A part of a file's structure: a PNG chunk, a JPEG segment, a RIFF chunk, a box, a GIF block, a TIFF directory entry. */
interface Piece {
  readonly start: number;
  readonly end: number;
  /** The number that says how long it is, or how large the image is. */
  readonly length: Field;
}

interface Field {
  readonly at: number;
  readonly bytes: 1 | 2 | 4;
  readonly little: boolean;
}

type Random = () => number;

const EXTREMES = [
  0, 1, 2, 3, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
];

const damages: Readonly<Record<string, (bytes: Buffer, random: Random) => Buffer>> = {
  truncation: (bytes, random) => bytes.subarray(0, below(bytes.length, random)),
  'bit-flip': (bytes, random) => flipped(bytes, 1, random),
  'byte-flips': (bytes, random) => flipped(bytes, 2 + below(40, random), random),
  'head-flips': (bytes, random) => flipped(bytes, 1 + below(4, random), random, 600),
  zeros: (bytes, random) => {
    const start = below(bytes.length, random);
    return Buffer.from(bytes).fill(0, start, Math.min(start + 1 + below(4000, random), bytes.length));
  },
  'cut-out': (bytes, random) => {
    const start = below(bytes.length, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + 1 + below(2000, random))]);
  },
  'swapped-halves': (bytes) =>
    Buffer.concat([bytes.subarray(bytes.length >> 1), bytes.subarray(0, bytes.length >> 1)]),
  'garbage-behind': (bytes, random) =>
    Buffer.concat([
      bytes,
      Buffer.from(Array.from({ length: 1 + below(3000, random) }, () => below(256, random))),
    ]),
  'piece-deleted': (bytes, random) => {
    const piece = pick(piecesOf(bytes), random);
    return piece === undefined
      ? bytes
      : Buffer.concat([bytes.subarray(0, piece.start), bytes.subarray(piece.end)]);
  },
  'piece-doubled': (bytes, random) => {
    const piece = pick(piecesOf(bytes), random);
    return piece === undefined
      ? bytes
      : Buffer.concat([bytes.subarray(0, piece.end), bytes.subarray(piece.start)]);
  },
  'extreme-length': (bytes, random) => {
    const piece = pick(piecesOf(bytes), random);
    return piece === undefined ? bytes : withChecksums(withExtreme(bytes, piece.length, random));
  },
  'extreme-field': (bytes, random) => {
    // Anywhere in the first kilobyte, where sizes, counts and offsets stand.
    const at = below(Math.min(1000, bytes.length - 4), random);
    const width = pick([1, 2, 4] as const, random) ?? 4;
    return withChecksums(withExtreme(bytes, { at, bytes: width, little: random() < 0.5 }, random));
  },
};

/**
 * Writes `count` damaged images into `folder` and returns their names, which tell the number, the damage and the source.
 * @param seed The number of a file and the seed decide its bytes, whatever `count` is.
 */
export function writeMutations(folder: string, count: number, seed: number): string[] {
  const sources = fs
    .readdirSync(sampleImages)
    .filter((name) => /\.(?!txt)\w+$/.test(name))
    .sort();
  const kinds = Object.keys(damages);
  fs.mkdirSync(folder, { recursive: true });
  return Array.from({ length: count }, (_, number) => {
    const random = mulberry32(seed * 1_000_003 + number);
    const source = pick(sources, random) ?? '';
    const kind = pick(kinds, random) ?? '';
    const bytes =
      damages[kind]?.(fs.readFileSync(path.join(sampleImages, source)), random) ?? Buffer.alloc(0);
    const name = `${String(number).padStart(5, '0')}-${kind}-${source}`;
    fs.writeFileSync(path.join(folder, name), bytes);
    return name;
  });
}

function below(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}

function pick<T>(list: readonly T[], random: Random): T | undefined {
  return list[below(list.length, random)];
}

function flipped(bytes: Buffer, times: number, random: Random, within = bytes.length): Buffer {
  const copy = Buffer.from(bytes);
  for (let time = 0; time < times; time += 1) {
    const at = below(Math.min(within, copy.length), random);
    copy.writeUInt8(copy.readUInt8(at) ^ (1 << below(8, random)), at);
  }
  return copy;
}

function withExtreme(bytes: Buffer, { at, bytes: width, little }: Field, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  const value = (pick(EXTREMES, random) ?? 0) % 256 ** width;
  if (at + width > copy.length) return copy;
  if (little) copy.writeUIntLE(value, at, width);
  else copy.writeUIntBE(value, at, width);
  return copy;
}

/** A PNG's checksums made right again, so that a decoder goes further than to the first of them. */
function withChecksums(bytes: Buffer): Buffer {
  if (!isPng(bytes)) return bytes;
  for (const { start, end } of pngChunks(bytes))
    bytes.writeUInt32BE(crc32(bytes.subarray(start + 4, end - 4)), end - 4);
  return bytes;
}

function isPng(bytes: Buffer): boolean {
  return bytes.toString('latin1', 1, 4) === 'PNG';
}

function piecesOf(bytes: Buffer): Piece[] {
  if (isPng(bytes)) return [...pngChunks(bytes)];
  if (bytes.toString('latin1', 0, 4) === 'RIFF') return [...riffChunks(bytes)];
  if (bytes.toString('latin1', 4, 8) === 'ftyp') return [...boxes(bytes, 0, bytes.length)];
  if (bytes.toString('latin1', 0, 3) === 'GIF') return gifFields(bytes);
  if (bytes.readUInt16BE(0) === 0xffd8) return [...jpegSegments(bytes)];
  return [...tiffEntries(bytes)];
}

function* pngChunks(bytes: Buffer): Generator<Piece> {
  for (let start = 8; start + 12 <= bytes.length; ) {
    const end = start + 12 + bytes.readUInt32BE(start);
    if (end > bytes.length) return;
    yield { start, end, length: { at: start, bytes: 4, little: false } };
    // The image's width and height stand in the first chunk.
    if (start === 8) yield { start, end, length: { at: start + 8, bytes: 4, little: false } };
    start = end;
  }
}

function* riffChunks(bytes: Buffer): Generator<Piece> {
  yield { start: 0, end: 12, length: { at: 4, bytes: 4, little: true } };
  for (let start = 12; start + 8 <= bytes.length; ) {
    const size = bytes.readUInt32LE(start + 4);
    const end = Math.min(start + 8 + size + (size % 2), bytes.length);
    yield { start, end, length: { at: start + 4, bytes: 4, little: true } };
    start = end;
  }
}

/** Boxes of ISO/IEC 14496-12, and those in the ones that only hold others. */
function* boxes(bytes: Buffer, from: number, to: number): Generator<Piece> {
  const inside: Readonly<Record<string, number>> = { meta: 12, iprp: 8, ipco: 8, iinf: 14 };
  for (let start = from; start + 8 <= to; ) {
    const size = bytes.readUInt32BE(start);
    const end = size < 8 ? to : Math.min(start + size, to);
    yield { start, end, length: { at: start, bytes: 4, little: false } };
    const type = bytes.toString('latin1', start + 4, start + 8);
    if (type === 'ispe') yield { start, end, length: { at: start + 12, bytes: 4, little: false } };
    const skip = inside[type];
    if (skip !== undefined) yield* boxes(bytes, start + skip, end);
    start = end;
  }
}

/** The fields of the logical screen, and the first image block's. */
function gifFields(bytes: Buffer): Piece[] {
  const block = bytes.indexOf(0x2c, 13);
  return [6, 8, block + 1, block + 5, block + 7].map((at) => ({
    start: at,
    end: at + 2,
    length: { at, bytes: 2, little: true },
  }));
}

function* jpegSegments(bytes: Buffer): Generator<Piece> {
  for (let start = 2; start + 4 <= bytes.length && bytes[start] === 0xff; ) {
    const end = start + 2 + bytes.readUInt16BE(start + 2);
    const marker = bytes[start + 1] ?? 0;
    yield { start, end, length: { at: start + 2, bytes: 2, little: false } };
    // Height and width of a frame header.
    if (marker === 0xc0 || marker === 0xc2) {
      for (const at of [start + 5, start + 7]) yield { start, end, length: { at, bytes: 2, little: false } };
    }
    if (marker === 0xda) return;
    start = end;
  }
}

function* tiffEntries(bytes: Buffer): Generator<Piece> {
  const little = bytes.toString('latin1', 0, 2) === 'II';
  const first = little ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4);
  if (first + 2 > bytes.length) return;
  const count = little ? bytes.readUInt16LE(first) : bytes.readUInt16BE(first);
  yield { start: first, end: first + 2, length: { at: first, bytes: 2, little } };
  for (let entry = 0; entry < count; entry += 1) {
    const start = first + 2 + 12 * entry;
    if (start + 12 > bytes.length) return;
    // Its count, and its value or offset.
    for (const at of [start + 4, start + 8])
      yield { start, end: start + 12, length: { at, bytes: 4, little } };
  }
}
