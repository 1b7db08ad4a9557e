// What is read of EXIF (CIPA DC-008): the orientation, the only tag that affects pixels, and when the photo was taken. Nothing else of it
// is looked at.

import { type Entry, TiffBytes, TYPE } from './tiff/directory.js';

const ORIENTATION = 0x0112;
const EXIF_DIRECTORY = 0x8769;
const DATE_TIME_ORIGINAL = 0x9003;
const OFFSET_TIME_ORIGINAL = 0x9011;

/** No text that is read here is longer. */
const MAX_TEXT_BYTES = 64;

/**
 * The orientation, 1 to 8, in the first IFD of a TIFF structure; 1 when there is no such tag. Undefined when the structure is
 * malformed, the tag occurs twice or its value is not a SHORT from 1 to 8: readers disagree on such files.
 */
export function orientationOf(tiff: Buffer): number | undefined {
  const found = findOrientation(tiff);
  if (found === 'absent') return 1;
  return found === 'malformed' ? undefined : found;
}

/** Whether the first IFD of a TIFF structure has the tag, once and with a valid value. */
export function hasOrientation(tiff: Buffer): boolean {
  return typeof findOrientation(tiff) === 'number';
}

/**
 * Whether the first IFD of a TIFF structure has the tag, and its value is not a SHORT from 1 to 8: it then counts as 1. libvips takes 6 of
 * another type for a turn, and browsers do not.
 */
export function hasInvalidOrientation(tiff: Buffer): boolean {
  return invalidOrientationIn(tiff) !== undefined;
}

/** A TIFF file whose invalid orientation is 1, because libtiff reads no file with one; itself when its orientation is valid. */
export function withValidOrientation(file: Buffer): Buffer {
  const invalid = invalidOrientationIn(file);
  if (invalid === undefined) return file;
  const repaired = Buffer.from(file);
  const { tiff, entry } = invalid;
  // Type, count and value, which stand one after the other.
  const short = tiff.isLittleEndian
    ? [TYPE.SHORT, 0, 1, 0, 0, 0, 1, 0, 0, 0]
    : [0, TYPE.SHORT, 0, 0, 0, 1, 0, 1, 0, 0];
  repaired.set(short, entry.valueAt - 6);
  return repaired;
}

function invalidOrientationIn(bytes: Buffer): { tiff: TiffBytes; entry: Entry } | undefined {
  const tiff = TiffBytes.of(bytes);
  const entry = tiff?.firstDirectory()?.find(({ tag }) => tag === ORIENTATION);
  if (tiff === undefined || entry === undefined) return undefined;
  return validOrientation(tiff, entry) === undefined ? { tiff, entry } : undefined;
}

function findOrientation(bytes: Buffer): number | 'absent' | 'malformed' {
  const tiff = TiffBytes.of(bytes);
  const found = tiff?.firstDirectory()?.filter(({ tag }) => tag === ORIENTATION);
  if (tiff === undefined || found === undefined || found.length > 1) return 'malformed';
  const [entry] = found;
  return entry === undefined ? 'absent' : (validOrientation(tiff, entry) ?? 'malformed');
}

function validOrientation(tiff: TiffBytes, { type, count, valueAt }: Entry): number | undefined {
  const value = tiff.u16(valueAt);
  return type === TYPE.SHORT && count === 1 && value >= 1 && value <= 8 ? value : undefined;
}

/**
 * When the photo was taken (DateTimeOriginal, CIPA DC-008, 4.6.6): `2024-05-01T12:30:05+02:00`. Without the offset where the file has none
 * that is valid: that is local time of an unknown zone. Undefined when the structure is malformed, or has no such tag or no valid date.
 * @param tiff The bytes of a TIFF structure: of EXIF without its name, or a whole TIFF file.
 */
export function takenAt(tiff: Buffer): string | undefined {
  const structure = TiffBytes.of(tiff);
  const first = structure?.firstDirectory();
  if (structure === undefined || first === undefined) return undefined;
  // TIFF/EP files have the tags in the first directory itself (ISO 12234-2, 5.2.17).
  for (const directory of [exifDirectory(structure, first), first]) {
    const time = timeOf(
      textOf(structure, directory, DATE_TIME_ORIGINAL),
      textOf(structure, directory, OFFSET_TIME_ORIGINAL),
    );
    if (time !== undefined) return time;
  }
  return undefined;
}

/**
 * {@link takenAt} from the texts of DateTimeOriginal and OffsetTimeOriginal, each up to its NUL; empty where there is none. Undefined when
 * the first is no date that the calendar has.
 */
function timeOf(dateTimeOriginal: string, offsetTimeOriginal: string): string | undefined {
  const dateTime = dateTimeOf(dateTimeOriginal.trimEnd());
  return dateTime === undefined ? undefined : dateTime + offsetOf(offsetTimeOriginal.trimEnd());
}

function exifDirectory(tiff: TiffBytes, first: readonly Entry[]): readonly Entry[] {
  const pointer = first.find(({ tag }) => tag === EXIF_DIRECTORY);
  if (pointer === undefined || ![TYPE.LONG, TYPE.IFD].includes(pointer.type) || pointer.count !== 1)
    return [];
  return tiff.directory(tiff.u32(pointer.valueAt)) ?? [];
}

/** The text of a tag, up to its NUL or the end of the bytes; empty when there is none. */
function textOf(tiff: TiffBytes, directory: readonly Entry[], wanted: number): string {
  const entry = directory.find(({ tag }) => tag === wanted);
  // Four bytes and fewer stand in the entry itself; no text here is as short.
  if (entry === undefined || entry.type !== TYPE.ASCII || entry.count <= 4 || entry.count > MAX_TEXT_BYTES)
    return '';
  const start = tiff.u32(entry.valueAt);
  const [text = ''] = tiff.bytes.toString('latin1', start, start + entry.count).split('\0', 1);
  return text;
}

/** `2024:05:01 12:30:05` as ISO 8601; undefined when it is no date that the calendar has. */
function dateTimeOf(text: string): string | undefined {
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, time] = match;
  const iso = `${year}-${month}-${day}T${time}`;
  // A day or time that does not exist is refused, or comes out as another one. The zone has no effect on that.
  const date = new Date(`${iso}Z`);
  const isValid = year !== '0000' && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso);
  return isValid ? iso : undefined;
}

/** `+02:00`, as it is in EXIF; empty when it is no offset that a zone may have. */
function offsetOf(text: string): string {
  return /^(?:\+(?:0\d|1[0-3]):[0-5]\d|\+14:00|-(?:0\d|1[01]):[0-5]\d|-12:00)$/.test(text) ? text : '';
}
