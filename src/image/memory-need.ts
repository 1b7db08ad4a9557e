// How much memory an image will take, told from its header. It imports no decoder.

import type { Metadata } from 'sharp';
import type { Box } from '../options.js';
import type { SourceFormat } from './formats.js';

/** What any image takes: a decoder's tables and buffers. */
const BASE_BYTES = 10e6;

/** libvips keeps so many lines of a source between its reader and its resampler; measured, see bench.md. */
const LINES = { most: 1500, least: 8 };

/** libwebp has the whole frame with an alpha channel, and its tables for a lossless one. */
const WEBP_BYTES_PER_PIXEL = 5;

/** libnsgif has the whole canvas as RGBA, and one more row of everything. */
const GIF_BYTES_PER_PIXEL = 6;

/** dav1d has several planes, libheif the frame as YUV and as RGB; more of 10 and 12 bits. */
const AVIF_BYTES_PER_PIXEL = { 8: 21, more: 28 };

/**
 * Bytes of resident memory that a thumbnail of an image takes at the most, beyond those of an idle process and of the
 * source itself. The figures are measured ones, rounded up; a header that lies is caught by the limit of resident memory.
 */
export function memoryNeed(format: SourceFormat, header: Metadata, box: Box): number {
  const { width, pageHeight, height: allPages, channels = 4 } = header;
  const height = pageHeight ?? allPages;
  const sample = header.depth === 'uchar' ? 1 : 2;
  const scale = Math.min(1, box.width / width, box.height / height);
  const lines = Math.max(LINES.least, Math.min(LINES.most, height)) * width * channels * sample;
  const thumbnail = width * scale * height * scale * channels * sample * 4;
  return BASE_BYTES + lines + thumbnail + width * height * wholeBytes(format, header, channels * sample);
}

/** Bytes for each pixel that a decoder holds of the whole image at once. */
function wholeBytes(format: SourceFormat, header: Metadata, pixel: number): number {
  switch (format) {
    case 'jpeg':
      // The coefficients of all scans, two bytes each.
      if (header.isProgressive !== true) return 0;
      return header.chromaSubsampling === '4:2:0' ? 3 : 2 * pixel;
    case 'png':
      return header.isProgressive === true ? pixel : 0;
    case 'tiff':
      return 0; // A strip is read line by line, even when it is the whole image.
    case 'webp':
      return WEBP_BYTES_PER_PIXEL;
    case 'gif':
      return GIF_BYTES_PER_PIXEL;
    case 'avif':
      return AVIF_BYTES_PER_PIXEL[header.depth === 'uchar' ? 8 : 'more'];
  }
}
