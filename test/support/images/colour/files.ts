// Image files of given samples, with given chunks: sharp would convert the colours, or choose the form itself.

import { deflateSync } from 'node:zlib';
import { pngChunk, segment, withSegments } from '../hostile-images.js';

/** PNG, third edition, 11.2.1. */
const colourTypes = { grey: 0, rgb: 2, palette: 3, greyAlpha: 4, rgba: 6 } as const;

export interface PngFile {
  readonly width: number;
  readonly height: number;
  /** Bits a sample. */
  readonly depth: 1 | 2 | 4 | 8 | 16;
  readonly type: keyof typeof colourTypes;
  /** All rows, those of 16 bits with the high byte first, each row of whole bytes. */
  readonly data: Buffer;
  /** Chunks before the pixels. */
  readonly chunks?: readonly Buffer[];
}

export function pngFile({ width, height, depth, type, data, chunks = [] }: PngFile): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourTypes[type]], 8);
  const rowBytes = data.length / height;
  const rows = Array.from({ length: height }, (_, row) => [
    Buffer.alloc(1), // Not filtered
    data.subarray(row * rowBytes, (row + 1) * rowBytes),
  ]).flat();
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    ...chunks,
    pngChunk('IDAT', deflateSync(Buffer.concat(rows))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** An `iCCP` chunk (11.3.3.3). */
export function profileChunk(profile: Buffer): Buffer {
  return pngChunk('iCCP', Buffer.concat([Buffer.from('profile\0\0', 'latin1'), deflateSync(profile)]));
}

const SEGMENT_BYTES = 65_000;

/** A JPEG with an ICC profile, in as many segments as it takes (ICC.1:2001-04, B.4). */
export function jpegWithProfile(jpeg: Buffer, profile: Buffer): Buffer {
  return withSegments(jpeg, profileSegments(profile));
}

export function profileSegments(profile: Buffer): Buffer[] {
  const count = Math.ceil(profile.length / SEGMENT_BYTES);
  return Array.from({ length: count }, (_, index) => {
    const part = profile.subarray(index * SEGMENT_BYTES, (index + 1) * SEGMENT_BYTES);
    const name = Buffer.from('ICC_PROFILE\0', 'latin1');
    return segment(0xe2, Buffer.concat([name, Buffer.from([index + 1, count]), part]));
  });
}

/** Adobe's segment, by which a reader knows that inks are stored inverted. @param transform 0: as they are, 2: YCCK. */
export function adobeSegment(transform: 0 | 1 | 2): Buffer {
  return segment(0xee, Buffer.from([...Buffer.from('Adobe', 'latin1'), 0, 100, 0, 0, 0, 0, transform]));
}

/** A simple WebP file (one chunk) with an ICC profile (RFC 9649, 2.7). */
export function webpWithProfile(
  webp: Buffer,
  size: { width: number; height: number },
  profile: Buffer,
): Buffer {
  const header = Buffer.alloc(10);
  header[0] = 0x20; // It has a profile.
  header.writeUIntLE(size.width - 1, 4, 3);
  header.writeUIntLE(size.height - 1, 7, 3);
  const body = [riffChunk('VP8X', header), riffChunk('ICCP', profile), webp.subarray(12)];
  return riffChunk('RIFF', Buffer.concat([Buffer.from('WEBP', 'latin1'), ...body]));
}

function riffChunk(name: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length & 1)]);
}
