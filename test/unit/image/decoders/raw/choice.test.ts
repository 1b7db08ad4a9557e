// Which preview is chosen, and how it is turned.

import { expect, test } from 'vitest';
import { choosePreview } from '../../../../../src/image/decoders/raw/choice.js';
import type { RawStructure } from '../../../../../src/image/decoders/raw/containers/structure.js';
import type { PreviewJpeg } from '../../../../../src/image/decoders/raw/jpeg-head.js';
import type { PictureSize } from '../../../../../src/image/upright.js';
import type { Box } from '../../../../../src/options/variant.js';
import { insideBox } from '../../../../support/variants.js';

function previewOf(
  width: number,
  height: number,
  orientation?: number,
  photoSize?: PictureSize,
): PreviewJpeg {
  const part = { offset: width * height, length: 1 };
  return { width, height, part, orientation, photoSize, time: undefined, exifSegments: [] };
}

function choose(
  previews: readonly PreviewJpeg[],
  {
    orientation,
    size = { width: 6000, height: 4000 },
  }: Partial<Pick<RawStructure, 'orientation' | 'size'>> = {},
  box: Box = { width: 200, height: 200 },
) {
  const structure = { candidates: [], time: undefined, orientation, size };
  return choosePreview(structure, previews, insideBox(box.width, box.height));
}

/** The width of the chosen one. */
const widthFor = (widths: readonly number[], box: Box, orientation = 1) =>
  choose(
    widths.map((width) => previewOf(width, Math.round((width * 2) / 3))),
    { orientation },
    box,
  )?.preview.width;

test('the smallest preview that is at least twice the thumbnail, else the largest', () => {
  const widths = [1620, 160, 6000, 399, 400];
  expect(widthFor(widths, { width: 200, height: 200 })).toBe(400);
  expect(widthFor(widths, { width: 199, height: 200 })).toBe(399);
  expect(widthFor(widths, { width: 201, height: 201 })).toBe(1620);
  expect(widthFor(widths, { width: 80, height: 80 })).toBe(160);
  expect(widthFor(widths, { width: 810, height: 2000 })).toBe(1620);
  expect(widthFor(widths, { width: 811, height: 2000 })).toBe(6000);
  expect(widthFor(widths, { width: 9000, height: 9000 })).toBe(6000);
  expect(widthFor([160, 320], { width: 1000, height: 1000 })).toBe(320);
  expect(choose([])).toBeUndefined();
});

test('a turned photo is fitted upright: its height decides in a box that is wide', () => {
  // 4000 x 6000 in 300 x 200 is 133 x 200, so a preview of 400 x 267 is large enough.
  expect(widthFor([400, 1620], { width: 300, height: 200 }, 6)).toBe(400);
  expect(widthFor([400, 1620], { width: 300, height: 200 }, 1)).toBe(1620);
});

test('a photo that is smaller than the box is not enlarged: twice its own size is asked for', () => {
  const small = { size: { width: 300, height: 200 } };
  const chosen = choose([previewOf(300, 200), previewOf(150, 100)], small, { width: 500, height: 500 });
  expect(chosen?.preview.width).toBe(300);
});

test('a thumbnail with black bars is passed over for a preview of the shape of the largest', () => {
  const barred = previewOf(160, 120);
  const whole = [previewOf(570, 375), previewOf(6000, 4000)];
  expect(choose([barred, ...whole], {}, { width: 60, height: 60 })?.preview.width).toBe(570);
  expect(choose([barred], {}, { width: 60, height: 60 })?.preview.width).toBe(160);
});

test('a preview of the shape of the sensor is turned as the photo', () => {
  for (let orientation = 1; orientation <= 8; orientation += 1) {
    const chosen = choose([previewOf(1620, 1080)], { orientation });
    expect(chosen?.orientation).toBe(orientation);
    expect(chosen?.size.width).toBe(orientation < 5 ? 1620 : 1080);
    expect(chosen?.photo.width).toBe(orientation < 5 ? 6000 : 4000);
  }
});

test('a preview that is upright already is not turned: by its shape, or by its own EXIF where the shape does not tell', () => {
  const turnOf = (preview: PreviewJpeg, orientation: number, size?: PictureSize) =>
    choose([preview], { orientation, ...(size === undefined ? {} : { size }) })?.orientation;
  expect(turnOf(previewOf(1080, 1620), 6)).toBe(1);
  expect(turnOf(previewOf(1080, 1620, 6), 6)).toBe(1);
  expect(turnOf(previewOf(1620, 1080, 1), 6)).toBe(6);
  expect(turnOf(previewOf(1620, 1080, 1), 3)).toBe(1);
  expect(turnOf(previewOf(1620, 1080, 3), 3)).toBe(3);
  expect(turnOf(previewOf(1620, 1080), 3)).toBe(3);
  expect(turnOf(previewOf(1000, 1000, 1), 6)).toBe(1);
  expect(turnOf(previewOf(1000, 1000), 6)).toBe(6);
  // A sensor whose rows run along the shorter side.
  expect(turnOf(previewOf(1080, 1620), 8, { width: 4000, height: 6000 })).toBe(8);
});

test('a container without an orientation leaves it to the previews, the largest first; without any it is 1', () => {
  expect(choose([previewOf(1620, 1080, 8), previewOf(160, 107, 6)])?.orientation).toBe(8);
  expect(choose([previewOf(1620, 1080), previewOf(160, 107, 6)])?.orientation).toBe(6);
  expect(choose([previewOf(1620, 1080)])?.orientation).toBe(1);
});

test('the photo has the size that the container says, else that of the preview’s EXIF, else that of the largest preview', () => {
  const structure = { candidates: [], time: undefined, orientation: 6, size: undefined };
  const variant = insideBox(200);
  const exif = { width: 3000, height: 2000 };
  const photoOf = (preview: PreviewJpeg) => choosePreview(structure, [preview], variant)?.photo;
  expect(photoOf(previewOf(1620, 1080, 6, exif))).toEqual({ width: 2000, height: 3000 });
  expect(photoOf(previewOf(1620, 1080, 6))).toEqual({ width: 1080, height: 1620 });
  // A directory of a small preview alone is not the photo's.
  expect(choose([previewOf(1620, 1080)], { size: { width: 160, height: 120 } })?.photo.width).toBe(1620);
  expect(choose([previewOf(6048, 4032)])?.photo.width).toBe(6000);
});
