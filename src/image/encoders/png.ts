// PNG by libvips, without ancillary chunks: libvips writes a source's resolution into every PNG, so equal pixels from a scanner and
// from a phone would be two files.

import type { Encoder } from './encoder.js';

export const png: Encoder = {
  configure: (image, { palette = false, progressive = false }) =>
    // Indices have no slopes that a filter could find.
    image.png(
      palette
        ? { palette, progressive, compressionLevel: 9 }
        : { palette, progressive, compressionLevel: 2, adaptiveFiltering: true },
    ),
  normalize: stripAncillaryChunks,
  readSize: readPngSize,
  heldBytesPerPixel: ({ palette }) => (palette === true ? 72 : 12),
};

/** The chunks that decide the pixels (PNG specification, third edition, 11.2 and 11.3.1). */
const KEPT: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
/** Length, type and checksum. */
const CHUNK_FRAME_BYTES = 12;

/** A PNG with those of its chunks alone that decide its pixels. */
function stripAncillaryChunks(file: Buffer): Buffer {
  const parts = [file.subarray(0, SIGNATURE.length)];
  for (let at = SIGNATURE.length; at < file.length; ) {
    const end = at + CHUNK_FRAME_BYTES + file.readUInt32BE(at);
    if (KEPT.has(file.toString('latin1', at + 4, at + 8))) parts.push(file.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

/** Pixels by the first chunk (11.2.1). */
function readPngSize(file: Buffer): { width: number; height: number } | undefined {
  const hasHeader = file.subarray(0, SIGNATURE.length).equals(SIGNATURE) && file.length >= 24;
  if (!hasHeader || file.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  return { width: file.readUInt32BE(16), height: file.readUInt32BE(20) };
}
