// Ways to damage a file that the generators of damaged images share. All chance comes from a seeded generator.

import { type Piece, piecesOf } from './image-pieces.js';

/** From 0 up to 1. */
export type Random = () => number;

/** An integer from 0 up to `limit`. */
export function below(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}

export function pick<T>(list: readonly T[], random: Random): T {
  const picked = list[below(list.length, random)];
  if (picked === undefined) throw new Error('Expected a list that is not empty');
  return picked;
}

/** Bits changed, `times` of them, among the first `within` bytes. */
export function flipped(bytes: Buffer, times: number, random: Random, within = bytes.length): Buffer {
  const copy = Buffer.from(bytes);
  for (let time = 0; time < times && copy.length > 0; time += 1) {
    const at = below(Math.min(within, copy.length), random);
    copy.writeUInt8(copy.readUInt8(at) ^ (1 << below(8, random)), at);
  }
  return copy;
}

/** Without one of its pieces. */
export function pieceDeleted(bytes: Buffer, random: Random): Buffer {
  const { start, end } = pick(piecesOf(bytes), random);
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
}

/** With one of its pieces twice. */
export function pieceDoubled(bytes: Buffer, random: Random): Buffer {
  const { start, end } = pick(piecesOf(bytes), random);
  return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
}

/** Two pieces, each at the other's place, unless one holds the other. */
export function piecesSwapped(bytes: Buffer, random: Random): Buffer {
  const pieces = piecesOf(bytes);
  const [one, other]: [Piece, Piece] = [pick(pieces, random), pick(pieces, random)];
  const [first, second] = one.start < other.start ? [one, other] : [other, one];
  if (first.end > second.start) return bytes;
  return Buffer.concat([
    bytes.subarray(0, first.start),
    bytes.subarray(second.start, second.end),
    bytes.subarray(first.end, second.start),
    bytes.subarray(first.start, first.end),
    bytes.subarray(second.end),
  ]);
}
