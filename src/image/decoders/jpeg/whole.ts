// JPEGs that libvips reads: those that become less than four times smaller, and whatever our own reader declines.

import { reductionOf } from '../../../options/variant.js';
import { uprightSize } from '../../upright.js';
import { Declined } from '../declined.js';
import type { OpenImage, OpenRequest } from '../decoder.js';
import type { Header, PlainHeader } from '../headers/plain-header.js';
import { openPlain } from '../headers/plain-reader.js';
import type { LibvipsReaderOptions } from '../libvips/libvips.js';
import { pixelBytes } from '../libvips/libvips-memory.js';
import type { JpegFile } from './jpeg-file.js';

/** A JPEG that becomes four times smaller is shrunk on load; sharp compares with sizes that are rounded. */
const LEAST_SHRUNK = 3.9;

/** libvips leaves at least a factor of 2 of the reduction to the resampler, as our own reader does. */
export const wholeJpegs: Pick<
  LibvipsReaderOptions,
  'heldBytesPerPixel' | 'fastShrinkOnLoad' | 'isReadWhole'
> = {
  heldBytesPerPixel,
  fastShrinkOnLoad: false,
  isReadWhole: (stored, variant) => {
    const { box, resizedTo = box } = variant;
    return reductionOf({ ...variant, box: resizedTo }, uprightSize(stored)) < LEAST_SHRUNK;
  },
};

/** libjpeg holds the coefficients of all scans of a progressive image, two bytes each. */
function heldBytesPerPixel(header: Header): number {
  if (header.isProgressive !== true) return 0;
  return header.chromaSubsampling === '4:2:0' ? 3 : 2 * pixelBytes(header);
}

/**
 * Opens a JPEG for libvips by the header that our own reader has read.
 * @throws {Declined} libvips is to read the header, too.
 */
export function openWhole(bytes: Buffer, file: JpegFile, request: OpenRequest): OpenImage {
  const header = plainJpegHeader(file);
  if (header === undefined)
    throw new Declined('a progressive image that becomes less than four times smaller');
  return openPlain(bytes, header, request, wholeJpegs);
}

/** Undefined for a progressive image: what libjpeg holds of it depends on the sampling of its components. */
export function plainJpegHeader(file: JpegFile): PlainHeader | undefined {
  const { width, height, channels, orientation, takenAt } = file;
  return file.isProgressive ? undefined : { width, height, channels, depth: 'uchar', orientation, takenAt };
}
