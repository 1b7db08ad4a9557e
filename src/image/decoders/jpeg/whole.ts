// JPEGs that libvips reads: those that become less than four times smaller, and whatever our own reader declines.

import { Declined } from '../declined.js';
import type { OpenImage, OpenRequest } from '../decoder.js';
import type { Header } from '../headers/plain-header.js';
import { openPlain } from '../headers/plain-reader.js';
import type { LibvipsReaderOptions } from '../libvips.js';
import { pixelBytes } from '../libvips-memory.js';
import type { JpegFile } from './jpeg-file.js';

/** libvips leaves at least a factor of 2 of the reduction to the resampler, as our own reader does. */
export const wholeJpegs: Pick<LibvipsReaderOptions, 'heldBytesPerPixel' | 'fastShrinkOnLoad'> = {
  heldBytesPerPixel,
  fastShrinkOnLoad: false,
};

/** libjpeg holds the coefficients of all scans of a progressive image, two bytes each. */
function heldBytesPerPixel(header: Header): number {
  if (header.isProgressive !== true) return 0;
  return header.chromaSubsampling === '4:2:0' ? 3 : 2 * pixelBytes(header);
}

/**
 * Opens a JPEG for libvips by the header that our own reader has read.
 * @throws {Declined} It is progressive, or libvips is to read the header again.
 */
export function openWhole(bytes: Buffer, file: JpegFile, request: OpenRequest): OpenImage {
  const { width, height, channels, orientation, takenAt } = file;
  if (file.isProgressive) throw new Declined('a progressive image at more than a quarter');
  return openPlain(
    bytes,
    { width, height, channels, depth: 'uchar', orientation, takenAt },
    request,
    wholeJpegs,
  );
}
