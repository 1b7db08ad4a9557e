// Reads directories of TIFF structures part by part: of TIFF-based RAW files, of maker notes, of EXIF. It knows no tag.

import { ENTRY_BYTES, TiffBytes, TYPE } from '../tiff/directory.js';
import { type Reading, readPart } from './parts.js';

/** Where a TIFF structure lies in a file: its offsets count from `base`. */
export interface TiffPlace {
  readonly base: number;
  readonly isLittleEndian: boolean;
}

/** A tag of a directory. */
export interface Field {
  readonly type: number;
  readonly count: number;
  /** Where its values lie in the file. */
  readonly offset: number;
  /** Bytes of all its values. */
  readonly length: number;
  /** Its four bytes in the directory: the values, where they fit, or their offset. */
  readonly inline: Buffer;
  readonly place: TiffPlace;
}

export interface Directory {
  readonly place: TiffPlace;
  readonly fields: ReadonlyMap<number, Field>;
  /** Where the next directory lies in the file; the base's own offset when there is none. */
  readonly next: number;
}

/** The header of a TIFF structure. */
export interface TiffHeader {
  readonly place: TiffPlace;
  /** 42 in a TIFF; makers have other numbers for their RAW files. */
  readonly magic: number;
  /** Where the first directory lies in the file. */
  readonly first: number;
  /** The bytes behind the header, as text: makers' marks. */
  readonly mark: string;
}

/** Bytes of a value, by its type. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
/** Directories of RAW files and maker notes have up to some 200 entries. */
const MOST_ENTRIES = 1000;
/** Read at first: enough for most directories. */
const FIRST_BYTES = 2 + 60 * ENTRY_BYTES + 4;

/** The header at `base`; undefined when there is none. */
export function* readTiffHeader(base: number): Reading<TiffHeader | undefined> {
  const bytes = yield* readPart(base, 32);
  const tiff = TiffBytes.of(bytes);
  if (tiff === undefined) return undefined;
  return {
    place: { base, isLittleEndian: tiff.isLittleEndian },
    magic: tiff.u16(2),
    first: base + tiff.u32(4),
    mark: bytes.toString('latin1', 8),
  };
}

/** The directory at `start`; undefined when it is not within the file, or has more entries than any maker writes. */
export function* readDirectory(place: TiffPlace, start: number): Reading<Directory | undefined> {
  let bytes = yield* readPart(start, FIRST_BYTES);
  if (bytes.length < 2) return undefined;
  const count = TiffBytes.within(bytes, place.isLittleEndian).u16(0);
  if (count === 0 || count > MOST_ENTRIES) return undefined;
  const length = 2 + count * ENTRY_BYTES + 4;
  if (length > bytes.length) bytes = yield* readPart(start, length);
  const tiff = TiffBytes.within(bytes, place.isLittleEndian);
  const entries = tiff.directory(0);
  if (entries === undefined) return undefined;
  const fields = new Map<number, Field>();
  for (const { tag, type, count: values, valueAt } of entries) {
    // Of a tag that occurs twice, the first one counts.
    if (fields.has(tag)) continue;
    const valueBytes = (TYPE_BYTES[type] ?? 0) * values;
    const offset = valueBytes <= 4 ? start + valueAt : place.base + tiff.u32(valueAt);
    const inline = bytes.subarray(valueAt, valueAt + 4);
    fields.set(tag, { type, count: values, offset, length: valueBytes, inline, place });
  }
  const next = length <= bytes.length ? tiff.u32(length - 4) : 0;
  return { place, fields, next: place.base + next };
}

/** The first values of a field that has whole or rational numbers, at most `most`; none for any other field. */
export function* readNumbers(field: Field | undefined, most: number): Reading<number[]> {
  if (field === undefined) return [];
  const { type, count, length, offset, inline, place } = field;
  const size = TYPE_BYTES[type] ?? 0;
  const wanted = Math.min(count, most) * size;
  const bytes = length <= 4 ? inline.subarray(0, wanted) : yield* readPart(offset, wanted);
  const tiff = TiffBytes.within(bytes, place.isLittleEndian);
  const read = NUMBERS[type];
  if (read === undefined) return [];
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => read(tiff, index * size));
}

const NUMBERS: Readonly<Record<number, (tiff: TiffBytes, at: number) => number>> = {
  [TYPE.BYTE]: (tiff, at) => tiff.bytes[at] ?? 0,
  [TYPE.SHORT]: (tiff, at) => tiff.u16(at),
  [TYPE.LONG]: (tiff, at) => tiff.u32(at),
  [TYPE.IFD]: (tiff, at) => tiff.u32(at),
  [TYPE.RATIONAL]: (tiff, at) => tiff.u32(at) / tiff.u32(at + 4),
};

/** The only or first number of a field; undefined when it has none. */
export function* readNumber(field: Field | undefined): Reading<number | undefined> {
  const [number] = yield* readNumbers(field, 1);
  return number;
}

/** A text of at most `most` characters, without what follows a NUL; undefined for a field of another type. */
export function* readText(field: Field | undefined, most: number): Reading<string | undefined> {
  if (field?.type !== TYPE.ASCII) return undefined;
  const { length, inline, offset } = field;
  const bytes = length <= 4 ? inline.subarray(0, length) : yield* readPart(offset, Math.min(length, most));
  return bytes.toString('latin1').replace(/\0.*$/s, '');
}

/** Whether a field is bytes of some other structure. */
export function isData(field: Field): boolean {
  return field.type === TYPE.UNDEFINED || field.type === TYPE.BYTE;
}
