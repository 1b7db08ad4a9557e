// When the system has no more memory for libheif, that is not the image's fault.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { acquire } from '../../../../../src/image/decoders/heic/libheif/module.js';
import { MemoryShortage } from '../../../../../src/image/limits.js';
import { box } from '../../../../support/images/heif/boxes.js';
import { heifFile } from '../../../../support/images/heif/file.js';
import { codedItem, derivedFrom, gridItem, identityItem } from '../../../../support/images/heif/items.js';
import { heifPhoto } from '../../../../support/images/heif/photo.js';
import { heifPicture } from '../../../../support/images/heif/pictures.js';
import { coloursOf } from '../../../../support/images/heif/properties.js';
import { thumbnailOf } from '../../../../support/images/heif/rendering.js';

/** TypeScript declares it only in its `dom` library. */
declare const WebAssembly: {
  readonly Memory: { readonly prototype: { grow(pages: number): number } };
  Instance: new (...values: readonly object[]) => object;
};

const COLOURS = [coloursOf(heifPicture('landscape'))];

/** libheif decodes it whole, 12 megapixels at once. */
function wholeInMemory(): Buffer {
  const [columns, rows] = [8, 8];
  const tiles = Array.from({ length: columns * rows }, (_, index) =>
    codedItem(10 + index, 'landscape', { isHidden: true, further: COLOURS }),
  );
  const [width, height] = [columns * 512, rows * 384];
  return heifFile({
    items: [
      identityItem(1, width, height),
      gridItem(2, { columns, rows, width, height }, { isHidden: true, further: COLOURS }),
      ...tiles,
    ],
    references: [derivedFrom(1, 2), derivedFrom(2, ...tiles.map(({ id }) => id))],
  });
}

/** The system refuses to make the memory of any instance larger from now on. */
function refuseGrowth() {
  return vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
    throw new RangeError('WebAssembly.Memory.grow(): Unable to grow instance memory');
  });
}

beforeEach(async () => {
  // Tests of this process share an instance. It is taken away, so that the next photo needs one; its memory keeps the function by which it grows.
  await thumbnailOf(heifPhoto({ picture: 'quarters' }));
  acquire();
});

afterEach(() => {
  vi.restoreAllMocks();
});

test('an instance that there is no memory for is no fault of the program', async () => {
  vi.spyOn(WebAssembly, 'Instance').mockImplementation(
    class {
      constructor() {
        throw new RangeError('WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory');
      }
    },
  );
  await expect(thumbnailOf(heifPhoto({ picture: 'quarters' }))).rejects.toBeInstanceOf(MemoryShortage);
});

test('neither a file nor a picture that does not fit is CORRUPT, and the next photo is as ever', async () => {
  const grow = refuseGrowth();
  const large = heifPhoto({ picture: 'quarters' }, { further: [box('free', Buffer.alloc(40e6))] });
  await expect(thumbnailOf(large)).rejects.toBeInstanceOf(MemoryShortage);
  await expect(thumbnailOf(wholeInMemory(), { side: 30 })).rejects.toBeInstanceOf(MemoryShortage);
  expect(grow).toHaveBeenCalled();
  vi.restoreAllMocks();
  expect((await thumbnailOf(large)).width).toBe(128);
  expect((await thumbnailOf(wholeInMemory(), { side: 30 })).width).toBe(30);
});
