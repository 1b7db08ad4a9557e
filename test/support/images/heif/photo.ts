// Whole HEIFs as cameras and editors write them: one photo with what may belong to it.

import { type HeifFile, heifFile, type Item, type Reference } from './file.js';
import {
  auxiliaryOf,
  codedItem,
  derivedFrom,
  describes,
  exifItem,
  type Grid,
  gridItem,
  premultipliedBy,
  thumbnailOf,
} from './items.js';
import { heifPicture, type Picture } from './pictures.js';
import { ALPHA_TYPES, auxiliaryType, coloursOf, type Property } from './properties.js';

export interface Photo {
  /** A coded picture, or a grid of them; a single tile is repeated. */
  readonly picture: Picture | (Grid & { readonly tiles: readonly Picture[] });
  /** Transformations and others, in their order. */
  readonly properties?: readonly Property[];
  /** Its `colr`, of tiles too. @default an nclx as it was encoded, in sRGB */
  readonly colours?: readonly Property[];
  /** Smaller pictures of it; the properties are all that they have but size, configuration and bits. */
  readonly thumbnails?: ReadonlyArray<{ picture: Picture; properties?: readonly Property[] }>;
  readonly alpha?: Picture;
  /** @default the first of {@link ALPHA_TYPES} */
  readonly alphaType?: string;
  readonly isPremultiplied?: boolean;
  /** A TIFF with the EXIF. */
  readonly exif?: Buffer;
  /** Where a grid's data lie. @default idat, as cameras do */
  readonly gridPlace?: 'mdat' | 'idat';
}

/** Id of the photo's own item in {@link heifPhoto}. */
export const PHOTO = 1;
const ALPHA = 2;
const EXIF = 3;
const FIRST_THUMBNAIL = 10;
const FIRST_TILE = 100;

/** A file of this photo; `file` adds or replaces parts of it. */
export function heifPhoto(photo: Photo, file: Partial<HeifFile> = {}): Buffer {
  return heifFile(heifPhotoFile(photo, file));
}

/** {@link heifPhoto}, before it is written. */
export function heifPhotoFile(photo: Photo, file: Partial<HeifFile> = {}): HeifFile {
  const { thumbnails = [], alpha, exif } = photo;
  const items = [...pictureItems(photo)];
  const references: Reference[] = tileReferences(items);
  for (const [index, { picture, properties }] of thumbnails.entries()) {
    const own = properties ?? [coloursOf(heifPicture(picture))];
    items.push(codedItem(FIRST_THUMBNAIL + index, picture, { further: own }));
    references.push(thumbnailOf(FIRST_THUMBNAIL + index, PHOTO));
  }
  if (alpha !== undefined) {
    items.push(codedItem(ALPHA, alpha, { further: [auxiliaryType(photo.alphaType ?? ALPHA_TYPES[0])] }));
    references.push(auxiliaryOf(ALPHA, PHOTO));
    if (photo.isPremultiplied) references.push(premultipliedBy(PHOTO, ALPHA));
  }
  if (exif !== undefined) {
    items.push(exifItem(EXIF, exif));
    references.push(describes(EXIF, PHOTO));
  }
  return {
    primary: PHOTO,
    ...file,
    items: [...items, ...(file.items ?? [])],
    references: [...references, ...(file.references ?? [])],
  };
}

function pictureItems(photo: Photo): readonly Item[] {
  const { picture, properties = [], gridPlace = 'idat' } = photo;
  const coded = isGrid(picture) ? (picture.tiles[0] ?? 'black') : picture;
  const colours = photo.colours ?? [coloursOf(heifPicture(coded))];
  const further = [...colours, ...properties];
  if (!isGrid(picture)) return [codedItem(PHOTO, picture, { further })];
  const { tiles, ...grid } = picture;
  const count = grid.columns * grid.rows;
  if (count % tiles.length !== 0)
    throw new Error(`Expected ${count} tiles or a part of it, got ${tiles.length}`);
  const tileItems = Array.from({ length: count }, (_, index) =>
    // Within the length by the check above.
    codedItem(FIRST_TILE + index, tiles[index % tiles.length] ?? 'black', {
      isHidden: true,
      further: colours,
    }),
  );
  return [gridItem(PHOTO, grid, { further, place: gridPlace }), ...tileItems];
}

function isGrid(picture: Photo['picture']): picture is Exclude<Photo['picture'], Picture> {
  return typeof picture !== 'string' && 'tiles' in picture;
}

function tileReferences(items: readonly Item[]): Reference[] {
  const tiles = items.map(({ id }) => id).filter((id) => id >= FIRST_TILE);
  return tiles.length === 0 ? [] : [derivedFrom(PHOTO, ...tiles)];
}
