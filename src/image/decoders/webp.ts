// WebP read at a smaller size. libwebp's scaler is a poorer filter than the resampler, which therefore does the last part of the reduction.

import type { Metadata } from 'sharp';
import { reductionOf, type Variant } from '../../options/variant.js';
import { type StoredSize, uprightSize } from '../upright.js';
import { SharpImage } from './sharp-image.js';
import { encodeTiff } from './tiff/writer.js';

/** What is left to the resampler: a factor of 2, as of JPEG. */
const SURPLUS = 2;

/**
 * Pixels that an image is to be read at, as stored: twice the thumbnail's own size, so that the thumbnail has the size that it would have
 * of the full image. Undefined when it is to be read whole: libwebp would reduce it by less than 2.
 */
function sizeFor(stored: StoredSize, variant: Variant): { width: number; height: number } | undefined {
  const upright = uprightSize(stored);
  const reduction = reductionOf(variant, ...upright);
  const sides = upright.map((pixels) => SURPLUS * Math.max(1, Math.round(pixels / reduction)));
  const [width = 1, height = 1] = stored.orientation >= 5 ? sides.reverse() : sides;
  return Math.min(stored.width / width, stored.height / height) < 2 ? undefined : { width, height };
}

/**
 * A WebP as libwebp shrinks it while it decodes, with orientation and profile; undefined when it is to be read whole.
 * @throws {DecoderFailure}
 */
export async function shrunkOnLoad(
  bytes: Buffer,
  { icc }: Metadata,
  stored: StoredSize,
  variant: Variant,
): Promise<SharpImage | undefined> {
  const size = sizeFor(stored, variant);
  if (size === undefined) return undefined;
  // Its colours are converted when it has been resized.
  const image = new SharpImage(bytes, 'warning', { ignoreIcc: true });
  const work = image.sharp
    .resize({ ...size, fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { data, info } = await image.finish(work);
  const { orientation } = stored;
  return new SharpImage(encodeTiff({ ...info, data, orientation, profile: icc }));
}
