// What every decoder says of itself and does.

import type { DecodingOptions } from '../../options/options.js';
import type { Box, Variant } from '../../options/variant.js';
import type { ImageNeeds } from '../limits.js';
import type { RendererVersion } from '../renderer-version.js';
import type { PictureSize } from '../upright.js';
import type { Head } from './recognition.js';
import type { SharedReads } from './shared-reads.js';
import type { DecoderFailure, SharpImage } from './sharp-image.js';

/** A variant that an image is read for. */
export interface Reading extends Variant {
  /** What it is resized to, where that is not the variant's box: less, for a placeholder. */
  readonly resizedTo?: Box;
}

/** What an image is opened for. */
export interface OpenRequest {
  readonly variant: Reading;
  /** All variants of the image that this reader may be asked for, one after the other: `variant` and others. */
  readonly among: readonly Reading[];
  readonly shared: SharedReads;
  readonly decoding: DecodingOptions;
  /** Bytes that reading the header may take, for a format of which that alone may take much. @default no limit */
  readonly maxMemory?: number;
  /** Called before work that blocks this thread for up to seconds. */
  readonly onBlocking?: (() => void) | undefined;
}

/** An image whose header has been read. `render.ts` checks it against the limits before it asks for pixels. */
export interface OpenImage extends ImageNeeds {
  /** Whether sharp may let libvips' loader shrink the image so far that less than a factor of 2 is left to the resampler. */
  readonly fastShrinkOnLoad: boolean;
  /** Whether its pixels are upright as they are stored, whatever orientation libvips finds: the file's is invalid. @default false */
  readonly isUpright?: boolean;
  /** When the photo was taken, as `manifest/record.ts` has it; undefined when it does not say. */
  readonly takenAt?: string | undefined;
  /** The picture in the file that is used in place of its full one; absent for the full one. */
  readonly from?: FromPicture | undefined;
  /** The photo's pixels, upright, where they are not those of the image: a RAW file's, whose preview is the image. */
  readonly photo?: PictureSize | undefined;
  /**
   * Its pixels, perhaps already smaller, with orientation and colour profile. They may be decoded only when they are needed.
   * @throws {Declined} or any other error, as a {@link Reader}.
   */
  pixels(): SharpImage | Promise<SharpImage>;
  /** The pixels once more, after a failure that may have cost none of them; undefined when it has cost some. */
  pixelsAfter?(failure: DecoderFailure): SecondAttempt | undefined;
}

/** A picture that a file holds beside its full one, or in place of one that cannot be decoded; its size when it is upright. */
export interface FromPicture extends PictureSize {
  /** A smaller picture, as HEIC and JPEG files have; the preview of a RAW file. */
  readonly kind: 'embedded' | 'preview';
}

/** An image that is decoded in spite of its decoder's warnings. */
export interface SecondAttempt {
  readonly image: SharpImage;
  /**
   * To be called when the image has been decoded.
   * @throws {DecoderFailure} Some of the pixels may be lost.
   */
  requireAll(): void;
}

/**
 * Opens the image in `bytes`, a whole file, which must not change until the image is rendered.
 * @throws {Declined} The decoder's next reader is to read the image; the last reader never declines.
 * @throws {MemoryShortage} Its header cannot be read with so little memory.
 * @throws {DecoderFailure} The image is damaged, or unsupported. Any other error is a fault of the reader.
 */
export type Reader = (bytes: Buffer, request: OpenRequest) => Promise<OpenImage>;

/** What a decoder needs and does not have here. */
export interface Lack {
  /** What the record of a refused photo names, so that the photo is tried again once it is there: a package, or an option. */
  readonly needs: string;
  /** A package may come back: records of photos that were made with it stay meanwhile. */
  readonly kind: 'package' | 'option';
  /** `libheif-js is not installed`. */
  readonly reason: string;
  /** What helps, as typed: `npm install libheif-js`. */
  readonly remedy: string;
}

/** One source format. */
export interface Decoder {
  /** As in messages: `not a JPEG, PNG or ... image`. */
  readonly name: string;
  /** Of its files, lower case, without the dot. */
  readonly extensions: readonly string[];
  /** Whether its files are cameras' RAW files, which `preferJpeg` leaves out beside a JPEG. @default false */
  readonly isRaw?: boolean;
  /** The loaders of libvips that it uses. Each reads from memory, so no image can name a file or a host to be read. */
  readonly loaders: readonly string[];
  /**
   * Loads its readers. The first one that neither declines an image nor exceeds the limits with it reads it.
   * @throws whatever keeps a module from being loaded. That is charged to no image.
   */
  load(): Promise<readonly [Reader, ...Reader[]]>;
  /** What reads its images, with versions, in the order in which it is tried: `own reader`, `libvips 8.18.3`. */
  readBy(versions: RendererVersion): readonly string[];
  /**
   * What keeps it from reading its format in this installation, or under these options. Its photos are then not selected.
   * @default nothing
   */
  readonly lacks?: (decoding: DecodingOptions) => Lack | undefined;
  /** Versions that decide the pixels of its images besides the renderer's. @default none */
  readonly versions?: () => Readonly<Record<string, string | number | undefined>>;
  /** Options that it heeds, where they are not the defaults. @default none */
  readonly heeds?: (decoding: DecodingOptions) => Readonly<Record<string, unknown>>;
  /**
   * When the photo in a whole file was taken: what {@link OpenImage.takenAt} of its readers is. Undefined also for a damaged file.
   * @default its files never say
   */
  readonly takenAt?: (bytes: Buffer) => Promise<string | undefined>;
  /** Whether the beginning of a file is one of this format, whatever the file's name says. */
  recognizes(head: Head): boolean;
}
