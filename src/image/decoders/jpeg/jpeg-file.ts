// Reads a JPEG at a half, a quarter or an eighth of its size and decodes only the coefficients needed for it. Declines what it does
// not support and what may be damaged. It knows nothing of sharp or thumbnails.

import { Declined } from '../declined.js';
import { Header, type Scan } from './header/header.js';
import { withModule } from './module.js';
import type { Samples } from './planes.js';
import type { BlockSize } from './scaling.js';
import { ScanReader } from './scan-reader.js';

/**
 * The divisor of width and height. The results are rounded down, as libvips does: a last column or row made from fewer source
 * pixels than the others would shift the resampled image.
 */
export type Shrink = 2 | 4 | 8;

const BLOCK_SIZES: Readonly<Record<Shrink, BlockSize>> = { 8: 1, 4: 2, 2: 4 };

/** Blocks of an MCU (T.81, B.2.3). */
const MAX_MCU_BLOCKS = 10;
/** Blocks that are noted of a piece without restart intervals, at most (assembly/chains/pieces.ts). */
const MAX_PIECE_BLOCKS = 32_768;

/** An upper bound of the bytes of eight pieces' notes: 8 for each block, and 8 kB. @param restartInterval In MCUs; 0: none. */
function mostNoteBytes(restartInterval: number): number {
  const blocks = restartInterval === 0 ? MAX_PIECE_BLOCKS : restartInterval * MAX_MCU_BLOCKS;
  return 8 * (8 * blocks + 8192);
}

/** A JPEG file whose header has been read. */
export class JpegFile {
  readonly #bytes: Uint8Array;
  readonly #header: Header;
  readonly #firstScan: Scan;
  #isRead = false;

  /**
   * @param bytes The whole file.
   * @throws {Declined}
   */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#header = new Header(bytes);
    const firstScan = this.#header.nextScan();
    if (firstScan === undefined) throw new Declined('no scan');
    this.#firstScan = firstScan;
  }

  /** Pixels, as stored. */
  get width(): number {
    return this.#header.frame.width;
  }

  /** Pixels, as stored. */
  get height(): number {
    return this.#header.frame.height;
  }

  /** 1: grey; 3: colours. */
  get channels(): 1 | 3 {
    return this.#header.frame.components.length === 1 ? 1 : 3;
  }

  get isProgressive(): boolean {
    return this.#header.frame.isProgressive;
  }

  /** EXIF orientation, 1 to 8. */
  get orientation(): number {
    return this.#header.orientation;
  }

  /** When the photo was taken, by its EXIF, as records have it. */
  get takenAt(): string | undefined {
    return this.#header.takenAt;
  }

  /** ICC profile. */
  get profile(): Buffer | undefined {
    return this.#header.profile;
  }

  /**
   * An upper bound of the bytes that {@link read} allocates: a copy of the file, its unstuffed data, for each pixel 3 components
   * as planes, as output and, if progressive, as DCs of 2 bytes; and the notes of a sequential scan.
   */
  memoryNeed(shrink: Shrink): number {
    const pixels = Math.ceil(this.width / shrink + 16) * Math.ceil(this.height / shrink + 16);
    const { isProgressive } = this.#header.frame;
    const noteBytes = isProgressive ? 0 : mostNoteBytes(this.#header.restartInterval);
    return 2 * this.#bytes.length + pixels * 3 * (isProgressive ? 4 : 2) + noteBytes;
  }

  /**
   * Decodes the image.
   * @throws {Declined}
   */
  read(shrink: Shrink): Samples {
    // Reading the scans changes the header's tables.
    if (this.#isRead) return new JpegFile(this.#bytes).read(shrink);
    this.#isRead = true;
    if (this.#header.frame.isProgressive && shrink !== 8)
      throw new Declined('a progressive image at a scale above 1/8');
    const blockSize = BLOCK_SIZES[shrink];
    return withModule((module) =>
      new ScanReader(module, this.#bytes, this.#header, blockSize).read(this.#firstScan),
    );
  }
}
