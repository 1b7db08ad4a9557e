// Reads a JPEG at an eighth, a quarter or half of its size, and of its data only what that takes. What it does not know, and what
// looks damaged, it declines. It knows nothing of the rest of the program.

import { Declined, Header, type Scan } from './header.js';
import { withModule } from './module.js';
import type { Samples } from './planes.js';
import type { SampleSize } from './scaling.js';
import { ScanReader } from './scan-reader.js';

/**
 * How much smaller an image is read than it is: each side is divided by it, and rounded down as libvips does it: a pixel at the
 * edge that stands for less than others would shift all that is made of them.
 */
export type Shrink = 2 | 4 | 8;

const SIZES: Readonly<Record<Shrink, SampleSize>> = { 8: 1, 4: 2, 2: 4 };

/** One JPEG file, of which the header has been read. */
export class JpegFile {
  readonly #bytes: Uint8Array;
  readonly #header: Header;
  readonly #first: Scan;

  /**
   * @param bytes The whole file.
   * @throws {Declined}
   */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#header = new Header(bytes);
    const first = this.#header.nextScan();
    if (first === undefined) throw new Declined('no scan');
    this.#first = first;
  }

  /** Pixels, as stored. */
  get width(): number {
    return this.#header.frame.width;
  }

  /** Pixels, as stored. */
  get height(): number {
    return this.#header.frame.height;
  }

  /** By EXIF, 1 to 8. */
  get orientation(): number {
    return this.#header.orientation;
  }

  /** ICC profile. */
  get profile(): Buffer | undefined {
    return this.#header.profile;
  }

  /** Bytes that {@link read} takes at the most: the file twice, and the samples. */
  memoryNeed(shrink: Shrink): number {
    const pixels = Math.ceil(this.width / shrink + 16) * Math.ceil(this.height / shrink + 16);
    return 2 * this.#bytes.length + pixels * 3 * (this.#header.frame.isProgressive ? 4 : 2);
  }

  /**
   * The image, smaller. It can be read once.
   * @throws {Declined}
   */
  read(shrink: Shrink): Samples {
    const { isProgressive } = this.#header.frame;
    if (isProgressive && shrink !== 8) throw new Declined('a progressive image at more than an eighth');
    const size = SIZES[shrink];
    return withModule((module) => new ScanReader(module, this.#bytes, this.#header, size).read(this.#first));
  }
}
