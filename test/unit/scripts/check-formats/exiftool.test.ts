import { expect, test } from 'vitest';
import { orientationIn, sizesIn, takenAtIn } from '../../../../scripts/check-formats/exiftool.js';

const TIME = 'ExifIFD:DateTimeOriginal';
const OFFSET = 'ExifIFD:OffsetTimeOriginal';

for (const [tags, takenAt] of [
  [{ [TIME]: '2024:05:01 12:30:05', [OFFSET]: '+02:00' }, '2024-05-01T12:30:05+02:00'],
  [{ [TIME]: '2024:05:01 12:30:05', [OFFSET]: '   ' }, '2024-05-01T12:30:05'],
  [{ [TIME]: '2024:05:01 12:30:05' }, '2024-05-01T12:30:05'],
  [{ [TIME]: '0000:00:00 00:00:00' }, null],
  [{ [TIME]: '2023:02:29 00:00:00' }, null],
  [{ [OFFSET]: '+02:00' }, null],
] as const)
  test(`exiftool's ${JSON.stringify(tags)} is ${takenAt}`, () => {
    expect(takenAtIn(tags)).toBe(takenAt);
  });

test('the sizes of a RAW are those with and without the edges of the sensor', () => {
  const tags = {
    'Composite:ImageSize': '4288 2848',
    'ExifIFD:ExifImageWidth': 4240,
    'ExifIFD:ExifImageHeight': 2832,
    'SubIFD:DefaultCropSize': '4200 2800',
    'RAF:RawImageCroppedSize': '4256x2848',
  };
  expect(sizesIn(tags)).toEqual([
    [4288, 2848],
    [4200, 2800],
    [4256, 2848],
    [4240, 2832],
  ]);
});

test('an orientation that does not exist is 1', () => {
  expect([{ 'IFD0:Orientation': 6 }, { 'IFD0:Orientation': 9 }, {}].map(orientationIn)).toEqual([6, 1, 1]);
});
