// Decoded pixels on their way to sharp.

import { type Known, SharpImage } from './sharp-image.js';
import { allocateTiff, type Picture, type Tiff } from './tiff/writer.js';

/** What sharp is given of a picture. It may be given it several times. */
export interface SharpInput {
  readonly bytes: Buffer;
  readonly known: Known;
  /** The picture itself; its data are a part of `bytes`. Absent where it stands for a file that sharp may as well be given. */
  readonly picture?: Picture;
}

/**
 * A picture for sharp, with its orientation and profile. Its data are copied. Where there is no profile they stay raw samples, which
 * libvips reads without a loader: that takes 1 ms less than a TIFF of 480 x 320 pixels. Raw samples cannot carry a profile.
 */
export function inputOf(picture: Picture): SharpInput {
  if (picture.profile !== undefined) {
    const tiff = allocateTiff(picture);
    tiff.data.set(picture.data);
    return inputOfTiff(tiff);
  }
  const data = Buffer.from(picture.data);
  return { ...rawInput({ ...picture, data }), picture: { ...picture, data } };
}

export function inputOfTiff(tiff: Tiff): SharpInput {
  return { bytes: tiff.file, known: {}, picture: tiff };
}

/** Raw samples for sharp, which are not copied. */
export function rawInput({
  data,
  width,
  height,
  channels,
  orientation,
}: Omit<Picture, 'data' | 'profile'> & { readonly data: Buffer }): SharpInput {
  return { bytes: data, known: { raw: { width, height, channels }, orientation } };
}

/** A picture in sharp. */
export function imageOf(picture: Picture): SharpImage {
  return imageFrom(inputOf(picture));
}

export function imageFrom({ bytes, known, picture }: SharpInput): SharpImage {
  const hasAlpha = picture !== undefined && picture.channels % 2 === 0;
  return new SharpImage(bytes, 'warning', hasAlpha || picture === undefined ? known : { ...known, picture });
}
