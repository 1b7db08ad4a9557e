// Grids that are bombs or lies.

import { heifFile, type Item } from '../file.js';
import { codedItem, derivedFrom, gridItem, thumbnailOf } from '../items.js';
import { PHOTO } from '../photo.js';
import { COLOURS, type HostileFiles, repeated } from './pieces.js';

const TILE = codedItem(2, 'tile', { isHidden: true, further: COLOURS });

/** A grid all of whose tiles are one picture: items of their own, as libheif wants it, whose data the file has once. */
function gridOfOne(columns: number, rows: number, width: number, height: number): Buffer {
  const tiles = tilesOf(columns, rows);
  return heifFile({
    items: [gridItem(PHOTO, { columns, rows, width, height }, { further: COLOURS }), ...tiles],
    references: [derivedFrom(PHOTO, ...tiles.map(({ id }) => id))],
  });
}

function tilesOf(columns: number, rows: number): Item[] {
  return repeated(columns * rows, (index) => ({ ...TILE, id: PHOTO + 1 + index }));
}

/** Grids of more pixels than the limit, and counts of tiles that the file does not hold. */
export function gridBombs(): HostileFiles {
  return {
    'one-tile-65535.heic': gridOfOne(1, 1, 65_535, 65_535),
    'tiles-65025.heic': gridOfOne(255, 255, 255 * 512, 255 * 512),
    'tiles-65025-said-small.heic': gridOfOne(255, 255, 512, 512),
    'said-4-billion.heic': gridOfOne(1, 1, 0xffffffff, 0xffffffff),
    'no-tiles.heic': heifFile({
      items: [gridItem(1, { columns: 256, rows: 256, width: 4000, height: 4000 })],
    }),
    'fewer-tiles.heic': heifFile({
      items: [gridItem(1, { columns: 8, rows: 6, width: 4032, height: 3024 }), TILE],
      references: [derivedFrom(1, 2, 2, 2)],
    }),
    'missing-tiles.heic': heifFile({
      items: [gridItem(1, { columns: 2, rows: 2, width: 128, height: 128 })],
      references: [derivedFrom(1, 50, 51, 52, 53)],
    }),
    'of-no-size.heic': gridOfOne(1, 1, 0, 0),
    'short-data.heic': heifFile({
      items: [
        { ...gridItem(1, { columns: 1, rows: 1, width: 512, height: 512 }), data: Buffer.from([0, 0]) },
        TILE,
      ],
      references: [derivedFrom(1, 2)],
    }),
    'other-tile-sizes.heic': heifFile({
      items: [
        gridItem(1, { columns: 2, rows: 1, width: 128, height: 96 }, { further: COLOURS }),
        codedItem(2, 'red', { isHidden: true }),
        codedItem(3, 'landscape', { isHidden: true }),
      ],
      references: [derivedFrom(1, 2, 3)],
    }),
  };
}

/** As {@link slowHeif}, with a smaller picture of as many pixels, made of the same tiles. */
export function slowEmbeddedHeif(columns: number, rows: number): Buffer {
  const grid = { columns, rows, width: columns * 512, height: rows * 512 };
  const tiles = tilesOf(columns, rows);
  const ids = tiles.map(({ id }) => id);
  const smaller = tiles.length + 2;
  const grids = [PHOTO, smaller].map((id) => gridItem(id, grid, { further: COLOURS }));
  return heifFile({
    items: [...grids, ...tiles],
    references: [derivedFrom(PHOTO, ...ids), derivedFrom(smaller, ...ids), thumbnailOf(smaller, PHOTO)],
  });
}

/** A sound grid of `columns` x `rows` tiles of 512 pixels in a file of 13 kB, each of which takes its time. */
export function slowHeif(columns: number, rows: number): Buffer {
  return gridOfOne(columns, rows, columns * 512, rows * 512);
}
