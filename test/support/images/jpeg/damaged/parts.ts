// The parts of a JPEG that damages look for.

import { below, type Random } from '../../damages.js';
import { type Piece, piecesOf } from '../../image-pieces.js';

const SOS = 0xda;

export function scansOf(bytes: Buffer): Piece[] {
  return piecesOf(bytes).filter(({ start }) => bytes[start + 1] === SOS);
}

export function framesOf(bytes: Buffer): Piece[] {
  return piecesOf(bytes).filter(({ start }) => bytes[start + 1] === 0xc0 || bytes[start + 1] === 0xc2);
}

export function inserted(bytes: Buffer, at: number, more: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
}

export function garbage(most: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length: 1 + below(most, random) }, () => below(256, random)));
}
