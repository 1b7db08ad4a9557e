// When a smaller picture that a file holds may stand for the full one: it is large enough, has its shape, and no black bars.

import { reductionOf, type Variant } from '../../options/variant.js';
import type { PictureSize } from '../upright.js';

/** Samples, row by row without padding. */
export interface Samples extends PictureSize {
  /** Of 8 or of 16 bits. */
  readonly data: Uint8Array | Uint16Array;
  /** Samples of a pixel. */
  readonly channels: number;
}

/** How many times larger than the thumbnail a picture is, at least, in both directions. */
const LEAST_REDUCTION = 1.5;

/** By how much the ratio of its sides may differ from the photo's: 1 %. */
const SHAPE_TOLERANCE = 0.01;

/** What counts as black, of 1: a bar is coded with some noise. */
const BLACK = 0.1;

/** Whether the picture is at least 1.5 times the thumbnail's own width and height. @param photo Upright, as `picture` is. */
export function isLargeEnough(picture: PictureSize, photo: PictureSize, variant: Variant): boolean {
  const least = LEAST_REDUCTION / reductionOf(variant, photo);
  return picture.width >= least * photo.width && picture.height >= least * photo.height;
}

/** Whether the ratio of the picture's sides is the photo's. @param tolerance The part of it by which they may differ. */
export function hasShapeOf(
  picture: PictureSize,
  photo: PictureSize,
  tolerance: number = SHAPE_TOLERANCE,
): boolean {
  const ratio = (picture.width * photo.height) / (picture.height * photo.width);
  return Math.abs(ratio - 1) <= tolerance;
}

/**
 * Whether two opposite edges of a picture are black over their whole length, and its middle is not: bars that fill it up to a shape
 * that the photo has not. A dark photograph may be taken for one: then the full picture is used, which costs time alone.
 */
export function hasBlackBars(samples: Samples): boolean {
  const { width, height } = samples;
  const [right, bottom] = [width - 1, height - 1];
  const isRow = (y: number) => isBlack(samples, 0, y, right, y);
  const isColumn = (x: number) => isBlack(samples, x, 0, x, bottom);
  const hasBars = (isRow(0) && isRow(bottom)) || (isColumn(0) && isColumn(right));
  return hasBars && !isBlack(samples, 0, 0, right, bottom);
}

/** Whether all samples of a rectangle are black. Both corners belong to it. An alpha channel must not be among the samples. */
function isBlack(
  { data, width, channels }: Samples,
  left: number,
  top: number,
  right: number,
  bottom: number,
): boolean {
  const most = BLACK * (data.BYTES_PER_ELEMENT === 1 ? 0xff : 0xffff);
  for (let y = top; y <= bottom; y += 1) {
    const end = (y * width + right + 1) * channels;
    for (let at = (y * width + left) * channels; at < end; at += 1) if ((data[at] ?? 0) > most) return false;
  }
  return true;
}
