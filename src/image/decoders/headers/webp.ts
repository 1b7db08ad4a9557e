// Plain headers of WebPs (RFC 9649, 2; the bitstreams: RFC 6386, 9.1, and RFC 9649, 3.4).

import type { PlainHeader } from './plain-header.js';

/** `RIFF`, size, `WEBP`. */
const FILE_HEADER_BYTES = 12;
/** Name and size. */
const CHUNK_HEADER_BYTES = 8;
/** `VP8X`, `ALPH` and `VP8 `. */
const MOST_CHUNKS = 3;

interface Chunk {
  readonly name: string;
  readonly content: Buffer;
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
}

/** Undefined for animations, for metadata of any kind, a profile too, and where the parts of the file contradict each other. */
export function plainWebpHeader(file: Buffer): PlainHeader | undefined {
  const chunks = chunksOf(file);
  const bitstream = chunks.pop();
  const picture = bitstream && readBitstream(bitstream);
  if (picture === undefined || !isDescribedBy(chunks, picture)) return undefined;
  const hasAlpha = picture.hasAlpha || chunks.length === 2;
  return { width: picture.width, height: picture.height, channels: hasAlpha ? 4 : 3, depth: 'uchar' };
}

/** Empty when they are too many, or do not end where the file does. */
function chunksOf(file: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  if (file.length < FILE_HEADER_BYTES || file.readUInt32LE(4) + 8 !== file.length) return [];
  let at = FILE_HEADER_BYTES;
  while (at + CHUNK_HEADER_BYTES <= file.length && chunks.length < MOST_CHUNKS) {
    const start = at + CHUNK_HEADER_BYTES;
    const size = file.readUInt32LE(at + 4);
    chunks.push({ name: file.toString('latin1', at, at + 4), content: file.subarray(start, start + size) });
    at = start + size + (size % 2);
  }
  return at === file.length ? chunks : [];
}

function readBitstream({ name, content }: Chunk): Picture | undefined {
  if (content.length < 10) return undefined;
  if (name === 'VP8 ') return readLossy(content);
  return name === 'VP8L' ? readLossless(content) : undefined;
}

/** A key frame: its tag, a start code, and 14 bits of width and of height, each below two bits of a scale that is not used. */
function readLossy(content: Buffer): Picture | undefined {
  if (content.readUInt8(0) % 2 !== 0 || content.readUIntBE(3, 3) !== 0x9d012a) return undefined;
  const [width, height] = [content.readUInt16LE(6), content.readUInt16LE(8)];
  return Math.max(width, height) >= 1 << 14 ? undefined : { width, height, hasAlpha: false };
}

/** A signature, and as bits from the lowest on: 14 of width - 1, 14 of height - 1, alpha. */
function readLossless(content: Buffer): Picture | undefined {
  if (content.readUInt8(0) !== 0x2f) return undefined;
  const bits = content.readUInt32LE(1);
  const size = (shift: number) => ((bits >>> shift) & 0x3fff) + 1;
  return { width: size(0), height: size(14), hasAlpha: (bits & (1 << 28)) !== 0 };
}

/** Whether the chunks before the bitstream say the same as it does: nothing, or `VP8X` and, where it is lossy and has alpha, `ALPH`. */
function isDescribedBy(before: readonly Chunk[], picture: Picture): boolean {
  const [extended, alpha] = before;
  if (extended === undefined) return true;
  if (extended.name !== 'VP8X' || extended.content.length !== 10) return false;
  if (alpha !== undefined && (alpha.name !== 'ALPH' || picture.hasAlpha)) return false;
  const hasAlpha = alpha !== undefined || picture.hasAlpha;
  const size = (at: number) => extended.content.readUIntLE(at, 3) + 1;
  return (
    extended.content.readUInt32LE(0) === (hasAlpha ? ALPHA : 0) &&
    size(4) === picture.width &&
    size(7) === picture.height
  );
}

/** The flag of `VP8X` that says that there is alpha; every other one stands for something that is not plain. */
const ALPHA = 0x10;
