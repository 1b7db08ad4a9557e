// Opens a JPEG for rendering: with our own reader if it can read the image reduced, else with libvips.

import type { Metadata } from 'sharp';
import type { OpenImage, OpenRequest } from '../decoder.js';
import { openInSharp, openWithLibvips } from '../libvips.js';
import { encodeTiff } from '../tiff-writer.js';
import { Declined } from './declined.js';
import { JpegFile, type Shrink } from './jpeg-file.js';

export async function openJpeg(
  bytes: Buffer,
  request: OpenRequest,
  heldBytesPerPixel: (header: Metadata) => number,
): Promise<OpenImage> {
  const reduced = request.jpegReader === 'own' ? reduceJpeg(bytes, request) : undefined;
  if (reduced === undefined || reduced instanceof Declined)
    return openWithLibvips(bytes, request, heldBytesPerPixel);
  const { tiff, width, height } = reduced;
  return { image: openInSharp(tiff), width, height };
}

/** A JPEG that was read reduced. */
export interface ReducedJpeg {
  /** The reduced image as a TIFF, with orientation and ICC profile. */
  readonly tiff: Buffer;
  /** Pixels of the full image, upright. */
  readonly width: number;
  /** Pixels of the full image, upright. */
  readonly height: number;
}

/**
 * Reads a JPEG reduced to a half, a quarter or an eighth of its size, but not below twice the size of the thumbnail.
 * @param bytes The whole file; unchanged.
 * @returns `Declined` if libvips is to read the file.
 */
export function reduceJpeg(
  bytes: Buffer,
  { variant, maxPixels, maxMemory }: Pick<OpenRequest, 'variant' | 'maxPixels' | 'maxMemory'>,
): ReducedJpeg | Declined {
  try {
    const file = new JpegFile(bytes);
    if (file.width * file.height > maxPixels) return new Declined('more pixels than the limit');
    const isRotated = file.orientation > 4;
    const [width, height] = isRotated ? [file.height, file.width] : [file.width, file.height];
    const shrink = shrinkFor(Math.max(width / variant.box.width, height / variant.box.height));
    if (shrink === undefined) return new Declined('a reduction by less than a factor of 4');
    if (file.memoryNeed(shrink) > maxMemory) return new Declined('more memory than the limit');
    const { orientation, profile } = file;
    return { tiff: encodeTiff({ ...file.read(shrink), orientation, profile }), width, height };
  } catch (error) {
    if (error instanceof Declined) return error;
    throw error;
  }
}

/**
 * The shrink for a thumbnail that is `ratio` times smaller than the image. The mean of a block is a poor filter, so at least a
 * factor of 2 is left to the resampler, as in vips_thumbnail().
 */
function shrinkFor(ratio: number): Shrink | undefined {
  if (ratio >= 16) return 8;
  if (ratio >= 8) return 4;
  return ratio >= 4 ? 2 : undefined;
}
