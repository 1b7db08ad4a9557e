// Pictures that are made of themselves, or of others so often that no reader would end. No reference names an item twice: libheif refuses
// that at once.

import { heifFile, type Item } from '../file.js';
import {
  auxiliaryOf,
  codedItem,
  derivedFrom,
  gridItem,
  identityItem,
  overlayItem,
  thumbnailOf,
} from '../items.js';
import { heifPhoto, PHOTO } from '../photo.js';
import { ALPHA_TYPES, auxiliaryType } from '../properties.js';
import { type HostileFiles, repeated } from './pieces.js';

const identity = (id: number) => identityItem(id, 128, 96);
const grid = (id: number, side = 1) =>
  gridItem(id, { columns: side, rows: side, width: 64 * side, height: 64 * side });
const overlay = (id: number, count = 1) =>
  overlayItem(id, { width: 64, height: 64, offsets: repeated(count, () => [0, 0] as const) });

export function loops(): HostileFiles {
  return { ...derivedLoops(), ...annotationLoops(), ...towers() };
}

/** Derived from itself, or two from each other. */
function derivedLoops(): HostileFiles {
  const kinds = { grid, overlay, identity };
  const files = Object.entries(kinds).flatMap(([name, make]) => [
    [`${name}-of-itself.heic`, heifFile({ items: [make(1)], references: [derivedFrom(1, 1)] })] as const,
    [
      `${name}-of-one-that-is-of-it.heic`,
      heifFile({ items: [make(1), make(2)], references: [derivedFrom(1, 2), derivedFrom(2, 1)] }),
    ] as const,
  ]);
  const through = heifFile({
    items: [grid(1), identity(2), overlay(3)],
    references: [derivedFrom(1, 2), derivedFrom(2, 3), derivedFrom(3, 1)],
  });
  return { ...Object.fromEntries(files), 'through-all-kinds.heic': through };
}

/** Thumbnail, alpha plane or description of itself. The picture itself is sound. */
function annotationLoops(): HostileFiles {
  const alphaType = auxiliaryType(ALPHA_TYPES[0]);
  const small = [{ picture: 'quarters-64x48' }] as const;
  const photo = { picture: 'quarters' } as const;
  return {
    'thumbnail-of-itself.heic': heifPhoto(photo, { references: [thumbnailOf(PHOTO, PHOTO)] }),
    'thumbnails-of-each-other.heic': heifPhoto(
      { ...photo, thumbnails: small },
      { references: [thumbnailOf(PHOTO, 10)] },
    ),
    'alpha-of-itself.heic': heifPhoto(
      { ...photo, properties: [alphaType] },
      { references: [auxiliaryOf(PHOTO, PHOTO)] },
    ),
    'alphas-of-each-other.heic': heifPhoto(
      { ...photo, alpha: 'alpha' },
      { references: [auxiliaryOf(PHOTO, 2)] },
    ),
    'alphas-of-alphas.heic': heifFile({
      items: repeated(500, (index) =>
        codedItem(index + 1, 'alpha', { further: index > 0 ? [alphaType] : [] }),
      ),
      references: repeated(499, (index) => auxiliaryOf(index + 2, index + 1)),
    }),
    'described-by-itself.heic': heifPhoto(photo, {
      references: [{ type: 'cdsc', from: PHOTO, to: [PHOTO] }],
    }),
  };
}

/** Picture upon picture: very many, or each level made of all of the next, so that there are more ways down than any reader can go. */
function towers(): HostileFiles {
  const levels = 12;
  const tower = (count: number, make: (id: number) => Item) => {
    const idOf = (level: number, index: number) => 1 + level * count + index;
    return heifFile({
      items: [
        ...repeated(levels * count, (index) => make(index + 1)),
        ...repeated(count, (index) => codedItem(idOf(levels, index), 'red')),
      ],
      references: repeated(levels * count, (index) => {
        const next = Math.floor(index / count) + 1;
        return derivedFrom(index + 1, ...repeated(count, (below) => idOf(next, below)));
      }),
    });
  };
  return {
    'identities-1000-deep.heic': heifFile({
      items: [...repeated(1000, (index) => identity(index + 1)), codedItem(1001, 'quarters')],
      references: repeated(1000, (index) => derivedFrom(index + 1, index + 2)),
    }),
    'grids-of-grids.heic': tower(16, (id) => grid(id, 4)),
    // libheif itself refuses 16.
    'overlays-of-overlays.heic': tower(8, (id) => overlay(id, 8)),
    'overlays-of-many-overlays.heic': tower(16, (id) => overlay(id, 16)),
  };
}

/** A grid whose tiles are grids of 268 megapixels. */
export function gridOfGrids(): Buffer {
  const inner = { columns: 32, rows: 32, width: 16_380, height: 16_380 };
  const tiles = repeated(1024, (index) => codedItem(10 + index, 'tile', { isHidden: true }));
  return heifFile({
    items: [
      gridItem(1, { columns: 2, rows: 1, width: 128, height: 128 }),
      gridItem(2, inner),
      gridItem(3, inner),
      ...tiles,
    ],
    references: [
      derivedFrom(1, 2, 3),
      derivedFrom(2, ...tiles.map(({ id }) => id)),
      derivedFrom(3, ...tiles.map(({ id }) => id)),
    ],
  });
}
