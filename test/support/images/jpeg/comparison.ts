// The thumbnail that our own reader leads to, beside the one that libvips makes.

import sharp from 'sharp';
import { Declined } from '../../../../src/image/decoders/declined.js';
import { openReduced } from '../../../../src/image/decoders/jpeg/open.js';
import { defaultDecoding } from '../../../../src/options/options.js';
import type { Box } from '../../../../src/options/variant.js';
import { insideBox, requestFor } from '../../variants.js';
import { type RenderedOne, renderOne } from '../render-one.js';

export const maxPixels = 268_402_689;

/** Why our own reader declines an image; undefined when it reads it. */
export function declineReason(bytes: Buffer, box: Box): string | undefined {
  try {
    openReduced(bytes, requestFor(insideBox(box.width, box.height))).pixels();
    return undefined;
  } catch (error) {
    if (error instanceof Declined) return error.message;
    throw error;
  }
}

export interface Comparison {
  /** Width and height of the thumbnail, and of the source. */
  readonly own: readonly number[];
  readonly libvips: readonly number[];
  /** Peak signal to noise ratio of the two thumbnails, decibels; 0 when they differ in size. */
  readonly psnr: number;
}

/** Both thumbnails of an image. */
export async function compare(bytes: Buffer, box: Box): Promise<Comparison> {
  const options = { variant: insideBox(box.width, box.height), maxPixels } as const;
  const own = await renderOne(bytes, { ...options, decoding: defaultDecoding });
  const libvips = await renderOne(bytes, {
    ...options,
    decoding: { ...defaultDecoding, jpegReader: 'libvips' },
  });
  return {
    own: sizesOf(own),
    libvips: sizesOf(libvips),
    psnr: psnr(await rgb(own.thumbnail), await rgb(libvips.thumbnail)),
  };
}

function sizesOf({ width, height, sourceWidth, sourceHeight }: RenderedOne): number[] {
  return [width, height, sourceWidth, sourceHeight];
}

function rgb(png: Buffer): Promise<Buffer> {
  return sharp(png).toColourspace('srgb').raw().toBuffer();
}

function psnr(one: Buffer, other: Buffer): number {
  if (one.length !== other.length) return 0;
  const sum = one.reduce((squares, value, at) => squares + (value - (other[at] ?? 0)) ** 2, 0);
  return 10 * Math.log10(255 ** 2 / (sum / one.length));
}

/** The box of an image's thumbnail that is `ratio` times smaller. */
export function boxAt(ratio: number, { width, height }: { width: number; height: number }): Box {
  const side = Math.max(1, Math.round(Math.max(width, height) / ratio));
  return { width: side, height: side };
}
