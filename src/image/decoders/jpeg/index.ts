// The JPEG decoder: our own reader reads what it supports at a reduced size, libvips reads the rest.

import type { Metadata } from 'sharp';
import type { Decoder, Reader } from '../decoder.js';
import { isWholeJpeg } from '../jpeg-structure.js';
import { libvipsReader } from '../libvips.js';
import { pixelBytes } from '../libvips-memory.js';
import { hasSignature } from '../recognition.js';

export const jpeg: Decoder = {
  name: 'JPEG',
  // The first picture of an MPO (CIPA DC-007) is a whole JPEG; further ones follow it.
  extensions: ['jpg', 'jpeg', 'jpe', 'jfif', 'mpo'],
  // Our own reader passes its pixels to sharp as a TIFF.
  loaders: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadTiffBuffer'],
  load: async () => {
    const { openReduced } = await import('./open.js');
    return [async (bytes, request) => openReduced(bytes, request), libvips];
  },
  readBy: ({ libvips }) => ['own reader', `libvips ${libvips}`],
  recognizes: (head) => hasSignature(head, /^ffd8ff/),
};

/** It leaves at least a factor of 2 of the reduction to the resampler, as our own reader does. */
const libvips: Reader = libvipsReader({
  heldBytesPerPixel,
  fastShrinkOnLoad: false,
  isWhole: isWholeJpeg,
});

/** libjpeg holds the coefficients of all scans of a progressive image, two bytes each. */
function heldBytesPerPixel(header: Metadata): number {
  if (header.isProgressive !== true) return 0;
  return header.chromaSubsampling === '4:2:0' ? 3 : 2 * pixelBytes(header);
}
