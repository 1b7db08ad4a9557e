// The application segments that affect pixels: JFIF and Adobe (colour space), EXIF (orientation), ICC (colour profile). EXIF also says when
// the photo was taken.

import { Declined } from '../../declined.js';
import { orientationOf, takenAt } from '../../exif.js';

/** libjpeg ignores a shorter JFIF segment. */
const JFIF_BYTES = 14;
const ADOBE_BYTES = 12;

export class ApplicationSegments {
  /** EXIF orientation, 1 to 8. */
  orientation = 1;
  /** When the photo was taken, by its EXIF, as records have it. */
  takenAt: string | undefined;
  #hasExif = false;
  #hasJfif = false;
  #adobeTransform: number | undefined;
  readonly #profileChunks: Buffer[] = [];
  /** As stated in each chunk. */
  #profileChunkCount = 0;

  /** The ICC profile, from the chunks so far. */
  get profile(): Buffer | undefined {
    return this.#profileChunks.length === 0 ? undefined : Buffer.concat(this.#profileChunks);
  }

  /** Whether all chunks of the ICC profile have been read, or there is none. */
  get isProfileComplete(): boolean {
    return this.#profileChunks.length === this.#profileChunkCount;
  }

  /**
   * Reads segment APP`number`. Those of other formats are ignored.
   * @throws {Declined}
   */
  read(number: number, segment: Buffer): void {
    const startsWith = (name: string) => segment.toString('latin1', 0, name.length) === name;
    if (number === 0 && startsWith('JFIF\0') && segment.length >= JFIF_BYTES) this.#hasJfif = true;
    else if (number === 14 && startsWith('Adobe') && segment.length >= ADOBE_BYTES)
      this.#adobeTransform = segment.readUInt8(11);
    else if (number === 1 && startsWith('Exif\0\0')) this.#readExif(segment.subarray(6));
    else if (number === 2 && startsWith('ICC_PROFILE\0')) this.#readProfileChunk(segment);
  }

  /**
   * Whether three components with these ids are YCbCr, by libjpeg's rules (jdapimin.c, default_decompress_parms): yes with a JFIF
   * segment; else Adobe's transform flag decides; else the ids do.
   */
  isYcbcr(ids: readonly number[]): boolean {
    if (this.#hasJfif) return true;
    if (this.#adobeTransform !== undefined) return this.#adobeTransform === 1;
    return ids.every((id, index) => id === index + 1);
  }

  #readExif(tiff: Buffer): void {
    if (this.#hasExif) throw new Declined('two EXIF segments');
    this.#hasExif = true;
    const orientation = orientationOf(tiff);
    if (orientation === undefined) throw new Declined('malformed EXIF');
    this.orientation = orientation;
    this.takenAt = takenAt(tiff);
  }

  /** `ICC_PROFILE`, 0, number of the chunk from 1 on, count of chunks (ICC.1:2010, B.4). */
  #readProfileChunk(segment: Buffer): void {
    if (segment.length < 15) throw new Declined('a damaged ICC profile segment');
    const [number, count] = [segment.readUInt8(12), segment.readUInt8(13)];
    const isNext = number === this.#profileChunks.length + 1;
    if (!isNext || (this.#profileChunkCount !== 0 && this.#profileChunkCount !== count))
      throw new Declined('ICC profile chunks missing or out of order');
    this.#profileChunkCount = count;
    this.#profileChunks.push(segment.subarray(14));
  }
}
