// AVIF by libheif and libaom, with the one thread that `sharp.ts` sets: bytes depend on the number of threads.

import type { Encoder } from './encoder.js';

export const avif: Encoder = {
  configure: (image, { quality = 65, lossless = false, effort = 0 }) =>
    image.avif(lossless ? { lossless, effort } : { quality, effort }),
  normalize: (file) => file,
  readSize: readAvifSize,
  heldBytesPerPixel: () => 100,
};

/** Where boxes are looked for, from the file to the property that has the size (ISO/IEC 23008-12, 6.5.3). */
const PATH = ['meta', 'iprp', 'ipco', 'ispe'];
/** Bytes of a box's header: size and type. */
const HEADER_BYTES = 8;
/** `meta` and `ispe` have a version and flags before their content. */
const FULL_BOX_BYTES = 4;

/** Pixels by the first `ispe`: libheif writes one picture, and its alpha plane of the same size. */
function readAvifSize(file: Buffer): { width: number; height: number } | undefined {
  if (file.toString('latin1', 4, 12) !== 'ftypavif') return undefined;
  let [start, end] = [0, file.length];
  for (const type of PATH) {
    const box = findBox(file, type, start, end);
    if (box === undefined) return undefined;
    start = box.start + (type === 'meta' || type === 'ispe' ? FULL_BOX_BYTES : 0);
    end = box.end;
  }
  return end - start < 8
    ? undefined
    : { width: file.readUInt32BE(start), height: file.readUInt32BE(start + 4) };
}

/** The content of the first box of a type between two places; undefined when there is none, or it is not whole. */
function findBox(
  file: Buffer,
  type: string,
  from: number,
  to: number,
): { start: number; end: number } | undefined {
  for (let at = from; at + HEADER_BYTES <= to; ) {
    const end = at + file.readUInt32BE(at);
    if (end < at + HEADER_BYTES || end > to) return undefined;
    if (file.toString('latin1', at + 4, at + 8) === type) return { start: at + HEADER_BYTES, end };
    at = end;
  }
  return undefined;
}
