import { expect, test } from 'vitest';
import { hasBlackBars, hasShapeOf, isLargeEnough } from '../../../../src/image/decoders/embedded.js';
import { insideBox } from '../../../support/variants.js';

const photo = { width: 4000, height: 3000 };

test('a picture is large enough from 1.5 times the thumbnail on, in both directions', () => {
  // The thumbnail is 200 x 150.
  const variant = insideBox(200);
  expect(isLargeEnough({ width: 300, height: 225 }, photo, variant)).toBe(true);
  expect(isLargeEnough({ width: 299, height: 225 }, photo, variant)).toBe(false);
  expect(isLargeEnough({ width: 300, height: 224 }, photo, variant)).toBe(false);
});

test('a picture is never large enough for a thumbnail that is the photo itself', () => {
  const variant = insideBox(5000);
  expect(isLargeEnough({ width: 4000, height: 3000 }, photo, variant)).toBe(false);
  expect(isLargeEnough({ width: 6000, height: 4500 }, photo, variant)).toBe(true);
});

test('a picture has the shape of the photo within 1 %', () => {
  expect(hasShapeOf({ width: 160, height: 120 }, photo)).toBe(true);
  expect(hasShapeOf({ width: 160, height: 107 }, { width: 6000, height: 4000 })).toBe(true);
  expect(hasShapeOf({ width: 160, height: 120 }, { width: 6000, height: 4000 })).toBe(false);
  expect(hasShapeOf({ width: 120, height: 160 }, photo)).toBe(false);
  expect(hasShapeOf({ width: 1009, height: 750 }, { width: 1000, height: 750 })).toBe(true);
  expect(hasShapeOf({ width: 1011, height: 750 }, { width: 1000, height: 750 })).toBe(false);
});

/** A picture of which the rows or columns on each side are nearly black, and the rest is grey. */
function barred(bars: { rows?: number; columns?: number; grey?: number; bits?: 8 | 16 }) {
  const [width, height, channels] = [16, 12, 3];
  const { rows = 0, columns = 0, grey = 90, bits = 8 } = bars;
  const data =
    bits === 8 ? new Uint8Array(width * height * channels) : new Uint16Array(width * height * channels);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const isBar = y < rows || y >= height - rows || x < columns || x >= width - columns;
      const sample = isBar ? 20 : grey;
      data.fill(
        bits === 8 ? sample : sample * 257,
        (y * width + x) * channels,
        (y * width + x + 1) * channels,
      );
    }
  return { data, width, height, channels };
}

test('black bars are found above and below, left and right, in 8 and 16 bits', () => {
  for (const bits of [8, 16] as const) {
    expect(hasBlackBars(barred({ rows: 1, bits }))).toBe(true);
    expect(hasBlackBars(barred({ columns: 2, bits }))).toBe(true);
    expect(hasBlackBars(barred({ rows: 2, columns: 2, bits }))).toBe(true);
    expect(hasBlackBars(barred({ bits }))).toBe(false);
  }
});

test('a black picture, one dark edge, and an edge with anything bright in it are no bars', () => {
  expect(hasBlackBars(barred({ rows: 1, grey: 20 }))).toBe(false);
  const above = barred({});
  above.data.fill(0, 0, 16 * 3);
  expect(hasBlackBars(above)).toBe(false);
  const lit = barred({ rows: 1 });
  lit.data[5] = 200;
  expect(hasBlackBars(lit)).toBe(false);
});
