// WebP by libwebp. What sharp writes has neither EXIF nor a profile.

import { plainWebpHeader } from '../decoders/headers/webp.js';
import type { Encoder } from './encoder.js';

export const webp: Encoder = {
  configure: (image, { quality = 80, lossless = false, effort = 2 }) =>
    image.webp(lossless ? { lossless, effort } : { quality, effort }),
  normalize: (file) => file,
  readSize: readWebpSize,
  // Most of it with alpha; without, lossy pictures take 11 to 35.
  heldBytesPerPixel: ({ lossless, effort = 2 }) => (lossless === true ? 54 : effort <= 2 ? 42 : 72),
};

function readWebpSize(file: Buffer): { width: number; height: number } | undefined {
  const isWebp = file.toString('latin1', 0, 4) === 'RIFF' && file.toString('latin1', 8, 12) === 'WEBP';
  const header = isWebp ? plainWebpHeader(file) : undefined;
  return header && { width: header.width, height: header.height };
}
