// Puts into a preview the EXIF that its photo has: how it is turned, and when it was taken. What the camera wrote there is left out.

import { TYPE } from '../tiff/directory.js';
import { directoryBytes, encodeDirectory, type WrittenEntry } from '../tiff/writer.js';
import type { ExifTime } from './containers/structure.js';
import type { Part } from './parts.js';

const TIFF_HEADER_BYTES = 8;

/** A text as ASCII value, and its tag. */
type Text = readonly [tag: number, text: string];

/**
 * A JPEG with this EXIF alone.
 * @param exifSegments Those that are left out, in their order.
 */
export function withExif(
  jpeg: Buffer,
  exifSegments: readonly Part[],
  orientation: number,
  time: ExifTime | undefined,
): Buffer {
  const pieces = [jpeg.subarray(0, 2), exifSegment(orientation, time)];
  let at = 2;
  for (const { offset, length } of exifSegments) {
    pieces.push(jpeg.subarray(at, offset));
    at = offset + length;
  }
  return Buffer.concat([...pieces, jpeg.subarray(at)]);
}

function exifSegment(orientation: number, time: ExifTime | undefined): Buffer {
  const tiff = exifTiff(orientation, time);
  const head = Buffer.from('ffe10000457869660000', 'hex');
  head.writeUInt16BE(8 + tiff.length, 2);
  return Buffer.concat([head, tiff]);
}

/** Header, first directory with the orientation, EXIF directory with the times, texts. */
function exifTiff(orientation: number, time: ExifTime | undefined): Buffer {
  const texts = time === undefined ? [] : textsOf(time);
  const exifAt = TIFF_HEADER_BYTES + directoryBytes(2);
  const textsAt = exifAt + directoryBytes(texts.length);
  const header = Buffer.from('49492a0008000000', 'hex');
  const orientationEntry: WrittenEntry = [0x0112, TYPE.SHORT, 1, orientation];
  if (texts.length === 0) return Buffer.concat([header, encodeDirectory([orientationEntry])]);
  const first = encodeDirectory([orientationEntry, [0x8769, TYPE.LONG, 1, exifAt]]);
  let at = textsAt;
  const entries = texts.map(([tag, text]): WrittenEntry => {
    const textAt = at;
    at += text.length;
    return [tag, TYPE.ASCII, text.length, textAt];
  });
  const values = Buffer.from(texts.map(([, text]) => text).join(''), 'latin1');
  return Buffer.concat([header, first, encodeDirectory(entries), values]);
}

/** Texts of fixed lengths (CIPA DC-008), of more than four bytes each; others say nothing. */
function textsOf({ dateTimeOriginal, offsetTimeOriginal = '' }: ExifTime): Text[] {
  const texts: Text[] = [];
  if (dateTimeOriginal.length === 19) texts.push([0x9003, `${dateTimeOriginal}\0`]);
  if (offsetTimeOriginal.length === 6) texts.push([0x9011, `${offsetTimeOriginal}\0`]);
  return texts;
}
