// Ways to damage the entropy-coded data of a JPEG, often where a reader that starts at several places is likely to start or to meet the
// next start: at the eighths of the data, and at multiples of 8 KiB.

import { below, type Damages, flipped, pick, type Random } from '../../damages.js';
import { segment } from '../../hostile-images.js';
import { piecesOf } from '../../image-pieces.js';
import { garbage, inserted, scansOf } from './parts.js';

const DHT = 0xc4;
const DQT = 0xdb;
const DRI = 0xdd;
const BAND_BYTES = 8 * 1024;

/** A part of a file, from `start` up to `end`. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

/** The entropy-coded data of one of the scans. */
function dataOf(bytes: Buffer, random: Random): Part {
  return dataOfScan(bytes, pick(scansOf(bytes), random));
}

/** The entropy-coded data of a scan. */
export function dataOfScan(bytes: Buffer, { start, end }: Part): Part {
  return { start: Math.min(start + 2 + bytes.readUInt16BE(start + 2), end), end };
}

/** Where each restart marker of a part begins. */
function restartsIn(bytes: Buffer, { start, end }: Part): number[] {
  return markersIn(bytes, { start, end }).filter((at) => ((bytes[at + 1] ?? 0) & 0xf8) === 0xd0);
}

/** Where each FF of a part is that something follows: stuffing, or a marker. */
function markersIn(bytes: Buffer, { start, end }: Part): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(0xff, start); at >= 0 && at + 1 < end; at = bytes.indexOf(0xff, at + 2))
    found.push(at);
  return found;
}

/** A place in a part: half of the time anywhere, else near one where a reader may start. */
function placeIn(bytes: Buffer, part: Part, random: Random): number {
  const length = part.end - part.start;
  if (length <= 0) return part.start;
  if (random() < 0.5) return part.start + below(length, random);
  const coded = codedBytes(bytes, part);
  const band = BAND_BYTES * (1 + below(Math.max(1, Math.floor(coded / BAND_BYTES)), random));
  const start = random() < 0.5 && band < coded ? band : Math.round((coded * below(9, random)) / 8);
  const near = placeOf(bytes, part, start) + below(2 * 40, random) - 40;
  return Math.max(part.start, Math.min(part.end - 1, near));
}

/** How many bytes of a part readers count: those that are neither stuffing nor a restart marker. */
export function codedBytes(bytes: Buffer, part: Part): number {
  return markersIn(bytes, part).reduce(
    (sum, at) => sum - skippedAt(bytes, at),
    Math.max(0, part.end - part.start),
  );
}

/** Where the byte is that readers count as `index`, from 0 at the start of the part. */
export function placeOf(bytes: Buffer, part: Part, index: number): number {
  return markersIn(bytes, part).reduce(
    (place, at) => (at < place ? place + skippedAt(bytes, at) : place),
    part.start + index,
  );
}

function skippedAt(bytes: Buffer, at: number): number {
  return bytes[at + 1] === 0 ? 1 : 2;
}

/** A place in the data, and up to `most` bytes from there on. */
function stretchIn(bytes: Buffer, most: number, random: Random): Part {
  const data = dataOf(bytes, random);
  const start = placeIn(bytes, data, random);
  return { start, end: Math.min(data.end, start + 1 + below(most, random)) };
}

function replaced(bytes: Buffer, { start, end }: Part, by: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, start), by, bytes.subarray(end)]);
}

/** Bytes that hold no marker. */
function withoutMarkers(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte === 0xff ? 0xfe : byte));
}

function restartInserted(bytes: Buffer, data: Part, random: Random): Buffer {
  return inserted(bytes, placeIn(bytes, data, random), Buffer.from([0xff, 0xd0 + below(8, random)]));
}

/** One of the restart markers replaced; where there is none, one is inserted. */
function restartReplaced(
  bytes: Buffer,
  random: Random,
  by: (number: number, marker: Buffer) => Buffer,
): Buffer {
  const data = dataOf(bytes, random);
  const restarts = restartsIn(bytes, data);
  if (restarts.length === 0) return restartInserted(bytes, data, random);
  const start = pick(restarts, random);
  const marker = bytes.subarray(start, start + 2);
  return replaced(bytes, { start, end: start + 2 }, by((marker[1] ?? 0) & 7, marker));
}

/** A byte of one of the segments of a type changed, if there is one. */
function segmentChanged(
  bytes: Buffer,
  marker: number,
  random: Random,
  change: (copy: Buffer, payload: Part) => void,
): Buffer {
  const found = piecesOf(bytes).filter(({ start }) => bytes[start + 1] === marker);
  if (found.length === 0) return bytes;
  const { start, end } = pick(found, random);
  const copy = Buffer.from(bytes);
  if (end - start > 6) change(copy, { start: start + 4, end });
  return copy;
}

