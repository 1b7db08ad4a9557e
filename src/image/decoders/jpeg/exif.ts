// The one entry of EXIF (CIPA DC-008) that decides pixels.

const ORIENTATION = 0x0112;
const SHORT = 3;
const ENTRY_BYTES = 12;

/**
 * The orientation, 1 to 8, in the first directory of a TIFF structure; 1 when it has none. Undefined when the structure is
 * not plain: readers differ in what they make of it.
 */
export function orientationOf(tiff: Buffer): number | undefined {
  const order = tiff.toString('latin1', 0, 2);
  if (tiff.length < 8 || (order !== 'II' && order !== 'MM')) return undefined;
  const u16 = (at: number) => (order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const u32 = (at: number) => (order === 'II' ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const directory = u32(4);
  if (u16(2) !== 42 || directory + 2 > tiff.length) return undefined;
  const entries = u16(directory);
  if (directory + 2 + entries * ENTRY_BYTES > tiff.length) return undefined;
  let orientation: number | undefined;
  for (let entry = directory + 2; entry < directory + 2 + entries * ENTRY_BYTES; entry += ENTRY_BYTES) {
    if (u16(entry) !== ORIENTATION) continue;
    const value = u16(entry + 8);
    const isPlain = u16(entry + 2) === SHORT && u32(entry + 4) === 1 && value >= 1 && value <= 8;
    if (!isPlain || orientation !== undefined) return undefined;
    orientation = value;
  }
  return orientation ?? 1;
}
