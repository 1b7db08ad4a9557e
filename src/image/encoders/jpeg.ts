// JPEG by libjpeg-turbo. libvips writes a source's resolution into the JFIF header, so equal pixels from a scanner and from a phone would
// be two files: every thumbnail gets the same one.

import { Declined } from '../decoders/declined.js';
import { JpegFile } from '../decoders/jpeg/jpeg-file.js';
import type { Encoder } from './encoder.js';

export const jpeg: Encoder = {
  configure: (image, { quality = 80, progressive = false }) => image.jpeg({ quality, progressive }),
  normalize: withoutDensity,
  readSize: readJpegSize,
  heldBytesPerPixel: ({ progressive }) => (progressive === true ? 16 : 8),
};

/** `JFIF\0` in the first segment, behind SOI and the segment's marker and length (ITU-T T.871, 10.1). */
const JFIF_AT = 6;
const UNITS_AT = JFIF_AT + 7;
/** No unit, and pixels as wide as they are high. */
const SQUARE_PIXELS = Buffer.from([0, 0, 1, 0, 1]);

function withoutDensity(file: Buffer): Buffer {
  if (file.toString('latin1', JFIF_AT, JFIF_AT + 5) === 'JFIF\0') SQUARE_PIXELS.copy(file, UNITS_AT);
  return file;
}

function readJpegSize(file: Buffer): { width: number; height: number } | undefined {
  try {
    const { width, height } = new JpegFile(file);
    return { width, height };
  } catch (error) {
    if (error instanceof Declined) return undefined;
    throw error;
  }
}