export const DATA_DAMAGES: Damages = {
  'data: a bit': (bytes, random) => {
    const part = stretchIn(bytes, 1, random);
    return replaced(bytes, part, flipped(bytes.subarray(part.start, part.end), 1, random));
  },
  'data: bits near each other': (bytes, random) => {
    const part = stretchIn(bytes, 40, random);
    const flips = 2 + below(6, random);
    return replaced(bytes, part, flipped(bytes.subarray(part.start, part.end), flips, random));
  },
  'data: bits at two places': (bytes, random) => {
    const one = stretchIn(bytes, 1, random);
    const once = replaced(bytes, one, flipped(bytes.subarray(one.start, one.end), 1, random));
    const other = stretchIn(once, 1, random);
    return replaced(once, other, flipped(once.subarray(other.start, other.end), 1, random));
  },
  'data: bytes dropped': (bytes, random) => replaced(bytes, stretchIn(bytes, 4, random), Buffer.alloc(0)),
  'data: many bytes dropped': (bytes, random) =>
    replaced(bytes, stretchIn(bytes, 5000, random), Buffer.alloc(0)),
  'data: bytes inserted': (bytes, random) =>
    inserted(bytes, stretchIn(bytes, 1, random).start, garbage(4, random)),
  'data: a part is noise': (bytes, random) => {
    const part = stretchIn(bytes, pick([4, 100, 3000], random), random);
    const noise = Buffer.from(Array.from({ length: part.end - part.start }, () => below(256, random)));
    return replaced(bytes, part, withoutMarkers(noise));
  },
  'data: a part is one byte again and again': (bytes, random) => {
    const part = stretchIn(bytes, pick([100, 20_000], random), random);
    const byte = pick([0x00, 0x55, 0xaa, 0xfe, below(255, random)], random);
    return replaced(bytes, part, Buffer.alloc(part.end - part.start, byte));
  },
  'data: a part is a copy of another': (bytes, random) => {
    const part = stretchIn(bytes, 3000, random);
    const from = stretchIn(bytes, 1, random).start;
    const copy = withoutMarkers(bytes.subarray(from, from + part.end - part.start));
    return replaced(bytes, part, copy);
  },
  'data: a part doubled': (bytes, random) => {
    const { start, end } = stretchIn(bytes, 3000, random);
    return inserted(bytes, start, bytes.subarray(start, end));
  },
  'data: ends early': (bytes, random) => {
    const data = dataOf(bytes, random);
    return replaced(bytes, { start: placeIn(bytes, data, random), end: data.end }, Buffer.alloc(0));
  },
  'data: bytes after the last MCU': (bytes, random) =>
    inserted(bytes, dataOf(bytes, random).end, withoutMarkers(garbage(pick([1, 8, 2000], random), random))),
  'data: restart marker missing': (bytes, random) => restartReplaced(bytes, random, () => Buffer.alloc(0)),
  'data: restart marker doubled': (bytes, random) =>
    restartReplaced(bytes, random, (_, marker) => Buffer.concat([marker, marker])),
  'data: restart marker of another number': (bytes, random) =>
    restartReplaced(bytes, random, (number) =>
      Buffer.from([0xff, 0xd0 + ((number + 1 + below(7, random)) % 8)]),
    ),
  'data: two restart markers swapped': (bytes, random) => {
    const data = dataOf(bytes, random);
    const restarts = restartsIn(bytes, data);
    if (restarts.length < 2) return restartInserted(bytes, data, random);
    const copy = Buffer.from(bytes);
    const first = below(restarts.length - 1, random);
    const [one = 0, other = 0] = restarts.slice(first, first + 2);
    [copy[one + 1], copy[other + 1]] = [bytes[other + 1] ?? 0, bytes[one + 1] ?? 0];
    return copy;
  },
  'data: two restart intervals swapped': (bytes, random) => {
    const data = dataOf(bytes, random);
    const restarts = restartsIn(bytes, data);
    if (restarts.length < 3) return restartInserted(bytes, data, random);
    const first = below(restarts.length - 2, random);
    const [one = 0, middle = 0, end = 0] = restarts.slice(first, first + 3);
    const swapped = [bytes.subarray(middle + 2, end), bytes.subarray(middle, middle + 2)];
    return replaced(
      bytes,
      { start: one + 2, end },
      Buffer.concat([...swapped, bytes.subarray(one + 2, middle)]),
    );
  },
  'data: bytes before a restart marker': (bytes, random) =>
    restartReplaced(bytes, random, (_, marker) =>
      Buffer.concat([withoutMarkers(garbage(3, random)), marker]),
    ),
  'data: another restart interval': (bytes, random) => {
    if (!piecesOf(bytes).some(({ start }) => bytes[start + 1] === DRI)) {
      const interval = Buffer.alloc(2);
      interval.writeUInt16BE(below(300, random));
      return inserted(bytes, pick(scansOf(bytes), random).start, segment(DRI, interval));
    }
    return segmentChanged(bytes, DRI, random, (copy, { start }) => {
      const interval = copy.readUInt16BE(start);
      const other = interval + pick([-1, 1, interval], random);
      copy.writeUInt16BE(Math.min(0xffff, Math.max(0, other)), start);
    });
  },
  // The differences of a dark or bright area add up to what no samples have.
  'data: another quantisation of DC': (bytes, random) =>
    segmentChanged(bytes, DQT, random, (copy, { start }) => {
      copy[start + 1] = Math.min(255, (copy[start + 1] ?? 1) * pick([2, 3, 4, 16], random));
    }),
  // A rare symbol comes late in the data.
  'data: another Huffman symbol': (bytes, random) =>
    segmentChanged(bytes, DHT, random, (copy, { start, end }) => {
      const symbols = Math.min(end, start + 17);
      copy[symbols + below(Math.max(1, end - symbols), random)] = below(256, random);
    }),
};
