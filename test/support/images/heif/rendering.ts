// Thumbnails of HEIFs, in this process.

import { ThumbsError } from '../../../../src/errors.js';
import { type DecodingOptions, defaultDecoding } from '../../../../src/options/options.js';
import { insideBox } from '../../variants.js';
import { type RenderedOne, renderOne } from '../render-one.js';

/** Large enough for every picture of the fixtures, so that a thumbnail has all pixels of its source. */
const WHOLE = 1024;

type Asked = { side?: number; maxPixels?: number } & Partial<DecodingOptions>;

/** The thumbnail of a HEIF in a square box; without `side` as large as the photo. */
export function thumbnailOf(
  bytes: Buffer,
  { side = WHOLE, maxPixels = 268_402_689, ...decoding }: Asked = {},
): Promise<RenderedOne> {
  return renderOne(bytes, {
    variant: insideBox(side),
    maxPixels,
    decoding: { ...defaultDecoding, ...decoding },
  });
}

/** `done`, or the code of the refusal. Any other error is thrown. */
export async function codeOf(bytes: Buffer, asked: Asked = {}): Promise<string> {
  try {
    await thumbnailOf(bytes, asked);
    return 'done';
  } catch (error) {
    if (error instanceof ThumbsError) return error.code;
    throw error;
  }
}
