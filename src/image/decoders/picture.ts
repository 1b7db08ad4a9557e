// Decoded pixels on their way to sharp.

import { SharpImage } from './sharp-image.js';
import { encodeTiff, type Picture } from './tiff/writer.js';

/**
 * A picture in sharp, with its orientation and profile. Its data are copied. Where there is no profile they stay raw samples, which
 * libvips reads without a loader: that takes 1 ms less than a TIFF of 480 x 320 pixels. Raw samples cannot carry a profile.
 */
export function imageOf(picture: Picture): SharpImage {
  const { data, width, height, channels, orientation, profile } = picture;
  if (profile !== undefined) return new SharpImage(encodeTiff(picture));
  return new SharpImage(Buffer.from(data), 'warning', { raw: { width, height, channels }, orientation });
}
