// JPEG by libjpeg-turbo. What sharp writes has no JFIF header, and so no resolution of the source.

import { Declined } from '../decoders/declined.js';
import { JpegFile } from '../decoders/jpeg/jpeg-file.js';
import type { Encoder } from './encoder.js';

export const jpeg: Encoder = {
  configure: (image, { quality = 80, progressive = false }) => image.jpeg({ quality, progressive }),
  normalize: (file) => file,
  readSize: readJpegSize,
  heldBytesPerPixel: () => 10,
};

function readJpegSize(file: Buffer): { width: number; height: number } | undefined {
  try {
    const { width, height } = new JpegFile(file);
    return { width, height };
  } catch (error) {
    if (error instanceof Declined) return undefined;
    throw error;
  }
}
