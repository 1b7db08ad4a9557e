// EXIF written tag by tag (CIPA DC-008), in either byte order, so that a test can make any tag wrong.

import { types } from './tiff-files.js';

/** A tag: its values as numbers, text or bytes, and the type or count that it claims if that is another. */
export interface ExifTag {
  readonly tag: number;
  readonly value: readonly number[] | string | Buffer;
  /** @default ASCII for text, UNDEFINED for bytes, SHORT for numbers */
  readonly type?: number;
  readonly count?: number;
}

export interface ExifStructure {
  /** @default II, little endian */
  readonly byteOrder?: 'II' | 'MM';
  /** The first directory (IFD0), without the pointers to the others. */
  readonly first?: readonly ExifTag[];
  readonly exif?: readonly ExifTag[];
  readonly gps?: readonly ExifTag[];
  /** The directory of the thumbnail (IFD1), without the place of its picture. */
  readonly second?: readonly ExifTag[];
  /** The thumbnail's JPEG. */
  readonly thumbnail?: Buffer;
}

const HEADER_BYTES = 8;
const POINTERS = { exif: 0x8769, gps: 0x8825, thumbnail: 0x0201, thumbnailBytes: 0x0202 };

/** The bytes of the TIFF structure. */
export function exifStructure({
  byteOrder = 'II',
  first = [],
  exif,
  gps,
  second,
  thumbnail,
}: ExifStructure): Buffer {
  const { LONG } = types;
  const isLittle = byteOrder === 'II';
  const number = (value: number, bytes: number) => {
    const buffer = Buffer.alloc(bytes);
    if (isLittle) buffer.writeUIntLE(value, 0, bytes);
    else buffer.writeUIntBE(value, 0, bytes);
    return buffer;
  };
  const parts: Buffer[] = [];
  let end = HEADER_BYTES;
  const add = (bytes: Buffer) => {
    const at = end;
    parts.push(bytes);
    end += bytes.length;
    return at;
  };
  const bytesOf = ({ value, type }: ExifTag): [bytes: Buffer, type: number, count: number] => {
    if (typeof value === 'string')
      return [Buffer.from(`${value}\0`, 'latin1'), types.ASCII, value.length + 1];
    if (Buffer.isBuffer(value)) return [value, types.UNDEFINED, value.length];
    const isLong = type === LONG;
    return [Buffer.concat(value.map((one) => number(one, isLong ? 4 : 2))), types.SHORT, value.length];
  };
  /** Adds a directory; what does not fit into its entries comes before it. */
  const addDirectory = (tags: readonly ExifTag[], next = 0) => {
    const entries = [...tags]
      .sort((a, b) => a.tag - b.tag)
      .map((tag) => {
        const [bytes, type, count] = bytesOf(tag);
        const value = bytes.length > 4 ? number(add(bytes), 4) : Buffer.concat([bytes], 4);
        const [claimedType, claimedCount] = [tag.type ?? type, tag.count ?? count];
        return Buffer.concat([number(tag.tag, 2), number(claimedType, 2), number(claimedCount, 4), value]);
      });
    return add(Buffer.concat([number(entries.length, 2), ...entries, number(next, 4)]));
  };
  const pointer = (tag: number, at: number) => ({ tag, type: LONG, value: [at] });
  const pointers: ExifTag[] = [];
  if (exif !== undefined) pointers.push(pointer(POINTERS.exif, addDirectory(exif)));
  if (gps !== undefined) pointers.push(pointer(POINTERS.gps, addDirectory(gps)));
  const picture =
    thumbnail === undefined
      ? []
      : [pointer(POINTERS.thumbnail, add(thumbnail)), pointer(POINTERS.thumbnailBytes, thumbnail.length)];
  const hasSecond = second !== undefined || thumbnail !== undefined;
  const next = hasSecond ? addDirectory([...(second ?? []), ...picture]) : 0;
  const start = addDirectory([...first, ...pointers], next);
  return Buffer.concat([Buffer.from(byteOrder), number(42, 2), number(start, 4), ...parts]);
}

/** The structure of a photo with this DateTimeOriginal, and this OffsetTimeOriginal if there is one. */
export function datedExif(dateTime: string, offset?: string, byteOrder: 'II' | 'MM' = 'II'): Buffer {
  const tags: ExifTag[] = [{ tag: 0x9003, value: dateTime }];
  if (offset !== undefined) tags.push({ tag: 0x9011, value: offset });
  return exifStructure({ byteOrder, exif: tags });
}
