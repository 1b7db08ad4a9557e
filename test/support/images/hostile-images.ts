// Builds hostile images: bombs, lying headers, endless profiles, loops.

import { crc32, deflateSync } from 'node:zlib';

/** What a PNG is made of. */
export interface PngParts {
  readonly width: number;
  readonly height: number;
  /** Bits a sample, of grey. @default 8 */
  readonly depth?: number;
  readonly interlaced?: boolean;
  /** Chunks before the pixels. */
  readonly chunks?: readonly Buffer[];
  /** Uncompressed bytes of the pixels, all zero. */
  readonly pixelBytes: number;
}

/** A grey PNG, black all over. */
export function png({
  width,
  height,
  depth = 8,
  interlaced = false,
  chunks = [],
  pixelBytes,
}: PngParts): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, 0, 0, 0, interlaced ? 1 : 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    ...chunks,
    pngChunk('IDAT', deflateSync(Buffer.alloc(pixelBytes), { level: 1 })),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A PNG of nine pixels square with these chunks before its pixels. */
export function smallPng(...chunks: Buffer[]): Buffer {
  return png({ width: 9, height: 9, pixelBytes: 90, chunks });
}

export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  chunk.set(body, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** A colour profile, or a text, that is `bytes` long once it is inflated. */
export function inflatingChunk(type: 'iCCP' | 'zTXt' | 'iTXt', bytes: number): Buffer {
  const prefix = type === 'iTXt' ? 'name\0\x01\0\0\0' : 'name\0\0';
  return pngChunk(
    type,
    Buffer.concat([Buffer.from(prefix, 'latin1'), deflateSync(Buffer.alloc(bytes), { level: 9 })]),
  );
}

/** A JPEG with segments put behind its first two bytes. */
export function withSegments(jpeg: Buffer, segments: readonly Buffer[]): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

/** One APPn segment; `data` at most 65,533 bytes. */
export function segment(marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
}

/** Entries of a TIFF directory: tag, type (3 for 16 bits, 4 for 32), count, value. */
export type TiffEntry = readonly [tag: number, type: number, count: number, value: number];

/** A little-endian TIFF: header, one directory, then `data`, which begins at {@link tiffDataAt}. */
export function tiff(entries: readonly TiffEntry[], data: Buffer, next = 0, count = entries.length): Buffer {
  const directory = Buffer.alloc(2 + 12 * entries.length + 4);
  directory.writeUInt16LE(count, 0);
  for (const [index, [tag, type, number, value]] of entries.entries()) {
    const at = 2 + 12 * index;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(number, at + 4);
    directory.writeUInt32LE(value, at + 8);
  }
  directory.writeUInt32LE(next, 2 + 12 * entries.length);
  const header = Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
  return Buffer.concat([header, directory, data]);
}

export function tiffDataAt(entries: number): number {
  return 8 + 2 + 12 * entries + 4;
}

/** A grey TIFF of one deflated strip, `bytes` long once it is inflated. */
export function greyTiff(width: number, height: number, bytes: number, next = 0): Buffer {
  const strip = deflateSync(Buffer.alloc(bytes), { level: 1 });
  const entries: TiffEntry[] = [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, 1, 8],
    [259, 3, 1, 8],
    [262, 3, 1, 1],
    [273, 4, 1, tiffDataAt(9)],
    [277, 3, 1, 1],
    [278, 4, 1, height],
    [279, 4, 1, strip.length],
  ];
  return tiff(entries, strip, next);
}

/** EXIF with these entries, as the APP1 segment of a JPEG. */
export function exif(entries: readonly TiffEntry[], next = 0, count = entries.length): Buffer {
  return segment(
    0xe1,
    Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff(entries, Buffer.alloc(8), next, count)]),
  );
}

/** A TIFF of `pages` pages of one white pixel each. */
export function tiffOfPages(pages: number): Buffer {
  const pixelAt = tiffDataAt(5) + 1;
  const entries: TiffEntry[] = [
    [256, 4, 1, 1],
    [257, 4, 1, 1],
    [262, 3, 1, 0],
    [273, 4, 1, pixelAt],
    [279, 4, 1, 1],
  ];
  // Each is a TIFF of its own but for the header, and one byte longer than its directory.
  const page = (next: number) => tiff(entries, Buffer.alloc(2), next).subarray(8);
  const { length } = page(0);
  const directories = Array.from({ length: pages }, (_, index) =>
    page(index + 1 < pages ? 8 + length * (index + 1) : 0),
  );
  return Buffer.concat([Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0]), ...directories]);
}

/**
 * A grey progressive JPEG, both sides at most 65,500 pixels, with `scans` scans that add nothing: each is a few
 * hundred bytes, and makes libjpeg walk over all coefficients.
 */
export function jpegOfScans(width: number, height: number, scans: number): Buffer {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const frame = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(height, 1);
  frame.writeUInt16BE(width, 3);
  const lengths = (...counts: number[]) => [...counts, ...Array<number>(16 - counts.length).fill(0)];
  const first = segment(0xda, Buffer.from([1, 1, 0, 0, 0, 0]));
  const further = segment(0xda, Buffer.from([1, 1, 0, 1, 63, 0]));
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, Buffer.from([0, ...Array<number>(64).fill(1)])),
    segment(0xc2, frame),
    // Codes of the DC table: `0`, no difference. Of the AC table: `0`, the end of a block; `100`, of 16,384 and more.
    segment(0xc4, Buffer.from([0x00, ...lengths(1), 0])),
    segment(0xc4, Buffer.from([0x10, ...lengths(1, 0, 1), 0, 0xe0])),
    first,
    Buffer.alloc(Math.ceil(blocks / 8)),
    ...Array<Buffer>(scans).fill(Buffer.concat([further, endsOfBlocks(blocks)])),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** A scan's data without any coefficient: ends of blocks in runs of 32,767, each of them `100` and fourteen ones. */
function endsOfBlocks(blocks: number): Buffer {
  const bits = `100${'1'.repeat(14)}`.repeat(Math.ceil(blocks / 32_767));
  const bytes = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1').match(/.{8}/g) ?? [];
  // A byte ff is followed by a 00, or it would be a marker.
  return Buffer.from(bytes.flatMap((byte) => (byte === '11111111' ? [0xff, 0] : [Number.parseInt(byte, 2)])));
}

/** A GIF of one colour: its logical screen, and `frames` of one pixel, or of `side` pixels square without data for them. */
export function gif(width: number, height: number, frames: number, side = 1): Buffer {
  const screen = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1');
  screen.writeUInt16LE(width, 6);
  screen.writeUInt16LE(height, 8);
  const frame = Buffer.from('21f9040000000000' + '2c00000000010001000002024401' + '00', 'hex');
  frame.writeUInt16LE(side, 13);
  frame.writeUInt16LE(side, 15);
  return Buffer.concat([screen, ...Array<Buffer>(frames).fill(frame), Buffer.from([0x3b])]);
}

/** `bytes` with the four bytes at `offset` behind the first `needle` replaced. */
export function patched(bytes: Buffer, needle: string, offset: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf(needle, 0, 'latin1');
  if (at === -1) throw new Error(`no ${needle} to patch`);
  copy.writeUInt32BE(value, at + needle.length + offset);
  return copy;
}
