// Multi-picture JPEGs (CIPA DC-007): a photo with further pictures behind it, and a list of them.

import { segment, withSegments } from './hostile-images.js';

/** Types of pictures (CIPA DC-007, 5.2.3.3.1). */
export const mpTypes = {
  primary: 0x030000,
  vga: 0x010001,
  fullHd: 0x010002,
  disparity: 0x020002,
  undefined: 0,
} as const;

export interface MpPicture {
  readonly type: number;
  readonly bytes: Buffer;
  /** What the list claims, where that is wrong; counted from the structure's start. */
  readonly offset?: number;
  readonly size?: number;
}

const NAME = Buffer.from('MPF\0', 'latin1');
const ENTRY_BYTES = 16;

/** The photo with these pictures behind it. @param count Of the list's bytes, where that is wrong. */
export function multiPicture(photo: Buffer, pictures: readonly MpPicture[], count?: number): Buffer {
  const all = [{ type: mpTypes.primary, bytes: photo, offset: 0 }, ...pictures];
  // The list stands in the photo, so its size decides where the pictures are.
  const listBytes = 8 + 2 + 3 * 12 + 4 + all.length * ENTRY_BYTES;
  const segmentBytes = 4 + NAME.length + listBytes;
  const structureAt = 2 + 4 + NAME.length;
  const list = Buffer.alloc(listBytes);
  list.write('II*\0\x08\0\0\0\x03\0', 'latin1');
  const entriesAt = 8 + 2 + 3 * 12 + 4;
  const tags = [
    [0xb000, 7, 4, 0x30303130],
    [0xb001, 4, 1, all.length],
    [0xb002, 7, count ?? all.length * ENTRY_BYTES, entriesAt],
  ] as const;
  for (const [index, [tag, type, number, value]] of tags.entries()) {
    const at = 10 + 12 * index;
    list.writeUInt16LE(tag, at);
    list.writeUInt16LE(type, at + 2);
    list.writeUInt32LE(number, at + 4);
    list.writeUInt32LE(value, at + 8);
  }
  let end = photo.length + segmentBytes;
  for (const [index, { type, bytes, offset, size }] of all.entries()) {
    const at = entriesAt + index * ENTRY_BYTES;
    list.writeUInt32LE(type, at);
    list.writeUInt32LE(size ?? (index === 0 ? end : bytes.length), at + 4);
    list.writeUInt32LE(offset ?? end - structureAt, at + 8);
    if (index > 0) end += bytes.length;
  }
  const listed = withSegments(photo, [segment(0xe2, Buffer.concat([NAME, list]))]);
  return Buffer.concat([listed, ...pictures.map(({ bytes }) => bytes)]);
}
