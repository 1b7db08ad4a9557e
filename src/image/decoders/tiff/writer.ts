// Writes pixels as an uncompressed TIFF (TIFF 6.0): the simplest format in which sharp accepts pixels with an ICC profile and an EXIF
// orientation.

import { ENTRY_BYTES, TYPE } from './directory.js';

/** What an image in memory is like. */
export interface Shape {
  readonly width: number;
  readonly height: number;
  /** Grey (1), grey and alpha (2), RGB (3), RGB and alpha (4). Colours are not multiplied by alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  /** EXIF orientation, 1 to 8. */
  readonly orientation: number;
  /** ICC profile. */
  readonly profile: Uint8Array | undefined;
}

/** An image in memory. */
export interface Picture extends Shape {
  /** Interleaved samples of 8 bits, rows without padding. */
  readonly data: Uint8Array;
}

/** A TIFF whose pixels are still to be written, to `data`. */
export interface Tiff extends Picture {
  /** The whole file; `data` is a part of it. */
  readonly file: Buffer;
}

/** An entry of a directory: its tag, type and count, and its value or the value's offset. */
export type WrittenEntry = readonly [tag: number, type: number, count: number, value: number];

const { SHORT, LONG, UNDEFINED } = TYPE;
const HEADER_BYTES = 8;
/** ExtraSamples: alpha by which colours are not multiplied. */
const UNASSOCIATED_ALPHA = 2;

export function encodeTiff(picture: Picture): Buffer {
  const { file, data } = allocateTiff(picture);
  data.set(picture.data);
  return file;
}

/** The parts of the file, in order: header, pixels, ICC profile, BitsPerSample of RGB, IFD. */
export function allocateTiff(shape: Shape): Tiff {
  const { width, height, channels, orientation, profile } = shape;
  const dataBytes = width * height * channels;
  const profileAt = HEADER_BYTES + dataBytes;
  // On a word boundary, as an IFD must be.
  const bitsAt = 2 * Math.ceil((profileAt + (profile?.length ?? 0)) / 2);
  const ifdAt = bitsAt + 2 * channels;
  const entries: readonly WrittenEntry[] = [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, channels, channels === 1 ? 8 : channels === 2 ? 0x8_0008 : bitsAt], // BitsPerSample
    [259, SHORT, 1, 1], // Compression: none
    [262, SHORT, 1, channels <= 2 ? 1 : 2], // PhotometricInterpretation: BlackIsZero, RGB
    [273, LONG, 1, HEADER_BYTES], // StripOffsets: one strip
    [274, SHORT, 1, orientation],
    [277, SHORT, 1, channels], // SamplesPerPixel
    [278, LONG, 1, height], // RowsPerStrip
    [279, LONG, 1, dataBytes], // StripByteCounts
    ...(channels % 2 === 0 ? [[338, SHORT, 1, UNASSOCIATED_ALPHA] as const] : []),
    ...(profile === undefined ? [] : [[34675, UNDEFINED, profile.length, profileAt] as const]), // ICC profile
  ];
  const file = Buffer.alloc(ifdAt + directoryBytes(entries.length));
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(ifdAt, 4);
  if (profile !== undefined) file.set(profile, profileAt);
  for (let channel = 0; channel < channels; channel += 1) file.writeUInt16LE(8, bitsAt + 2 * channel);
  encodeDirectory(entries).copy(file, ifdAt);
  return { ...shape, file, data: file.subarray(HEADER_BYTES, HEADER_BYTES + dataBytes) };
}

/** Bytes of a directory with so many entries. */
export function directoryBytes(entries: number): number {
  return 2 + entries * ENTRY_BYTES + 4;
}

/** A directory in little-endian byte order, which none follows. @param entries Sorted by tag. */
export function encodeDirectory(entries: readonly WrittenEntry[]): Buffer {
  const directory = Buffer.alloc(directoryBytes(entries.length));
  directory.writeUInt16LE(entries.length);
  for (const [index, [tag, type, count, value]] of entries.entries()) {
    const at = 2 + index * ENTRY_BYTES;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(count, at + 4);
    directory.writeUInt32LE(value, at + 8);
  }
  return directory;
}
