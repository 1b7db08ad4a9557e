import { expect, test } from 'vitest';
import {
  hasInvalidOrientation,
  orientationOf,
  withValidOrientation,
} from '../../../../src/image/decoders/exif.js';
import { exifStructure } from '../../../support/images/exif-structure.js';
import { type TiffEntry, tiff } from '../../../support/images/hostile-images.js';

const ORIENTATION = 0x112;
const SHORT = 3;
const LONG = 4;

function littleEndian(entries: readonly TiffEntry[]): Buffer {
  return tiff(entries, Buffer.alloc(0));
}

/** A big-endian TIFF with one entry, whose value of 16 bits stands first in its four bytes. */
function bigEndian([tag, type, count, value]: TiffEntry): Buffer {
  const bytes = Buffer.alloc(8 + 2 + 12 + 4);
  bytes.write('MM\0*\0\0\0\x08\0\x01', 'latin1');
  bytes.writeUInt16BE(tag, 10);
  bytes.writeUInt16BE(type, 12);
  bytes.writeUInt32BE(count, 14);
  bytes.writeUInt16BE(value, 18);
  return bytes;
}

test('orientations 1 to 8 are found in both byte orders', () => {
  for (let value = 1; value <= 8; value += 1) {
    expect(orientationOf(littleEndian([[ORIENTATION, SHORT, 1, value]]))).toBe(value);
    expect(orientationOf(bigEndian([ORIENTATION, SHORT, 1, value]))).toBe(value);
  }
});

test('the orientation is found among other entries', () => {
  const entries: TiffEntry[] = [
    [0x100, LONG, 1, 8],
    [0x10f, 2, 4, 0x41424300],
    [ORIENTATION, SHORT, 1, 6],
    [0x11a, 5, 1, 0],
  ];
  expect(orientationOf(littleEndian(entries))).toBe(6);
});

test('an image without an orientation is upright', () => {
  expect(orientationOf(littleEndian([]))).toBe(1);
  expect(orientationOf(littleEndian([[0x100, SHORT, 1, 6]]))).toBe(1);
});

test('an orientation that readers may read in different ways is undefined', () => {
  for (const value of [0, 9, 255, 65535])
    expect(orientationOf(littleEndian([[ORIENTATION, SHORT, 1, value]])), `value ${value}`).toBeUndefined();
  for (const type of [0, 1, 2, LONG, 5, 8, 13])
    expect(orientationOf(littleEndian([[ORIENTATION, type, 1, 6]])), `type ${type}`).toBeUndefined();
  for (const count of [0, 2, 0xffffffff])
    expect(orientationOf(littleEndian([[ORIENTATION, SHORT, count, 6]])), `count ${count}`).toBeUndefined();
  const twice: TiffEntry = [ORIENTATION, SHORT, 1, 6];
  expect(orientationOf(littleEndian([twice, twice]))).toBeUndefined();
});

test('a structure that is no TIFF, or is cut off at any byte, has no orientation', () => {
  const whole = littleEndian([[ORIENTATION, SHORT, 1, 6]]);
  // The last four bytes are the place of the next directory, which is not read.
  for (let length = 0; length < whole.length - 4; length += 1)
    expect(orientationOf(whole.subarray(0, length)), `${length} bytes`).toBeUndefined();
  for (const start of ['IM', 'MI', 'ii', '\0\0']) {
    const other = Buffer.from(whole);
    other.write(start, 'latin1');
    expect(orientationOf(other), start).toBeUndefined();
  }
  const notTiff = Buffer.from(whole);
  notTiff.writeUInt16LE(43, 2);
  expect(orientationOf(notTiff)).toBeUndefined();
});

test('a directory beyond the end has no orientation', () => {
  const bytes = littleEndian([[ORIENTATION, SHORT, 1, 6]]);
  for (const at of [bytes.length - 1, bytes.length, 0x7fffffff, 0xffffffff]) {
    bytes.writeUInt32LE(at, 4);
    expect(orientationOf(bytes), `at ${at}`).toBeUndefined();
  }
});

test('an invalid orientation is put right in a copy, in both byte orders, and a valid one left alone', () => {
  for (const byteOrder of ['II', 'MM'] as const)
    for (const wrong of [{ value: [9] }, { value: [6], type: LONG }, { value: [6], count: 0xffffffff }]) {
      const file = exifStructure({
        byteOrder,
        first: [
          { tag: 0x100, value: [5] },
          { tag: ORIENTATION, ...wrong },
        ],
      });
      const before = Buffer.from(file);
      expect(hasInvalidOrientation(file)).toBe(true);
      const repaired = withValidOrientation(file);
      expect([orientationOf(repaired), hasInvalidOrientation(repaired), repaired.length]).toEqual([
        1,
        false,
        file.length,
      ]);
      expect(file).toEqual(before);
    }
  for (const file of [
    exifStructure({ first: [{ tag: ORIENTATION, value: [6] }] }),
    exifStructure({}),
    Buffer.alloc(3),
  ]) {
    expect(hasInvalidOrientation(file)).toBe(false);
    expect(withValidOrientation(file)).toBe(file);
  }
});
