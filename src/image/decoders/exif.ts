// What is read of EXIF (CIPA DC-008): Orientation, the only tag that affects pixels.

import { TiffBytes } from './tiff/directory.js';

const ORIENTATION = 0x0112;
const SHORT = 3;

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

function findOrientation(bytes: Buffer): number | 'absent' | 'malformed' {
  const tiff = TiffBytes.of(bytes);
  const found = tiff?.firstDirectory()?.filter(({ tag }) => tag === ORIENTATION);
  if (tiff === undefined || found === undefined || found.length > 1) return 'malformed';
  const [entry] = found;
  if (entry === undefined) return 'absent';
  const value = tiff.u16(entry.valueAt);
  const isValid = entry.type === SHORT && entry.count === 1 && value >= 1 && value <= 8;
  return isValid ? value : 'malformed';
}
