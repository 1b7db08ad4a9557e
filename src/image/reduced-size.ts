// The size to which an image is reduced by a filter that is poorer than the resampler, or in other colours than it resamples in.

import { reductionOf, type Variant } from '../options/variant.js';
import { type PictureSize, type StoredSize, uprightSize } from './upright.js';

/** What is left to the resampler: a factor of 2. */
const SURPLUS = 2;
/** Less than that is left to it as well. */
const LEAST_REDUCTION = 2;

/**
 * Pixels, as stored: twice the thumbnail's own size, so that the thumbnail has the size that it would have of the full image. Undefined
 * when that is a reduction by less than 2.
 */
export function reducedSize(stored: StoredSize, variant: Variant): PictureSize | undefined {
  const { orientation } = stored;
  const upright = uprightSize(stored);
  const reduction = reductionOf(variant, upright);
  const reduced = (pixels: number) => SURPLUS * Math.max(1, Math.round(pixels / reduction));
  // What turns an image upright turns a size back.
  const size = uprightSize({ width: reduced(upright.width), height: reduced(upright.height), orientation });
  const isFar = Math.min(stored.width / size.width, stored.height / size.height) >= LEAST_REDUCTION;
  return isFar ? size : undefined;
}
