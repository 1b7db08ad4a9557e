// Reads a JPEG smaller by our own reader, where it can, in a form that sharp goes on with as with any other image.

import type { Box } from '../options.js';
import { Declined } from './jpeg/header.js';
import { Jpeg, type Shrink } from './jpeg/reader.js';
import { asTiff } from './tiff.js';

/** A JPEG that was read smaller. */
export interface ReducedJpeg {
  /** Its pixels, with orientation and colour profile. */
  readonly tiff: Buffer;
  /** Pixels of the whole image, upright. */
  readonly width: number;
  /** Pixels of the whole image, upright. */
  readonly height: number;
}

/** What a reduced image may be. */
export interface ReducedOptions {
  /** The box that the thumbnail fits in. */
  readonly box: Box;
  /** An image with more pixels is not read. */
  readonly maxPixels: number;
  /** Bytes that reading may take; an image that needs more is not read. */
  readonly maxMemory: number;
}

/**
 * Reads a JPEG at an eighth, a quarter or half of its size, if twice the size of the thumbnail or more is left.
 * @param bytes The whole file. They are not changed.
 * @returns Why it is not for this reader, when it is not.
 */
export function reduceJpeg(
  bytes: Buffer,
  { box, maxPixels, maxMemory }: ReducedOptions,
): ReducedJpeg | Declined {
  try {
    const jpeg = new Jpeg(bytes);
    if (jpeg.width * jpeg.height > maxPixels) return new Declined('more pixels than the limit');
    const isTurned = jpeg.orientation > 4;
    const [width, height] = isTurned ? [jpeg.height, jpeg.width] : [jpeg.width, jpeg.height];
    const shrink = shrinkFor(Math.max(width / box.width, height / box.height));
    if (shrink === undefined) return new Declined('an image that is less than four times its thumbnail');
    if (jpeg.memoryNeed(shrink) > maxMemory) return new Declined('more memory than it may have');
    const { orientation, profile } = jpeg;
    return { tiff: asTiff({ ...jpeg.read(shrink), orientation, profile }), width, height };
  } catch (error) {
    if (error instanceof Declined) return error;
    throw error;
  }
}

/**
 * How much smaller an image is read whose thumbnail is `ratio` times smaller. The mean of a block is a poor filter, so that
 * half of the reduction or more is left to a better one: the rule of vips_thumbnail().
 */
function shrinkFor(ratio: number): Shrink | undefined {
  if (ratio >= 16) return 8;
  if (ratio >= 8) return 4;
  return ratio >= 4 ? 2 : undefined;
}
