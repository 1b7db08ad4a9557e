// What libheif refuses although it can read it: a still picture in a file whose brands say that it holds a sequence as well.

/** Brands of sequences (ISO/IEC 23008-12, annex B), and the brand that a file without one has. */
const SEQUENCE_BRANDS: ReadonlySet<string> = new Set(['msf1', 'hevc', 'hevx', 'hevm', 'hevs']);
const STILL_BRAND = 'mif1';
/** Boxes of a file that are looked at. */
const MAX_BOXES = 64;

/** Changes the brands of sequences in a file without one, that is without a `moov` box. */
export function dropSequenceBrands(file: Buffer): void {
  if (file.toString('latin1', 4, 8) !== 'ftyp' || hasSequence(file)) return;
  const end = Math.min(file.readUInt32BE(0), file.length);
  for (let at = 8; at + 4 <= end; at += 4)
    if (SEQUENCE_BRANDS.has(file.toString('latin1', at, at + 4))) file.write(STILL_BRAND, at, 'latin1');
}

function hasSequence(file: Buffer): boolean {
  let at = 0;
  for (let boxes = 0; boxes < MAX_BOXES && at + 16 <= file.length; boxes += 1) {
    if (file.toString('latin1', at + 4, at + 8) === 'moov') return true;
    const size = file.readUInt32BE(at);
    // 1: a size of 64 bits follows; 0: up to the end.
    const length = size === 1 ? Number(file.readBigUInt64BE(at + 8)) : size;
    if (length < 8) return false;
    at += length;
  }
  return false;
}
