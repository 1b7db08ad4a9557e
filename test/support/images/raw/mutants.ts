// Mutated RAW containers: a made file in which numbers, bytes or parts are others. All chance comes from a seeded generator.

import { below, flipped, pick, type Random } from '../damages.js';

/** Numbers at which readers go wrong. */
const NUMBERS = [0, 1, 2, 8, 0x7f, 0xff, 0x1000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff];

/** Changes most of what matters in the beginning, where the structure is. */
export function mutated(bytes: Buffer, random: Random): Buffer {
  let file: Buffer = Buffer.from(bytes);
  for (let times = 1 + below(4, random); times > 0; times -= 1) file = pick(MUTATIONS, random)(file, random);
  return file;
}

const MUTATIONS: ReadonlyArray<(bytes: Buffer, random: Random) => Buffer> = [
  (bytes, random) => flipped(bytes, 1 + below(8, random), random, 2000),
  (bytes, random) => flipped(bytes, 1 + below(8, random), random),
  withNumber,
  withNumber,
  withNumber,
  withCopiedNumber,
  (bytes, random) => bytes.subarray(0, below(bytes.length + 1, random)),
  (bytes, random) => Buffer.concat([bytes, bytes.subarray(below(bytes.length + 1, random))]),
  withCopiedPart,
];

/** A number of 16 or 32 bits, in either byte order, at an even place: small ones of the file itself, or odd ones. */
function withNumber(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length < 8) return copy;
  const at = 2 * below(Math.floor(Math.min(copy.length - 4, 3000) / 2), random);
  const number = random() < 0.4 ? below(copy.length + 10, random) : pick(NUMBERS, random);
  const isLittleEndian = random() < 0.5;
  if (random() < 0.5) isLittleEndian ? copy.writeUInt32LE(number, at) : copy.writeUInt32BE(number, at);
  else isLittleEndian ? copy.writeUInt16LE(number & 0xffff, at) : copy.writeUInt16BE(number & 0xffff, at);
  return copy;
}

/** Four bytes that are somewhere else in the file: another offset, another tag. */
function withCopiedNumber(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length < 8) return copy;
  const place = () => 2 * below(Math.floor(Math.min(copy.length - 4, 3000) / 2), random);
  const from = place();
  copy.copy(copy, place(), from, from + 4);
  return copy;
}

/** Up to 500 bytes at another place, too. */
function withCopiedPart(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  const from = below(copy.length + 1, random);
  copy.copy(copy, below(copy.length + 1, random), from, from + below(500, random));
  return copy;
}
