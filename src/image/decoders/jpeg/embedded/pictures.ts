// Where a JPEG file has smaller pictures of itself: the thumbnail of its EXIF (CIPA DC-008, 4.5.3), and the large thumbnails of a
// multi-picture file (CIPA DC-007).

import { ENTRY_BYTES, type Entry, TiffBytes, TYPE } from '../../tiff/directory.js';
import { MARKER, segmentsOf } from '../header/segments.js';

/** Of EXIF's second directory: where the thumbnail begins, and its bytes. */
const THUMBNAIL = { offset: 0x0201, length: 0x0202 };

/** The list of pictures, and bytes of each of its entries (CIPA DC-007, 5.2.3.3). */
const MP_ENTRIES = 0xb002;
const MP_ENTRY_BYTES = 16;
/** Entries that are looked at; no more than a few are thumbnails. */
const MOST_MP_ENTRIES = 16;
/** Format (JPEG is 0) and type: large thumbnails of VGA and of full HD size. */
const FORMAT_AND_TYPE = 0x07ffffff;
const LARGE_THUMBNAILS: ReadonlySet<number> = new Set([0x010001, 0x010002]);

/** The bytes of each, as far as they lie within the file. Whether they are a JPEG is not looked at. @param file A whole JPEG file. */
export function smallerPictures(file: Buffer): Buffer[] {
  const found: Array<Buffer | undefined> = [];
  for (const { marker, start, content } of segmentsOf(file)) {
    const name = content.toString('latin1', 0, 6);
    if (marker === MARKER.APP1 && name === 'Exif\0\0') found.push(exifThumbnail(content.subarray(6)));
    if (marker === MARKER.APP2 && name.startsWith('MPF\0')) found.push(...largeThumbnails(file, start + 4));
  }
  return found.filter((picture) => picture !== undefined);
}

function exifThumbnail(bytes: Buffer): Buffer | undefined {
  const tiff = TiffBytes.of(bytes);
  const first = tiff?.firstDirectory();
  if (tiff === undefined || first === undefined) return undefined;
  const nextAt = tiff.u32(4) + 2 + first.length * ENTRY_BYTES;
  if (nextAt + 4 > tiff.length) return undefined;
  const second = tiff.directory(tiff.u32(nextAt)) ?? [];
  const [offset, length] = [long(tiff, second, THUMBNAIL.offset), long(tiff, second, THUMBNAIL.length)];
  return offset === undefined || length === undefined ? undefined : part(bytes, offset, length);
}

/** @param start Where the multi-picture structure begins in the file: offsets count from there. */
function largeThumbnails(file: Buffer, start: number): Array<Buffer | undefined> {
  const bytes = file.subarray(start);
  const tiff = TiffBytes.of(bytes);
  const list = tiff?.firstDirectory()?.find(({ tag }) => tag === MP_ENTRIES);
  if (tiff === undefined || list === undefined) return [];
  const entries = part(bytes, tiff.u32(list.valueAt), list.count) ?? Buffer.alloc(0);
  const count = Math.min(Math.floor(entries.length / MP_ENTRY_BYTES), MOST_MP_ENTRIES);
  return Array.from({ length: count }, (_, index) => {
    const at = tiff.u32(list.valueAt) + index * MP_ENTRY_BYTES;
    if (!LARGE_THUMBNAILS.has(tiff.u32(at) & FORMAT_AND_TYPE)) return undefined;
    return part(bytes, tiff.u32(at + 8), tiff.u32(at + 4));
  });
}

/** The value of a tag that is one LONG. */
function long(tiff: TiffBytes, directory: readonly Entry[], wanted: number): number | undefined {
  const entry = directory.find(({ tag }) => tag === wanted);
  return entry?.type === TYPE.LONG && entry.count === 1 ? tiff.u32(entry.valueAt) : undefined;
}

/** Undefined when it does not lie within the bytes. */
function part(bytes: Buffer, offset: number, length: number): Buffer | undefined {
  return offset + length <= bytes.length ? bytes.subarray(offset, offset + length) : undefined;
}
