// A file is copied into libheif's memory and parsed once, and nothing of it stays there when its pixels are read, or another one is opened.

import { afterEach, beforeEach, expect, type MockInstance, test, vi } from 'vitest';
import { HeifFile } from '../../../../../src/image/decoders/heic/libheif/heif-file.js';
import { takenAtOf } from '../../../../../src/image/decoders/heic/open.js';
import { withItem } from '../../../../support/images/heif/hostile/pieces.js';
import { heifPhoto } from '../../../../support/images/heif/photo.js';
import { damagedPicture } from '../../../../support/images/heif/pictures.js';
import { codeOf, thumbnailOf } from '../../../../support/images/heif/rendering.js';

/** TypeScript declares it only in its `dom` library. */
declare const WebAssembly: { Instance: new (...values: readonly object[]) => object };

const QUARTERS = 'quarters-256x192';

let opened: MockInstance<typeof HeifFile.open>;

beforeEach(() => {
  opened = vi.spyOn(HeifFile, 'open');
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** How many files libheif holds now, of those that were opened. */
function heldFiles(): number {
  return opened.mock.results.filter(({ type, value }) => type === 'return' && !value.isClosed).length;
}

test('a photo is opened once, whether its smaller picture or its full one is used', async () => {
  const small = heifPhoto({ picture: QUARTERS, thumbnails: [{ picture: 'quarters' }] });
  expect((await thumbnailOf(small, { side: 64 })).from).toBe('embedded');
  expect([opened.mock.calls.length, heldFiles()]).toEqual([1, 0]);
  // Its smaller picture is too small, so the first reader declines.
  expect((await thumbnailOf(small, { side: 200 })).from).toBeUndefined();
  expect([opened.mock.calls.length, heldFiles()]).toEqual([2, 0]);
});

test('where its smaller picture turns out to be damaged, it is opened afresh for the full one', async () => {
  const picture = damagedPicture('quarters', 'cut');
  const photo = heifPhoto({ picture: QUARTERS, thumbnails: [{ picture }] });
  expect((await thumbnailOf(photo, { side: 64 })).from).toBeUndefined();
  expect([opened.mock.calls.length, heldFiles()]).toEqual([2, 0]);
});

test('nothing is held of a photo that is refused, and of one whose date alone is read', async () => {
  const damaged = heifPhoto({ picture: damagedPicture(QUARTERS, 'cut') });
  expect(await codeOf(damaged)).toBe('CORRUPT');
  expect(await codeOf(damaged.subarray(0, 200))).toBe('CORRUPT');
  expect(await codeOf(withItem({ type: 'avc1' }))).toBe('UNSUPPORTED');
  for (const bytes of [damaged.subarray(0, 200), withItem({ type: 'avc1' })])
    expect(takenAtOf(bytes)).toBeUndefined();
  takenAtOf(heifPhoto({ picture: QUARTERS }));
  expect(heldFiles()).toBe(0);
});

test('a photo that is refused leaves libheif to the next one', async () => {
  expect(await codeOf(heifPhoto({ picture: 'quarters' }))).toBe('done');
  const started = vi.spyOn(WebAssembly, 'Instance');
  const cut = heifPhoto({ picture: QUARTERS }).subarray(0, 200);
  for (const bytes of [
    cut,
    withItem({ type: 'avc1' }),
    heifPhoto({ picture: damagedPicture(QUARTERS, 'cut') }),
  ])
    expect(await codeOf(bytes)).toMatch(/^(?:CORRUPT|UNSUPPORTED)$/);
  expect(await codeOf(heifPhoto({ picture: 'quarters' }))).toBe('done');
  expect(started).not.toHaveBeenCalled();
});

test('of photos that are not decoded, one is held at most', async () => {
  const photos = (['landscape', 'quarters', QUARTERS] as const).map((picture) => heifPhoto({ picture }));
  for (const photo of photos) expect(await codeOf(photo, { maxPixels: 100 })).toBe('TOO_LARGE');
  expect([opened.mock.calls.length, heldFiles()]).toEqual([3, 1]);
  expect(await codeOf(heifPhoto({ picture: 'quarters' }))).toBe('done');
  expect([opened.mock.calls.length, heldFiles()]).toEqual([4, 0]);
});

test('photos that are rendered at the same time have the thumbnails that they have one after the other', async () => {
  const names = ['landscape', 'quarters', QUARTERS, 'black', 'landscape', 'quarters-64'] as const;
  const photos = names.map((picture) => heifPhoto({ picture, thumbnails: [{ picture: 'quarters-64x48' }] }));
  const expected: string[] = [];
  for (const photo of photos) expected.push((await thumbnailOf(photo, { side: 30 })).sha256);
  const found = await Promise.all(photos.map((photo) => thumbnailOf(photo, { side: 30 })));
  expect(found.map(({ sha256 }) => sha256)).toEqual(expected);
  expect(heldFiles()).toBe(0);
});
