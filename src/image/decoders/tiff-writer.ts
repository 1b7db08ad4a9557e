// Writes samples as an uncompressed TIFF (TIFF 6.0): the simplest form in which sharp takes pixels with a colour profile and an
// orientation.

/** An image in memory. */
export interface Picture {
  /** Grey (`channels` 1) or RGB (3), a byte each, rows without gaps. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** By EXIF, 1 to 8. */
  readonly orientation: number;
  /** ICC profile. */
  readonly profile: Uint8Array | undefined;
}

const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;
const ENTRY_BYTES = 12;
const HEADER_BYTES = 8;

/** A TIFF file: header, samples, profile, directory. */
export function encodeTiff({ data, width, height, channels, orientation, profile }: Picture): Buffer {
  const profileAt = HEADER_BYTES + data.length;
  const bitsAt = profileAt + (profile?.length ?? 0);
  const directoryAt = bitsAt + 2 * channels;
  // Entries in the order of their tags: tag, type, count, value or where it is.
  const entries: ReadonlyArray<readonly [number, number, number, number]> = [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, channels, channels === 1 ? 8 : bitsAt],
    [259, SHORT, 1, 1], // Not compressed.
    [262, SHORT, 1, channels === 1 ? 1 : 2], // Black is zero; RGB.
    [273, LONG, 1, HEADER_BYTES], // One strip.
    [274, SHORT, 1, orientation],
    [277, SHORT, 1, channels],
    [278, LONG, 1, height],
    [279, LONG, 1, data.length],
    ...(profile === undefined ? [] : [[34675, UNDEFINED, profile.length, profileAt] as const]),
  ];
  const file = Buffer.alloc(directoryAt + 2 + entries.length * ENTRY_BYTES + 4);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(directoryAt, 4);
  file.set(data, HEADER_BYTES);
  if (profile !== undefined) file.set(profile, profileAt);
  for (let channel = 0; channel < channels; channel += 1) file.writeUInt16LE(8, bitsAt + 2 * channel);
  file.writeUInt16LE(entries.length, directoryAt);
  entries.forEach(([tag, type, count, value], index) => {
    const at = directoryAt + 2 + index * ENTRY_BYTES;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(count, at + 4);
    file.writeUInt32LE(value, at + 8);
  });
  return file;
}
