// ThumbHash: a photo in some 25 bytes, from which a page draws a coarse picture until the thumbnail is there.
//
// https://evanw.github.io/thumbhash/

import type { Variant } from '../../options/variant.js';
import type { OpenImage, Reading } from '../decoders/decoder.js';
import type { SharpImage } from '../decoders/sharp-image.js';
import type { Picture } from '../decoders/tiff/writer.js';
import { resizeUpright } from '../resize.js';
import type { PictureSize } from '../upright.js';
import { averaged, type SmallPicture, turned } from './average.js';
import { inSrgb } from './profile-tables.js';

/** Pixels of the longer side. ThumbHash keeps seven frequencies; with 32 or 100 pixels pictures come out no better (bench.md). */
const SIDE = 16;
/** Pixels of the shorter side of a panorama: ThumbHash keeps three frequencies of it. */
const SHORTER_SIDE = 8;
/** What ThumbHash takes. */
const LONGEST_SIDE = 100;

/** Pixels of the longer side for an image of this shape. */
function sideFor({ width, height }: PictureSize): number {
  const ratio = Math.max(width, height) / Math.min(width, height);
  return Math.min(LONGEST_SIDE, Math.max(SIDE, Math.ceil(SHORTER_SIDE * ratio)));
}

/**
 * What an image is opened for that gets a placeholder: always the same, whichever variants there are. It is the default variant's, so that a
 * run which makes that reads nothing more.
 */
export const placeholderReading: Reading = {
  name: 'placeholder',
  box: { width: 200, height: 200 },
  fit: 'inside',
  enlarge: false,
  encoding: { format: 'png' },
  // Or more, for a panorama.
  resizedTo: { width: SIDE, height: SIDE },
};

/** What is to be made of an image. */
export interface WantedOutput {
  readonly variants: readonly Variant[];
  readonly placeholder: boolean;
}

/** What an image is opened for to make all of it. */
export function readingsOf({ variants, placeholder }: WantedOutput): readonly Reading[] {
  return placeholder ? [...variants, placeholderReading] : variants;
}

/**
 * The ThumbHash of an image that was opened for {@link placeholderReading}, base64.
 * @throws {DecoderFailure}
 */
export async function placeholderOf(image: SharpImage, open: OpenImage): Promise<string> {
  const { data, width, height } =
    image.picture === undefined ? await resized(image, open) : await small(image.picture);
  library ??= import('thumbhash');
  const { rgbaToThumbHash } = await library;
  return Buffer.from(rgbaToThumbHash(width, height, data)).toString('base64');
}

/** Loaded for the first placeholder. */
let library: Promise<typeof import('thumbhash')> | undefined;

/** RGBA, upright, of a picture that is in memory. */
async function small(picture: Picture): Promise<SmallPicture> {
  const { channels, orientation, profile } = picture;
  const { width, height, data } = averaged(picture, sideFor(picture));
  const rgba = await inSrgb(data, channels === 1 ? 1 : 3, profile);
  return turned({ data: rgba, width, height }, 4, orientation);
}

/** The same of an image that sharp decodes, or one with alpha. */
async function resized(
  image: SharpImage,
  { fastShrinkOnLoad, isUpright = false, ...stored }: OpenImage,
): Promise<SmallPicture> {
  const side = sideFor(stored);
  const variant = { ...placeholderReading, box: { width: side, height: side } };
  const sharp = resizeUpright(image, { variant, isUpright, fastShrinkOnLoad }).toColourspace('srgb');
  const { data, info } = await image.finish(sharp.ensureAlpha().raw().toBuffer({ resolveWithObject: true }));
  return { data, width: info.width, height: info.height };
}
