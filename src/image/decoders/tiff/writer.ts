// Writes pixels as an uncompressed TIFF (TIFF 6.0): the simplest format in which sharp accepts pixels with an ICC profile and an EXIF
// orientation.

/** An image in memory. */
export interface Picture {
  /** Grey (`channels` 1) or interleaved RGB (3), 8 bits, rows without padding. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** EXIF orientation, 1 to 8. */
  readonly orientation: number;
  /** ICC profile. */
  readonly profile: Uint8Array | undefined;
}

const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;
const ENTRY_BYTES = 12;
const HEADER_BYTES = 8;

/** The parts of the file, in order: header, pixels, ICC profile, BitsPerSample of RGB, IFD. */
export function encodeTiff({ data, width, height, channels, orientation, profile }: Picture): Buffer {
  const profileAt = HEADER_BYTES + data.length;
  const bitsAt = profileAt + (profile?.length ?? 0);
  const ifdAt = bitsAt + 2 * channels;
  // Tag, type, count, value or its offset; sorted by tag.
  const entries: ReadonlyArray<readonly [number, number, number, number]> = [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, channels, channels === 1 ? 8 : bitsAt], // BitsPerSample
    [259, SHORT, 1, 1], // Compression: none
    [262, SHORT, 1, channels === 1 ? 1 : 2], // PhotometricInterpretation: BlackIsZero, RGB
    [273, LONG, 1, HEADER_BYTES], // StripOffsets: one strip
    [274, SHORT, 1, orientation],
    [277, SHORT, 1, channels], // SamplesPerPixel
    [278, LONG, 1, height], // RowsPerStrip
    [279, LONG, 1, data.length], // StripByteCounts
    ...(profile === undefined ? [] : [[34675, UNDEFINED, profile.length, profileAt] as const]), // ICC profile
  ];
  const file = Buffer.alloc(ifdAt + 2 + entries.length * ENTRY_BYTES + 4);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(ifdAt, 4);
  file.set(data, HEADER_BYTES);
  if (profile !== undefined) file.set(profile, profileAt);
  for (let channel = 0; channel < channels; channel += 1) file.writeUInt16LE(8, bitsAt + 2 * channel);
  file.writeUInt16LE(entries.length, ifdAt);
  entries.forEach(([tag, type, count, value], index) => {
    const at = ifdAt + 2 + index * ENTRY_BYTES;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(count, at + 4);
    file.writeUInt32LE(value, at + 8);
  });
  return file;
}
