// How much memory libvips takes for an image, by its header. The figures are measured ones, rounded up.

import { reductionOf, type Variant } from '../../../options/variant.js';
import type { Header } from '../headers/plain-header.js';

/** What any image takes: a decoder's tables and buffers. */
const BASE_BYTES = 10e6;

/** Lines of a source that libvips keeps between its reader and its resampler; measured, see bench.md. */
const LINES = { most: 1500, least: 8 };

/** Bytes that libvips keeps of an image between its reader and its resampler. @param pixel Bytes of a pixel. */
export function lineBytes(width: number, height: number, pixel: number): number {
  return Math.max(LINES.least, Math.min(LINES.most, height)) * width * pixel;
}

/** Bytes of one pixel, as decoded. */
export function pixelBytes({ channels = 4, depth }: Header): number {
  return channels * (depth === 'uchar' ? 1 : 2);
}

/**
 * An upper bound of the resident memory, in bytes, that a thumbnail of an image takes, beyond an idle process and the source itself.
 * @param heldBytesPerPixel Bytes for each pixel that the decoder holds of the whole image at once.
 */
export function memoryNeed(header: Header, variant: Variant, heldBytesPerPixel: number): number {
  const { width, pageHeight, height: allPages } = header;
  const height = pageHeight ?? allPages;
  const pixel = pixelBytes(header);
  const lines = lineBytes(width, height, pixel);
  const thumbnail = ((width * height) / reductionOf(variant, { width, height }) ** 2) * pixel * 4;
  return BASE_BYTES + lines + thumbnail + width * height * heldBytesPerPixel;
}
