// ThumbHash: a photo in some 25 bytes, from which a page draws a coarse picture until the thumbnail is there.
//
// https://evanw.github.io/thumbhash/

import type { Variant } from '../options/variant.js';
import type { OpenImage } from './decoders/decoder.js';
import type { SharpImage } from './decoders/sharp-image.js';
import { resizeUpright } from './resize.js';

/**
 * What an image is opened for that gets a placeholder: always the same, whichever variants there are. It is the default variant's, so that a
 * run which makes that reads nothing more.
 */
export const placeholderReading: Variant = {
  name: 'placeholder',
  box: { width: 200, height: 200 },
  fit: 'inside',
  enlarge: false,
  encoding: { format: 'png' },
};

/** What is to be made of an image. */
export interface WantedOutput {
  readonly variants: readonly Variant[];
  readonly placeholder: boolean;
}

/** What an image is opened for to make all of it. */
export function readingsOf({ variants, placeholder }: WantedOutput): readonly Variant[] {
  return placeholder ? [...variants, placeholderReading] : variants;
}

/** Pixels of the longer side. ThumbHash keeps seven frequencies; with 100, the most that it takes, it needs ten times as long. */
const SIDE = 32;

/**
 * The ThumbHash of an image that was opened for {@link placeholderReading}, base64.
 * @throws {DecoderFailure}
 */
export async function placeholderOf(
  image: SharpImage,
  { fastShrinkOnLoad, isUpright = false }: OpenImage,
): Promise<string> {
  const variant = { ...placeholderReading, box: { width: SIDE, height: SIDE } };
  const resized = resizeUpright(image, { variant, isUpright, fastShrinkOnLoad });
  const work = resized.toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const { data, info } = await image.finish(work);
  const { rgbaToThumbHash } = await import('thumbhash');
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}
