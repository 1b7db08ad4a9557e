// What an image may take: pixels, and memory as its header predicts it.

import type { Metadata } from 'sharp';
import { imageError } from '../errors.js';
import type { Box } from '../options/variant.js';

/** Limits for one image. */
export interface ImageLimits {
  /** Width times height of the first frame. */
  readonly maxPixels: number;
  /** Bytes for decoding and resizing, beyond the source itself and an idle process. */
  readonly maxMemory: number;
}

/** An image was not decoded because it needs more memory than it may have. The image itself may be fine. */
export class MemoryShortage extends Error {
  override readonly name = 'MemoryShortage';
}

/** @throws {ThumbsError} `TOO_LARGE`, with the figures. */
export function checkPixels(width: number, height: number, { maxPixels }: ImageLimits): void {
  if (width * height <= maxPixels) return;
  const reason = `${width} x ${height} pixels are more than the limit of ${maxPixels}`;
  throw imageError('TOO_LARGE', reason, { limit: { maxPixels } });
}

/** What any image takes: a decoder's tables and buffers. */
const BASE_BYTES = 10e6;

/** Lines of a source that libvips keeps between its reader and its resampler; measured, see bench.md. */
const LINES = { most: 1500, least: 8 };

/** Bytes of one pixel, as decoded. */
export function pixelBytes({ channels = 4, depth }: Metadata): number {
  return channels * (depth === 'uchar' ? 1 : 2);
}

/**
 * An upper bound of the resident memory, in bytes, that a thumbnail of an image takes, beyond an idle process and the source itself.
 * The figures are measured ones, rounded up; if a header lies, the limit of resident memory applies.
 * @param heldBytesPerPixel Bytes for each pixel that the decoder holds of the whole image at once.
 */
export function memoryNeed(header: Metadata, box: Box, heldBytesPerPixel: number): number {
  const { width, pageHeight, height: allPages } = header;
  const height = pageHeight ?? allPages;
  const pixel = pixelBytes(header);
  const scale = Math.min(1, box.width / width, box.height / height);
  const lines = Math.max(LINES.least, Math.min(LINES.most, height)) * width * pixel;
  const thumbnail = width * scale * height * scale * pixel * 4;
  return BASE_BYTES + lines + thumbnail + width * height * heldBytesPerPixel;
}
