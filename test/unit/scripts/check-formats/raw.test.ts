import sharp from 'sharp';
import { expect, test } from 'vitest';
import { bestPreview, readPreviews } from '../../../../scripts/check-formats/raw.js';

function jpeg(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: 'red' } })
    .jpeg()
    .toBuffer();
}

/** The size of the preview that is wanted for a thumbnail of half of this. */
async function sizeOfBest(width: number, height: number): Promise<string | undefined> {
  const extracted = await Promise.all([jpeg(160, 120), jpeg(1616, 1212), jpeg(480, 360)]);
  const found = bestPreview(await readPreviews(extracted, {}), { width, height });
  return found && `${found.width}x${found.height}`;
}

test('the smallest preview that is large enough is wanted, or else the largest', async () => {
  expect(await sizeOfBest(400, 300)).toBe('480x360');
  expect(await sizeOfBest(480, 360)).toBe('480x360');
  expect(await sizeOfBest(400, 361)).toBe('1616x1212');
  expect(await sizeOfBest(4000, 3000)).toBe('1616x1212');
});

test('a smaller preview of another shape than the largest is not wanted: it has black bars', async () => {
  const previews = await readPreviews(await Promise.all([jpeg(480, 360), jpeg(1620, 1080)]), {});
  expect(bestPreview(previews, { width: 400, height: 266 })).toMatchObject({ width: 1620, height: 1080 });
});

test('a preview that cannot be decoded is none', async () => {
  const whole = await jpeg(480, 360);
  expect(await readPreviews([whole.subarray(0, whole.length / 2), Buffer.from('no JPEG')], {})).toEqual([]);
});

test('a preview is turned by the orientation of the RAW, unless its shape shows that the camera has done that', async () => {
  const tags = { 'Composite:ImageSize': '6000 4000', 'IFD0:Orientation': 8 };
  const previews = await readPreviews([await jpeg(480, 320), await jpeg(320, 480)], tags);
  expect(previews.map(({ orientation, width, height }) => [orientation, width, height])).toEqual([
    [8, 320, 480],
    [1, 320, 480],
  ]);
});
