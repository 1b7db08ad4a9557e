// Ways to damage a file that the generators of damaged images share. All chance comes from a seeded generator.

import { mulberry32 } from '../../../scripts/painting/noise.js';
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

/** The start and the end of some of the bytes: a few, or up to 200. */
export function stretch(bytes: Buffer, random: Random): [start: number, end: number] {
  const start = below(bytes.length, random);
  return [start, Math.min(bytes.length, start + 1 + below(random() < 0.5 ? 4 : 200, random))];
}

/** Without some of the bytes. */
export function stretchDeleted(bytes: Buffer, random: Random): Buffer {
  const [start, end] = stretch(bytes, random);
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
}

/** With some of the bytes twice. */
export function stretchDoubled(bytes: Buffer, random: Random): Buffer {
  const [start, end] = stretch(bytes, random);
  return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
}

/** Ways to damage files of one kind, by name. */
export type Damages = Readonly<Record<string, (bytes: Buffer, random: Random) => Buffer>>;

/**
 * Damaged file `number` of a seed: one of `files`, damaged once, and sometimes twice.
 * @param mayBeDamaged Whether a damaged file still has what the damages look for.
 */
export function damagedFile<T extends { readonly bytes: Buffer }>(
  files: readonly T[],
  damages: Damages,
  mayBeDamaged: (bytes: Buffer) => boolean,
  { number, seed }: { readonly number: number; readonly seed: number },
): T & { readonly damage: string } {
  const random = mulberry32(seed * 1_000_003 + number);
  const file = pick(files, random);
  const kinds = Object.entries(damages);
  const [name, damage] = pick(kinds, random);
  const once = damage(file.bytes, random);
  if (random() < 0.8 || !mayBeDamaged(once)) return { ...file, damage: name, bytes: once };
  const [secondName, second] = pick(kinds, random);
  return { ...file, damage: `${name}, ${secondName}`, bytes: second(once, random) };
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
