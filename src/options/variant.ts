// One wanted output: its size and its format.
//
// A variant is one value on its way through the program: consumers are configured with it, its format decides a thumbnail's
// name, and by that name the record, verify and prune know the thumbnail again.

import { expectedError } from '../errors.js';

/** The formats of thumbnails, and the extension of each one's files. Each has an encoder in `image/encoders/`. */
export const outputFormats = {
  png: 'png',
} as const;

export type OutputFormat = keyof typeof outputFormats;

/** A size in pixels that a thumbnail fits in. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/** One wanted output of every photo. */
export interface Variant {
  /** The thumbnail fits inside it. A smaller image is not enlarged. */
  readonly box: Box;
  readonly format: OutputFormat;
}

/**
 * How many times smaller than an image a variant of it is, in each direction; 1 when it is not reduced.
 * @param image Pixels of the image in the directions of the box's sides: upright.
 */
export function reductionOf({ box }: Variant, image: Readonly<Record<'width' | 'height', number>>): number {
  return Math.max(1, image.width / box.width, image.height / box.height);
}

/** What of a variant decides the bytes of its thumbnails. PNG, the first format, is left out, so that digests stay as they were. */
export function digestParts({ box, format }: Variant): Readonly<Record<string, unknown>> {
  return { box, ...(format === 'png' ? {} : { format }) };
}

const MAX_SIDE = 16_384;

/**
 * The variant of a size: `200`, `'200'`, `'200x150'` or `{width, height}`.
 * @throws {ThumbsError} `OPTION`, with what was expected and the value.
 */
export function parseVariant(size: unknown): Variant {
  const [width, height] = parseSides(size);
  if (!isSide(width) || !isSide(height))
    throw expectedError('size', `to be WIDTHxHEIGHT or one number, in pixels from 1 to ${MAX_SIDE}`, size);
  return { box: { width, height }, format: 'png' };
}

function parseSides(size: unknown): readonly [unknown, unknown] {
  if (typeof size === 'string') {
    const match = /^(\d{1,5})(?:x(\d{1,5}))?$/i.exec(size);
    return match === null ? [undefined, undefined] : [Number(match[1]), Number(match[2] ?? match[1])];
  }
  if (typeof size === 'object' && size !== null && 'width' in size && 'height' in size)
    return [size.width, size.height];
  return [size, size];
}

function isSide(side: unknown): side is number {
  return typeof side === 'number' && Number.isInteger(side) && side >= 1 && side <= MAX_SIDE;
}
