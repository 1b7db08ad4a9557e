// Pictures that are made of others, and which of a file's pictures is the photo.

import sharp from 'sharp';
import { expect, test } from 'vitest';
import {
  cropped,
  type ExpectedPicture,
  expectPicture,
  mirrored,
  quartersPicture,
  rotated,
} from '../../../../support/images/heif/expected.js';
import { type HeifFile, heifFile } from '../../../../support/images/heif/file.js';
import {
  codedItem,
  derivedFrom,
  gridItem,
  identityItem,
  thumbnailOf as isThumbnailOf,
  overlayItem,
} from '../../../../support/images/heif/items.js';
import { heifPhoto } from '../../../../support/images/heif/photo.js';
import {
  damagedPicture,
  heifPicture,
  type PictureName,
  QUARTERS,
} from '../../../../support/images/heif/pictures.js';
import { coloursOf, crop, mirroring, rotation } from '../../../../support/images/heif/properties.js';
import { codeOf, thumbnailOf } from '../../../../support/images/heif/rendering.js';
import { heifSequence } from '../../../../support/images/heif/sequence.js';

const TILES = ['red', 'green', 'blue', 'yellow'] as const;
const SIDES = [1024, 30];
const COLOURS = [coloursOf(heifPicture('quarters'))];

function hidden(id: number, name: PictureName) {
  return codedItem(id, name, { isHidden: true, further: COLOURS });
}

async function expectShown(file: Buffer, picture: ExpectedPicture, sides = SIDES): Promise<void> {
  for (const side of sides) {
    const { thumbnail, sourceWidth, sourceHeight, sourceFormat } = await thumbnailOf(file, { side });
    expect([sourceFormat, sourceWidth, sourceHeight]).toEqual(['heic', picture.width, picture.height]);
    await expectPicture(thumbnail, picture);
  }
}

/** Tiles of 64 pixels in the colours of the quarters, row by row, cut to a size. */
function tilesPicture(columns: number, width: number, height: number): ExpectedPicture {
  const at = (x: number, y: number) =>
    QUARTERS[(Math.floor(y / 64) * columns + Math.floor(x / 64)) % 4] ?? QUARTERS[0];
  return { width, height, at };
}

/** Red, green and blue of every pixel. */
async function pixelsOf(file: Buffer, side: number): Promise<Buffer> {
  const { thumbnail } = await thumbnailOf(file, { side });
  return sharp(thumbnail).removeAlpha().raw().toBuffer();
}

function meanDifference(one: Buffer, other: Buffer): number {
  let sum = 0;
  for (const [at, sample] of one.entries()) sum += Math.abs(sample - (other[at] ?? 0));
  return sum / one.length;
}

test('grids, whole and with last tiles that are cut, with data in idat and in mdat', async () => {
  for (const [columns, rows, width, height] of [
    [2, 2, 128, 128],
    [2, 2, 101, 87],
    [2, 2, 66, 66],
    [4, 1, 250, 64],
    [1, 4, 64, 250],
    [4, 3, 230, 150],
    [1, 1, 50, 40],
  ] as const)
    for (const gridPlace of ['idat', 'mdat'] as const) {
      const tiles = TILES.slice(0, columns * rows);
      const file = heifPhoto({ picture: { columns, rows, width, height, tiles }, gridPlace });
      await expectShown(file, tilesPicture(columns, width, height));
    }
});

test('a grid is the same picture as its whole in one piece, seams included', async () => {
  const tiles = ['landscape-0-0', 'landscape-1-0', 'landscape-0-1', 'landscape-1-1'] as const;
  const grid = heifPhoto({ picture: { columns: 2, rows: 2, width: 512, height: 384, tiles } });
  const whole = heifPhoto({ picture: 'landscape' });
  for (const side of [512, 150, 37]) {
    const [one, other] = [await pixelsOf(grid, side), await pixelsOf(whole, side)];
    expect(one.length).toBe(other.length);
    expect(meanDifference(one, other)).toBeLessThan(side === 512 ? 3 : 2);
  }
});

test('an overlay lies on its background, later pictures above earlier ones', async () => {
  const overlay = overlayItem(1, {
    width: 160,
    height: 120,
    background: [0xffff, 0, 0, 0xffff],
    offsets: [
      [10, 10],
      [60, 40],
    ],
  });
  const items = [overlay, hidden(2, 'blue'), hidden(3, 'green')];
  await expectShown(heifFile({ items, references: [derivedFrom(1, 2, 3)] }), {
    width: 160,
    height: 120,
    at: (x, y) => {
      if (x >= 60 && x < 124 && y >= 40 && y < 104) return QUARTERS[1];
      if (x >= 10 && x < 74 && y >= 10 && y < 74) return QUARTERS[2];
      return [255, 0, 0];
    },
  });
});

test('what an overlay places beyond its sides is cut', async () => {
  const items = [overlayItem(1, { width: 128, height: 96, offsets: [[96, 64]] }), hidden(2, 'green')];
  await expectShown(heifFile({ items, references: [derivedFrom(1, 2)] }), {
    width: 128,
    height: 96,
    at: (x, y) => (x >= 96 && y >= 64 ? QUARTERS[1] : [255, 255, 255]),
  });
});

