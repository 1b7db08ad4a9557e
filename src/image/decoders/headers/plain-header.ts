// The header of an image as far as it can be known without libvips, which takes 0.1 ms and reads it again with the pixels.

import type { Metadata } from 'sharp';

/** What the readers by libvips use of a header, beside its EXIF. */
export type Header = Pick<Metadata, 'width' | 'height' | 'channels'> &
  Partial<Pick<Metadata, 'pageHeight' | 'depth' | 'isProgressive' | 'chromaSubsampling' | 'icc'>>;

/**
 * The header of an image of one picture with at most 8 bits a sample. It is what libvips says of a sound file; whether the file is sound
 * shows when it is decoded. Channels may be more than libvips finds.
 */
export interface PlainHeader extends Header {
  readonly depth: 'uchar';
  /** EXIF orientation. @default 1 */
  readonly orientation?: number;
  /** As in {@link OpenImage}. */
  readonly takenAt?: string | undefined;
}

/** Finds the header of a whole file. Undefined when it is not plain, or has anything that is unusual: libvips is asked then. */
export type FindPlainHeader = (file: Buffer) => PlainHeader | undefined;
