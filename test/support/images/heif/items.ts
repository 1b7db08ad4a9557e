// Items of HEIF files: coded pictures, those that are derived from others (ISO/IEC 23008-12, 6.6), and EXIF.

import { i32, u8, u16, u32 } from './boxes.js';
import type { Item, Reference } from './file.js';
import { heifPicture, type Picture } from './pictures.js';
import { decoderConfiguration, type Property, pixelInformation, size } from './properties.js';

/** What an item has beside its data. Transformations take effect in the order of `further`. */
export interface ItemOptions {
  readonly further?: readonly Property[];
  readonly isHidden?: boolean;
  readonly place?: 'mdat' | 'idat';
}

/** A coded picture, with its size, configuration and bits. */
export function codedItem(id: number, named: Picture, { further = [], ...options }: ItemOptions = {}): Item {
  const picture = heifPicture(named);
  const { width, height, coding } = picture;
  const bits = coding.chroma === '4:0:0' ? [coding.bits] : [coding.bits, coding.bits, coding.bits];
  const own = [decoderConfiguration(picture), size(width, height), pixelInformation(...bits)];
  return { id, type: 'hvc1', data: picture.data, properties: [...own, ...further], ...options };
}

export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Of the whole, in pixels: at most that of all tiles. */
  readonly width: number;
  readonly height: number;
}

/** What a `grid` item's data say; sides of 65,536 pixels and more take four bytes. */
function gridData({ columns, rows, width, height }: Grid): Buffer {
  const isLarge = Math.max(width, height) > 0xffff;
  const sides = isLarge ? u32(width, height) : u16(width, height);
  return Buffer.concat([u8(0, isLarge ? 1 : 0, rows - 1, columns - 1), sides]);
}

/** A picture of equal tiles, which are the items of its `dimg` reference, row by row. */
export function gridItem(id: number, grid: Grid, { further = [], ...options }: ItemOptions = {}): Item {
  const properties = [size(grid.width, grid.height), pixelInformation(8, 8, 8), ...further];
  return { id, type: 'grid', data: gridData(grid), properties, ...options };
}

export interface Overlay {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and alpha, 16 bits each. @default opaque white */
  readonly background?: readonly [number, number, number, number];
  /** Where the items of the `dimg` reference lie, each above those before it. */
  readonly offsets: ReadonlyArray<readonly [left: number, top: number]>;
}

function overlayData({ width, height, offsets, background }: Overlay): Buffer {
  const fill = background ?? [0xffff, 0xffff, 0xffff, 0xffff];
  return Buffer.concat([u8(0, 1), u16(...fill), u32(width, height), i32(...offsets.flat())]);
}

export function overlayItem(
  id: number,
  overlay: Overlay,
  { further = [], ...options }: ItemOptions = {},
): Item {
  const properties = [size(overlay.width, overlay.height), pixelInformation(8, 8, 8), ...further];
  return { id, type: 'iovl', data: overlayData(overlay), properties, ...options };
}

/** An item that is another one, with transformations of its own; `width` and `height` are the other's. */
export function identityItem(
  id: number,
  width: number,
  height: number,
  { further = [], ...options }: ItemOptions = {},
): Item {
  return { id, type: 'iden', properties: [size(width, height), ...further], ...options };
}

/** EXIF, from its TIFF header on: ISO/IEC 23008-12, annex A.2.1. */
export function exifItem(id: number, tiff: Buffer): Item {
  return { id, type: 'Exif', data: Buffer.concat([u32(0), tiff]), isHidden: true };
}

export function derivedFrom(from: number, ...to: readonly number[]): Reference {
  return { type: 'dimg', from, to };
}

export function thumbnailOf(thumbnail: number, ...to: readonly number[]): Reference {
  return { type: 'thmb', from: thumbnail, to };
}

export function auxiliaryOf(auxiliary: number, ...to: readonly number[]): Reference {
  return { type: 'auxl', from: auxiliary, to };
}

export function describes(description: number, ...to: readonly number[]): Reference {
  return { type: 'cdsc', from: description, to };
}

/** The colours of `from` are multiplied by the alpha of `alpha`. */
export function premultipliedBy(from: number, alpha: number): Reference {
  return { type: 'prem', from, to: [alpha] };
}
