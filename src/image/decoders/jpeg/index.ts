// JPEG: what our own reader takes is read by it, at a fraction of its size; everything else by libvips.

import type { Metadata } from 'sharp';
import { pixelBytes } from '../../limits.js';
import type { Decoder } from '../decoder.js';
import { hasSignature } from '../recognition.js';

export const jpeg: Decoder = {
  name: 'JPEG',
  extensions: ['jpg', 'jpeg', 'jpe', 'jfif'],
  // What our own reader has read is handed to sharp as a TIFF.
  loaders: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadTiffBuffer'],
  // Libvips leaves as much of the reduction to the resampler as our own reader does: half or more.
  fastShrinkOnLoad: false,
  recognizes: (head) => hasSignature(head, /^ffd8ff/),
  heldBytesPerPixel,
  open: async (bytes, request) => (await import('./open.js')).openJpeg(bytes, request, heldBytesPerPixel),
};

/** libjpeg holds the coefficients of all scans of a progressive image, two bytes each. */
function heldBytesPerPixel(header: Metadata): number {
  if (header.isProgressive !== true) return 0;
  return header.chromaSubsampling === '4:2:0' ? 3 : 2 * pixelBytes(header);
}
