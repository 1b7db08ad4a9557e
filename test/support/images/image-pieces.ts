// Where the parts of an image file begin and end, and where its sizes, counts and offsets stand, so that a test can damage
// them. It reads undamaged images only.

import { crc32 } from 'node:zlib';

/** A PNG or RIFF chunk, a JPEG segment, a GIF block, an ISO-BMFF box, a TIFF directory entry. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** The numbers that say how long it is, how large the image is, or where something stands. */
  readonly fields: readonly Field[];
}

/** An unsigned number of a file. */
export interface Field {
  readonly at: number;
  readonly bytes: 1 | 2 | 4;
  readonly little: boolean;
}

/** The parts of a JPEG, PNG, WebP, GIF, TIFF or AVIF image. */
export function piecesOf(bytes: Buffer): Piece[] {
  if (isPng(bytes)) return [...pngChunks(bytes)];
  if (tag(bytes, 0) === 'RIFF') return [...riffChunks(bytes)];
  if (tag(bytes, 4) === 'ftyp') return [...boxes(bytes, 0, bytes.length)];
  if (tag(bytes, 0) === 'GIF8') return [...gifBlocks(bytes)];
  if (bytes.readUInt16BE(0) === 0xffd8) return [...jpegSegments(bytes)];
  return [...tiffEntries(bytes, 0, bytes.length)];
}

/** A PNG with correct checksums, so that a decoder does not stop at the first of them; any other file unchanged. */
export function withChecksums(bytes: Buffer): Buffer {
  if (!isPng(bytes)) return bytes;
  const copy = Buffer.from(bytes);
  for (const { start, end } of pngChunks(copy))
    copy.writeUInt32BE(crc32(copy.subarray(start + 4, end - 4)), end - 4);
  return copy;
}

function tag(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, at + 4);
}

function isPng(bytes: Buffer): boolean {
  return bytes.toString('latin1', 1, 4) === 'PNG';
}

const big = (bytes: 2 | 4, ...places: number[]): Field[] =>
  places.map((at) => ({ at, bytes, little: false }));
const little = (bytes: 2 | 4, ...places: number[]): Field[] =>
  places.map((at) => ({ at, bytes, little: true }));
const byte = (...places: number[]): Field[] => places.map((at) => ({ at, bytes: 1, little: false }));

function* pngChunks(bytes: Buffer): Generator<Piece> {
  for (let start = 8; start + 12 <= bytes.length; ) {
    const end = start + 12 + bytes.readUInt32BE(start);
    if (end > bytes.length) return;
    // IHDR: width, height, depth, colour type, interlace (PNG, 11.2.1).
    const header = start === 8 ? [...big(4, 16, 20), ...byte(24, 25, 28)] : [];
    yield { start, end, fields: [...big(4, start), ...header] };
    start = end;
  }
}

/** The places of width and height in the chunks of WebP, from the chunk's start (RFC 9649). */
const WEBP_SIZES: Readonly<Record<string, readonly Field[]>> = {
  'VP8 ': little(2, 14, 16),
  VP8L: little(4, 9),
  VP8X: little(2, 12, 15),
};

function* riffChunks(bytes: Buffer): Generator<Piece> {
  yield { start: 0, end: 12, fields: little(4, 4) };
  for (let start = 12; start + 8 <= bytes.length; ) {
    const size = bytes.readUInt32LE(start + 4);
    const end = Math.min(start + 8 + size + (size % 2), bytes.length);
    const sizes = (WEBP_SIZES[tag(bytes, start)] ?? []).map((field) => ({ ...field, at: start + field.at }));
    yield { start, end, fields: [...little(4, start + 4), ...sizes] };
    start = end;
  }
}

/** Boxes of ISO/IEC 14496-12 that hold others, with the bytes before the first of those. */
const CONTAINERS: Readonly<Record<string, number>> = { meta: 12, iprp: 8, ipco: 8, iinf: 14, dinf: 8 };

function* boxes(bytes: Buffer, from: number, to: number): Generator<Piece> {
  for (let start = from; start + 8 <= to; ) {
    const size = bytes.readUInt32BE(start);
    const end = size < 8 ? to : Math.min(start + size, to);
    const type = tag(bytes, start + 4);
    const inside = CONTAINERS[type];
    const payload = type === 'mdat' || inside !== undefined ? 0 : Math.min(end - start - 8, 64);
    const numbers = Array.from({ length: payload >> 1 }, (_, index) => start + 8 + 2 * index);
    yield { start, end, fields: [...big(4, start), ...big(2, ...numbers)] };
    if (inside !== undefined) yield* boxes(bytes, start + inside, end);
    start = end;
  }
}

