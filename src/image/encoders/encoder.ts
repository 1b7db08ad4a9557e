// What every encoder does.

import type { Sharp } from 'sharp';
import type { Encoding } from '../../options/variant.js';

/** One output format. */
export interface Encoder {
  /** Sets the format of what sharp writes. */
  configure(image: Sharp, encoding: Encoding): Sharp;
  /** A file that sharp has written, without what does not decide its pixels: equal pixels give equal bytes. */
  normalize(file: Buffer): Buffer;
  /** Pixels of a file of this format, by its header; undefined for any other file. */
  readSize(file: Buffer): { readonly width: number; readonly height: number } | undefined;
  /** An upper bound of the memory that it takes for each pixel, bytes; measured, see test/soak/image/encoder-memory.test.ts. */
  heldBytesPerPixel(encoding: Encoding): number;
}
