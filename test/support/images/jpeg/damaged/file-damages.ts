// Ways to damage a JPEG in any of its parts.

import {
  below,
  type Damages,
  flipped,
  pick,
  pieceDeleted,
  pieceDoubled,
  piecesSwapped,
  stretch,
  stretchDeleted,
  stretchDoubled,
} from '../../damages.js';
import { segment } from '../../hostile-images.js';
import { piecesOf } from '../../image-pieces.js';
import { ODD_CODES } from './odd-codes.js';
import { framesOf, garbage, inserted, scansOf } from './parts.js';

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

export const FILE_DAMAGES: Damages = {
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
  'cut off and ended': (bytes, random) =>
    Buffer.concat([bytes.subarray(0, below(bytes.length, random)), Buffer.from([0xff, 0xd9])]),
  'stretch deleted': stretchDeleted,
  'stretch doubled': stretchDoubled,
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
    return inserted(bytes, start, segment(DHT, Buffer.from([kind, ...pick(ODD_CODES, random)(random)])));
  },
};
