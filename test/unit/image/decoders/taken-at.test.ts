import { expect, test } from 'vitest';
import { mulberry32 } from '../../../../scripts/painting/noise.js';
import { takenAt } from '../../../../src/image/decoders/exif.js';
import { flipped, pieceDeleted } from '../../../support/images/damages.js';
import { datedExif, type ExifTag, exifStructure } from '../../../support/images/exif-structure.js';
import { tiffFile } from '../../../support/images/tiff-files.js';

const DATE_TIME_ORIGINAL = 0x9003;
const OFFSET_TIME_ORIGINAL = 0x9011;
const EXIF_DIRECTORY = 0x8769;

test('when a photo was taken is found in both byte orders, with and without an offset', () => {
  for (const byteOrder of ['II', 'MM'] as const) {
    expect(takenAt(datedExif('2024:05:01 12:30:05', '+02:00', byteOrder))).toBe('2024-05-01T12:30:05+02:00');
    expect(takenAt(datedExif('2024:05:01 12:30:05', undefined, byteOrder))).toBe('2024-05-01T12:30:05');
  }
});

test("the host's time zone has no effect", () => {
  const before = process.env.TZ;
  try {
    // An hour that summer time leaves out in New York.
    process.env.TZ = 'America/New_York';
    expect(takenAt(datedExif('2024:03:10 02:30:00'))).toBe('2024-03-10T02:30:00');
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
});

test('an offset that no zone has is left out', () => {
  for (const offset of ['+05:45', '-03:30', '+14:00', '-12:00', '+00:00'])
    expect(takenAt(datedExif('2024:05:01 12:30:05', offset))).toBe(`2024-05-01T12:30:05${offset}`);
  for (const offset of [
    '   :  ',
    '+2:00',
    '+02:60',
    '+15:00',
    '-12:30',
    '+99:99',
    'Z',
    '',
    'Europe',
    '+0200',
  ])
    expect(takenAt(datedExif('2024:05:01 12:30:05', offset)), offset).toBe('2024-05-01T12:30:05');
});

test('what is no date of the calendar is no time at which a photo was taken', () => {
  for (const text of [
    '0000:00:00 00:00:00',
    '    :  :     :  :  ',
    '0000:01:01 00:00:00',
    '2024:13:01 00:00:00',
    '2024:00:01 00:00:00',
    '2023:02:29 00:00:00',
    '2024:04:31 00:00:00',
    '2024:05:01 24:00:00',
    '2024:05:01 12:60:00',
    '2024:05:01 12:30:60',
    '2024:05:01',
    '2024:5:1 12:30:05',
    '2024:05:01 12:30:05.5',
    '\xff\xfe2024:05:01 12:30',
    '２０２４:05:01 12:30:05',
    'DROP TABLE photos;--',
    '',
  ])
    expect(takenAt(datedExif(text)), text).toBeUndefined();
  expect(takenAt(datedExif('2024:02:29 23:59:59'))).toBe('2024-02-29T23:59:59');
});

test('a text without an end, or with spaces for it, is read', () => {
  const text = '2024:05:01 12:30:05';
  const withoutEnd = { tag: DATE_TIME_ORIGINAL, value: text, count: text.length };
  expect(takenAt(exifStructure({ exif: [withoutEnd] }))).toBe('2024-05-01T12:30:05');
  expect(takenAt(datedExif(`${text}  `))).toBe('2024-05-01T12:30:05');
  expect(takenAt(datedExif(`${text}\0+garbage`))).toBe('2024-05-01T12:30:05');
});

test('only DateTimeOriginal counts', () => {
  const value = '2024:05:01 12:30:05';
  expect(takenAt(exifStructure({ first: [{ tag: 0x0132, value }], exif: [{ tag: 0x9004, value }] }))).toBe(
    undefined,
  );
  expect(takenAt(exifStructure({ gps: [{ tag: DATE_TIME_ORIGINAL, value }] }))).toBeUndefined();
  expect(takenAt(exifStructure({}))).toBeUndefined();
});

test('the first directory may have it, as in TIFF/EP', () => {
  const value = '2024:05:01 12:30:05';
  expect(takenAt(exifStructure({ first: [{ tag: DATE_TIME_ORIGINAL, value }] }))).toBe('2024-05-01T12:30:05');
});

test('a tag of another type or count, or past the end, is not read', () => {
  const value = '2024:05:01 12:30:05';
  const wrong: readonly Partial<ExifTag>[] = [
    { type: 7 },
    { type: 4 },
    { type: 0 },
    { count: 4 },
    { count: 0 },
    { count: 0xffffffff },
    { count: 2000 },
    { value: Buffer.from('f0ffffff', 'hex'), type: 2, count: 20 },
    { value: Buffer.alloc(4), type: 2, count: 20 },
  ];
  for (const change of wrong) {
    const tag = { tag: DATE_TIME_ORIGINAL, value, ...change };
    expect(takenAt(exifStructure({ exif: [tag] })), JSON.stringify(change)).toBeUndefined();
    const offset = { ...tag, tag: OFFSET_TIME_ORIGINAL };
    const date = { tag: DATE_TIME_ORIGINAL, value };
    expect(takenAt(exifStructure({ exif: [date, offset] })), JSON.stringify(change)).toBe(
      '2024-05-01T12:30:05',
    );
  }
});

test('a pointer that leads nowhere, to itself or outside gives no time', () => {
  for (const place of [0, 1, 7, 8, 9, 14, 0xffff, 0x7fffffff, 0xffffffff]) {
    const pointer = { tag: EXIF_DIRECTORY, type: 4, value: [place] };
    expect(takenAt(exifStructure({ first: [pointer] })), `${place}`).toBeUndefined();
  }
});

test('a structure that is cut off at any byte, or damaged anywhere, throws nothing', () => {
  const whole = datedExif('2024:05:01 12:30:05', '+02:00', 'MM');
  for (let length = 0; length < whole.length; length += 1) {
    const found = takenAt(whole.subarray(0, length));
    expect([undefined, '2024-05-01T12:30:05', '2024-05-01T12:30:05+02:00']).toContain(found);
  }
  const random = mulberry32(14);
  for (let index = 0; index < 5000; index += 1) {
    const damaged = index % 4 === 0 ? pieceDeleted(whole, random) : flipped(whole, 1 + (index % 5), random);
    const found = takenAt(damaged) ?? '2000-01-01T00:00:00';
    expect(found).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[+-]\d\d:\d\d)?$/);
  }
});

test('a whole TIFF file has it, too', () => {
  const value = Buffer.from('2024:05:01 12:30:05\0', 'latin1');
  const tag = { tag: DATE_TIME_ORIGINAL, type: 2, values: value };
  const pixels = { width: 1, height: 1, photometric: 2, data: [Buffer.alloc(3)] };
  expect(takenAt(tiffFile({ ...pixels, tags: [tag] }))).toBe('2024-05-01T12:30:05');
});