test('an identity has the transformations of the other picture and then its own', async () => {
  const quarters = quartersPicture(128, 96);
  const part = { left: 10, top: 20, width: 60, height: 80 };
  const file = (further: HeifFile['items'][number]['properties'] = []) =>
    heifFile({
      items: [
        identityItem(1, 96, 128, { further }),
        codedItem(2, 'quarters', { isHidden: true, further: [...COLOURS, rotation(1)] }),
      ],
      references: [derivedFrom(1, 2)],
    });
  const turned = rotated(quarters, 1);
  await expectShown(file(), turned);
  await expectShown(file([mirroring('left and right')]), mirrored(turned, 'left and right'));
  await expectShown(file([crop([96, 128], part)]), cropped(turned, part));
  await expectShown(file([rotation(3)]), quarters);
});

test('an identity of a grid', async () => {
  const grid = { columns: 2, rows: 2, width: 100, height: 90 };
  const tiles = TILES.map((name, index) => hidden(10 + index, name));
  const file = heifFile({
    items: [
      identityItem(1, 100, 90, { further: [rotation(2)] }),
      gridItem(2, grid, { isHidden: true, further: COLOURS }),
      ...tiles,
    ],
    references: [derivedFrom(1, 2), derivedFrom(2, ...tiles.map(({ id }) => id))],
  });
  await expectShown(file, rotated(tilesPicture(2, 100, 90), 2));
});

test('tiles that are turned themselves', async () => {
  const tiles = [0, 1, 2, 3].map((quarters) =>
    codedItem(10 + quarters, 'quarters-64', { isHidden: true, further: [...COLOURS, rotation(quarters)] }),
  );
  const file = heifFile({
    items: [gridItem(1, { columns: 2, rows: 2, width: 128, height: 128 }, { further: COLOURS }), ...tiles],
    references: [derivedFrom(1, 10, 11, 12, 13)],
  });
  const one = quartersPicture(64, 64);
  const turned = [0, 1, 2, 3].map((quarters) => rotated(one, quarters));
  const at = (x: number, y: number) =>
    (turned[(y < 64 ? 0 : 2) + (x < 64 ? 0 : 1)] ?? one).at(x % 64, y % 64);
  await expectShown(file, { width: 128, height: 128, at }, [1024, 60]);
});

test('the primary item is the photo, wherever it stands: bursts and files of several pictures', async () => {
  const burst = (primary: number, brand = 'heic') =>
    heifFile({
      brand,
      items: [
        codedItem(1, 'black', { further: COLOURS }),
        codedItem(2, 'quarters-64', { further: COLOURS }),
        codedItem(3, 'quarters', { further: COLOURS }),
        codedItem(4, 'red', { further: COLOURS }),
      ],
      primary,
    });
  await expectShown(burst(3), quartersPicture(128, 96));
  await expectShown(burst(2), quartersPicture(64, 64));
  for (const brand of ['heix', 'heim', 'heis', 'mif1'])
    await expectShown(burst(3, brand), quartersPicture(128, 96));
});

test('of an image sequence, the primary item, or else the first picture of its track', async () => {
  const item = codedItem(1, 'quarters', { further: COLOURS });
  const compatibleBrands = ['mif1', 'msf1', 'heic', 'hevc'];
  for (const brand of ['hevc', 'hevx', 'msf1']) {
    const beside = heifSequence(['black', 'red'], { brand, compatibleBrands, items: [item] });
    await expectShown(beside, quartersPicture(128, 96));
  }
  await expectShown(heifSequence(['quarters-says', 'quarters-says']), quartersPicture(128, 96));
});

test('data in several extents', async () => {
  const item = codedItem(1, 'quarters', { further: COLOURS });
  const length = item.data?.length ?? 0;
  const file = heifFile({ items: [{ ...item, extents: [3, 5, 100, length - 108] }] });
  await expectShown(file, quartersPicture(128, 96));
});

test('a picture of the file that is damaged and not the photo does not matter', async () => {
  const items = [
    codedItem(1, 'quarters', { further: COLOURS }),
    codedItem(2, damagedPicture('quarters-64', 'noise')),
    { id: 3, type: 'grid' },
    { id: 4, type: 'hvc1' },
  ];
  await expectShown(heifFile({ items, references: [isThumbnailOf(2, 4)] }), quartersPicture(128, 96));
});

test('a photo that is damaged or cut is CORRUPT, in one piece and in a grid', async () => {
  const damaged = [damagedPicture('quarters', 'cut'), damagedPicture('landscape', 'cut')];
  for (const picture of damaged) expect(await codeOf(heifPhoto({ picture }))).toBe('CORRUPT');
  const tiles = ['red', 'green', 'blue', damagedPicture('landscape-0-0', 'cut')] as const;
  const grid = heifPhoto({ picture: { columns: 2, rows: 2, width: 128, height: 96, tiles } });
  expect(await codeOf(grid)).toBe('CORRUPT');
  const sound = heifPhoto({ picture: 'landscape' });
  for (const part of [0.3, 0.6, 0.95]) {
    const cut = sound.subarray(0, Math.floor(part * sound.length));
    expect(await codeOf(cut)).toBe('CORRUPT');
  }
});
