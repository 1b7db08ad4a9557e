// The only EXIF tag (CIPA DC-008) that affects pixels: Orientation.

const ORIENTATION = 0x0112;
const SHORT = 3;
const ENTRY_BYTES = 12;

/**
 * The orientation, 1 to 8, in the first IFD of a TIFF structure; 1 when there is no such tag. Undefined when the structure is
 * malformed, the tag occurs twice or its value is not a SHORT from 1 to 8: readers disagree on such files.
 */
export function orientationOf(tiff: Buffer): number | undefined {
  const found = findOrientation(tiff);
  if (found === 'absent') return 1;
  return found === 'malformed' ? undefined : found;
}

/** Whether the first IFD of a TIFF structure has the tag, once and with a valid value. */
export function hasOrientation(tiff: Buffer): boolean {
  return typeof findOrientation(tiff) === 'number';
}

function findOrientation(tiff: Buffer): number | 'absent' | 'malformed' {
  const byteOrder = tiff.toString('latin1', 0, 2);
  if (tiff.length < 8 || (byteOrder !== 'II' && byteOrder !== 'MM')) return 'malformed';
  const u16 = (at: number) => (byteOrder === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const u32 = (at: number) => (byteOrder === 'II' ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const ifd = u32(4);
  if (u16(2) !== 42 || ifd + 2 > tiff.length) return 'malformed';
  const count = u16(ifd);
  if (ifd + 2 + count * ENTRY_BYTES > tiff.length) return 'malformed';
  let orientation: number | undefined;
  for (let entry = ifd + 2; entry < ifd + 2 + count * ENTRY_BYTES; entry += ENTRY_BYTES) {
    if (u16(entry) !== ORIENTATION) continue;
    const value = u16(entry + 8);
    const isValid = u16(entry + 2) === SHORT && u32(entry + 4) === 1 && value >= 1 && value <= 8;
    if (!isValid || orientation !== undefined) return 'malformed';
    orientation = value;
  }
  return orientation ?? 'absent';
}
