// What every decoder says of itself and does.

import type { Metadata, Sharp } from 'sharp';
import type { JpegReader } from '../../options/options.js';
import type { Variant } from '../../options/variant.js';
import type { ImageLimits } from '../limits.js';
import type { Head } from './recognition.js';

/** What an image is opened for. */
export interface OpenRequest extends ImageLimits {
  readonly variant: Variant;
  readonly jpegReader: JpegReader;
  /** Called with each warning of the decoder, now and while the image is rendered. */
  readonly onWarning: (message: string) => void;
}

/** An image that can be rendered. */
export interface OpenImage {
  /** Its pixels, perhaps already smaller, with orientation and colour profile. They may be decoded only when they are needed. */
  readonly image: Sharp;
  /** Pixels of the whole image, upright. */
  readonly width: number;
  /** Pixels of the whole image, upright. */
  readonly height: number;
}

/** One source format. */
export interface Decoder {
  /** As in messages: `not a JPEG, PNG or ... image`. */
  readonly name: string;
  /** Of its files, lower case, without the dot. */
  readonly extensions: readonly string[];
  /** The loaders of libvips that it uses. Each reads from memory, so no image can name a file or a host to be read. */
  readonly loaders: readonly string[];
  /** Whether sharp may let libvips' loader shrink the image so far that less than a factor of 2 is left to the resampler. */
  readonly fastShrinkOnLoad: boolean;
  /** Whether the beginning of a file is one of this format, whatever the file's name says. */
  recognizes(head: Head): boolean;
  /** Bytes for each pixel that it holds of the whole image at once. */
  heldBytesPerPixel(header: Metadata): number;
  /**
   * Opens the image in `bytes`, a whole file, which must not change until the image is rendered.
   * @throws {ThumbsError} `TOO_LARGE`: more pixels than the limit.
   * @throws {MemoryShortage}
   * @throws any other error for a damaged image.
   */
  open(bytes: Buffer, request: OpenRequest): Promise<OpenImage>;
}
