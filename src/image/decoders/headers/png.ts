// Plain headers of PNGs (PNG specification, third edition, 5 and 11).

import type { PlainHeader } from './plain-header.js';

/** Length, type and checksum of a chunk. */
const FRAME_BYTES = 12;
/** Of IHDR, without those. */
const HEADER_BYTES = 13;
/** Of a file's signature and its first chunk. */
const END_OF_HEADER = 33;

/** Channels by colour type, without `tRNS`. */
const CHANNELS: ReadonlyMap<number, 1 | 2 | 3 | 4> = new Map([
  [0, 1],
  [2, 3],
  [3, 3],
  [4, 2],
  [6, 4],
]);
const WITH_ALPHA = { 1: 2, 2: 2, 3: 4, 4: 4 } as const;

/** Chunks beside IHDR that say nothing of size, orientation or time. A profile is used where the image is decoded. */
const IRRELEVANT: ReadonlySet<string> = new Set(
  'PLTE tRNS gAMA cHRM sRGB iCCP bKGD pHYs sBIT hIST tIME'.split(' '),
);

/** Undefined for more than 8 bits a sample, and for chunks that are unusual or may be EXIF. */
export function plainPngHeader(file: Buffer): PlainHeader | undefined {
  const isHeaderFirst = file.length >= END_OF_HEADER && file.toString('latin1', 12, 16) === 'IHDR';
  if (!isHeaderFirst || file.readUInt32BE(8) !== HEADER_BYTES) return undefined;
  const [depth = 0, type = 0, compression, filter, interlace = 0] = file.subarray(24, END_OF_HEADER);
  const channels = CHANNELS.get(type);
  const chunks = chunksBeforeData(file);
  if (channels === undefined || depth > 8 || chunks === undefined) return undefined;
  if (compression !== 0 || filter !== 0 || interlace > 1) return undefined;
  return {
    width: file.readUInt32BE(16),
    height: file.readUInt32BE(20),
    channels: chunks.includes('tRNS') ? WITH_ALPHA[channels] : channels,
    depth: 'uchar',
    isProgressive: interlace === 1,
  };
}

/**
 * The types of the chunks between IHDR and the pixels, as far as libvips reads a file for its header. Undefined when one is not irrelevant,
 * or there are no pixels.
 */
function chunksBeforeData(file: Buffer): string[] | undefined {
  const types: string[] = [];
  for (let at = END_OF_HEADER; at + FRAME_BYTES <= file.length; ) {
    const type = file.toString('latin1', at + 4, at + 8);
    if (type === 'IDAT') return types;
    if (!IRRELEVANT.has(type)) return undefined;
    types.push(type);
    at += FRAME_BYTES + file.readUInt32BE(at);
  }
  return undefined;
}