/** GIF89a, 17 to 26: the logical screen, then images and extensions, each with its chain of sub-blocks. */
function* gifBlocks(bytes: Buffer): Generator<Piece> {
  const table = colourTable(bytes.readUInt8(10));
  yield { start: 6, end: 13 + table, fields: [...little(2, 6, 8), ...byte(10, 11)] };
  for (let start = 13 + table; start < bytes.length && bytes[start] !== 0x3b; ) {
    const isImage = bytes[start] === 0x2c;
    // An image has its descriptor, its colour table and the size of its codes before the sub-blocks.
    const data = isImage ? start + 11 + colourTable(bytes.readUInt8(start + 9)) : start + 2;
    const end = endOfChain(bytes, data);
    const sizes = isImage
      ? [...little(2, start + 1, start + 3, start + 5, start + 7), ...byte(start + 9, data - 1)]
      : byte(start + 1);
    yield { start, end, fields: [...sizes, ...byte(data)] };
    start = end;
  }
}

/** Bytes of the colour table that the packed field announces. */
function colourTable(packed: number): number {
  return packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0;
}

function endOfChain(bytes: Buffer, from: number): number {
  let at = from;
  while ((bytes[at] ?? 0) !== 0) at += 1 + (bytes[at] ?? 0);
  return at + 1;
}

function* jpegSegments(bytes: Buffer): Generator<Piece> {
  for (let start = 2; start + 4 <= bytes.length && bytes[start + 1] !== 0xd9; ) {
    const marker = bytes[start + 1] ?? 0;
    const header = start + 2 + bytes.readUInt16BE(start + 2);
    const end = marker === 0xda ? endOfScan(bytes, header) : header;
    yield { start, end, fields: [...big(2, start + 2), ...jpegFields(marker, start)] };
    const isExif = marker === 0xe1 && tag(bytes, start + 4) === 'Exif';
    if (isExif) yield* tiffEntries(bytes, start + 10, end);
    start = end;
  }
}

/** What else a segment of ITU-T T.81, B.2 counts. */
function jpegFields(marker: number, start: number): Field[] {
  // A frame header: height and width, then depth, number of components, sampling and table of the first one.
  if (marker === 0xc0 || marker === 0xc2)
    return [...big(2, start + 5, start + 7), ...byte(start + 4, start + 9, start + 11, start + 12)];
  // Number of components of a scan; class and number of a Huffman or quantization table; the restart interval.
  if (marker === 0xda || marker === 0xc4 || marker === 0xdb) return byte(start + 4);
  return marker === 0xdd ? big(2, start + 4) : [];
}

/** The next marker that is neither a stuffed byte nor a restart. */
function endOfScan(bytes: Buffer, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && /^(?:00|ff|d[0-7])$/.test(bytes.toString('hex', at + 1, at + 2)))
    at = bytes.indexOf(0xff, at + 1);
  return at < 0 ? bytes.length : at;
}

/** Entries of all directories of a TIFF that stands from `base` to `limit`, as Exif has one too. */
function* tiffEntries(bytes: Buffer, base: number, limit: number): Generator<Piece> {
  const order = bytes.toString('latin1', base, base + 2) === 'II' ? little : big;
  const read = (at: number, width: 2 | 4) =>
    order === little ? bytes.readUIntLE(at, width) : bytes.readUIntBE(at, width);
  const seen = new Set<number>();
  for (let link = base + 4; ; ) {
    const start = base + read(link, 4);
    if (start === base || seen.has(start) || start + 2 > limit) return;
    seen.add(start);
    const entries = start + 2;
    link = entries + 12 * read(start, 2);
    if (link + 4 > limit) return;
    yield { start, end: link + 4, fields: [...order(2, start), ...order(4, link)] };
    // Tag and type, count, and value or offset.
    for (let at = entries; at < link; at += 12)
      yield { start: at, end: at + 12, fields: [...order(2, at, at + 2), ...order(4, at + 4, at + 8)] };
  }
}
