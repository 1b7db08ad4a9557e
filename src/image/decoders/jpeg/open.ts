// Opens a JPEG for our own reader, which reads it at a reduced size.

import { reductionOf } from '../../../options/variant.js';
import { uprightSize } from '../../upright.js';
import { Declined } from '../declined.js';
import type { OpenImage, OpenRequest } from '../decoder.js';
import { lineBytes } from '../libvips/libvips-memory.js';
import { imageFrom, inputOf } from '../picture.js';
import { JpegFile, type Shrink } from './jpeg-file.js';
import { openWhole } from './whole.js';

/**
 * Opens a JPEG that is to be read at a half, a quarter or an eighth of its size, but not below twice the size of the thumbnail. Its
 * pixels come with orientation and ICC profile.
 * @param bytes The whole file; unchanged.
 * @throws {Declined}
 */
export function openReduced(bytes: Buffer, request: OpenRequest): OpenImage {
  const { variant, decoding, shared } = request;
  if (decoding.jpegReader !== 'own') throw new Declined('libvips is to read all JPEGs');
  const file = shared.once('file', () => new JpegFile(bytes));
  const { width, height, orientation, profile } = file;
  const shrink = shrinkFor(reductionOf(variant, uprightSize(file)));
  if (shrink === undefined) return openWhole(bytes, file, request);
  const read = () => inputOf({ ...file.read(shrink), orientation, profile });
  return {
    width,
    height,
    orientation,
    takenAt: file.takenAt,
    memoryNeed: file.memoryNeed(shrink) + sharpBytes(width / shrink, height / shrink),
    fastShrinkOnLoad: false,
    pixels: () => imageFrom(shared.once(`1/${shrink}`, read, ({ bytes }) => bytes.length)),
  };
}

/**
 * When the photo was taken, by the EXIF of a JPEG that our own reader might read.
 * @throws {Declined}
 */
export function takenAtOf(bytes: Buffer): string | undefined {
  return new JpegFile(bytes).takenAt;
}

/** Bytes of the pixels for sharp, and of what libvips keeps of it; measured, see test/soak/image/memory-need.test.ts. */
function sharpBytes(width: number, height: number): number {
  const pixel = 3;
  return width * height * pixel + lineBytes(width, height, pixel);
}

/**
 * The shrink for a thumbnail that is `reduction` times smaller than the image. The mean of a block is a poor filter, so at least a
 * factor of 2 is left to the resampler, as in vips_thumbnail().
 */
function shrinkFor(reduction: number): Shrink | undefined {
  if (reduction >= 16) return 8;
  if (reduction >= 8) return 4;
  return reduction >= 4 ? 2 : undefined;
}
