import { expect, test } from 'vitest';
import { createPlane, type Side } from '../../../../../src/image/decoders/heic/box-plane.js';
import type { Channel } from '../../../../../src/image/decoders/heic/libheif/decoded.js';

/** Pixels of a picture, by their place. */
type Picture = (x: number, y: number) => number;

function channelOf(picture: Picture, left: number, top: number, width: number, height: number): Channel {
  const stride = width + 3;
  const samples = new Uint8Array(stride * height).fill(255);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) samples[y * stride + x] = picture(left + x, top + y);
  return { samples, width, height, stride, bits: 8 };
}

/** The means of all blocks, of a picture that comes in tiles. */
function means(
  picture: Picture,
  columns: Side,
  rows: Side,
  tile: { width: number; height: number },
): number[][] {
  const plane = createPlane(columns, rows, tile.height);
  const right = columns.start + columns.step * columns.count;
  const bottom = rows.start + rows.step * rows.count;
  const found: number[][] = [];
  for (let top = 0; top < bottom; top += tile.height) {
    for (let left = 0; left < right; left += tile.width)
      plane.add(channelOf(picture, left, top, tile.width, tile.height), left, top);
    while (
      found.length < rows.count &&
      rows.start + (found.length + 1) * rows.step <= top + tile.height + 1e-6
    ) {
      const at = plane.rowAt(found.length);
      found.push(Array.from(plane.sums.subarray(at, at + columns.count), (sum) => sum / plane.area));
    }
    plane.release(found.length);
  }
  return found;
}

/** The same by the definition: each sample counts by the part of it that lies in the block. */
function expected(picture: Picture, columns: Side, rows: Side): number[][] {
  const overlap = ({ start, step }: Side, block: number, sample: number) =>
    Math.max(0, Math.min(start + (block + 1) * step, sample + 1) - Math.max(start + block * step, sample));
  const range = ({ start, step }: Side, block: number) =>
    Array.from({ length: Math.ceil(step) + 1 }, (_, index) => Math.floor(start + block * step) + index);
  return Array.from({ length: rows.count }, (_row, row) =>
    Array.from({ length: columns.count }, (_column, column) => {
      let sum = 0;
      for (const y of range(rows, row))
        for (const x of range(columns, column))
          sum += overlap(columns, column, x) * overlap(rows, row, y) * picture(x, y);
      return sum / (columns.step * rows.step);
    }),
  );
}

const noise: Picture = (x, y) => (x * 7919 + y * 104_729 + x * y * 31) % 251;

test.each([
  ['whole blocks', { start: 0, step: 4, count: 10 }, { start: 0, step: 4, count: 8 }],
  [
    'blocks with borders within samples',
    { start: 0, step: 3.7, count: 11 },
    { start: 0, step: 2.9, count: 13 },
  ],
  [
    'a crop that starts within a sample',
    { start: 2.5, step: 2.25, count: 12 },
    { start: 7.5, step: 5.1, count: 6 },
  ],
  ['blocks larger than tiles', { start: 1, step: 19.3, count: 2 }, { start: 0, step: 17.6, count: 2 }],
  ['blocks of one sample', { start: 3, step: 1, count: 30 }, { start: 5, step: 1, count: 25 }],
])('the means of %s do not depend on tiles', (_, columns, rows) => {
  const wanted = expected(noise, columns, rows);
  for (const tile of [
    { width: 64, height: 64 },
    { width: 16, height: 8 },
    { width: 7, height: 5 },
  ]) {
    const found = means(noise, columns, rows, tile);
    expect(found).toHaveLength(wanted.length);
    found.flat().forEach((mean, index) => {
      expect(mean).toBeCloseTo(wanted.flat()[index] ?? Number.NaN, 6);
    });
  }
});
