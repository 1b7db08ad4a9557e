// Opens a JPEG for rendering: by our own reader where it can read the image smaller, else by libvips.

import type { Metadata } from 'sharp';
import type { OpenImage, OpenRequest } from '../decoder.js';
import { openInSharp, openWithLibvips } from '../libvips.js';
import { encodeTiff } from '../tiff-writer.js';
import { Declined } from './header.js';
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

/** A JPEG that was read smaller. */
export interface ReducedJpeg {
  /** The samples as a TIFF, with orientation and colour profile. */
  readonly tiff: Buffer;
  /** Pixels of the whole image, upright. */
  readonly width: number;
  /** Pixels of the whole image, upright. */
  readonly height: number;
}

/**
 * Reads a JPEG at an eighth, a quarter or half of its size, if at least twice the size of the thumbnail is left.
 * @param bytes The whole file; unchanged.
 * @returns The reason, if the image is not one for this reader.
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
    if (shrink === undefined) return new Declined('an image that is less than four times its thumbnail');
    if (file.memoryNeed(shrink) > maxMemory) return new Declined('more memory than it may have');
    const { orientation, profile } = file;
    return { tiff: encodeTiff({ ...file.read(shrink), orientation, profile }), width, height };
  } catch (error) {
    if (error instanceof Declined) return error;
    throw error;
  }
}

/**
 * How much smaller an image is read whose thumbnail is `ratio` times smaller. The mean of a block is a poor filter, so half of the
 * reduction or more is left to the resampler: the rule of vips_thumbnail().
 */
function shrinkFor(ratio: number): Shrink | undefined {
  if (ratio >= 16) return 8;
  if (ratio >= 8) return 4;
  return ratio >= 4 ? 2 : undefined;
}
