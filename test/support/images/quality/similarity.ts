// Thumbnails as pixels, and how similar two pictures are.

import sharp from 'sharp';
import { ssim } from 'ssim.js';
import { type DecodingOptions, defaultDecoding } from '../../../../src/options/options.js';
import { insideBox } from '../../variants.js';
import { renderOne } from '../render-one.js';
import type { Picture, Rgba } from './lanczos.js';

/** The side of a box that all pictures of tests fit in: nothing is reduced, so each decoder gives all of its pixels. */
export const WHOLE = 16_384;

/** The pixels of the thumbnail in a square box, in sRGB. */
export async function pixelsOf(
  bytes: Buffer,
  side: number,
  decoding: Partial<DecodingOptions> = {},
): Promise<Picture> {
  const { thumbnail } = await renderOne(bytes, {
    variant: insideBox(side),
    maxPixels: 1e8,
    decoding: { ...defaultDecoding, ...decoding },
  });
  const image = sharp(thumbnail).toColourspace('srgb').removeAlpha();
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: 3 };
}

/**
 * SSIM of the luma of two pictures of the same size, by Wang et al. 2004 with a Gaussian window of 11 pixels: 1 is the same picture.
 */
export function similarity(one: Picture, other: Rgba): number {
  return ssim(rgba(one), other, { ssim: 'fast', downsample: false }).mssim;
}

function rgba({ data, width, height, channels }: Picture): Rgba {
  const all = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let at = 0; at < width * height; at += 1)
    for (let channel = 0; channel < 3; channel += 1)
      all[4 * at + channel] = data[channels * at + Math.min(channel, channels - 1)] ?? 0;
  return { data: all, width, height };
}
