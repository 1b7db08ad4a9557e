// What the hostile HEIFs are made of.

import type { HeifFile, Item } from '../file.js';
import { heifFile } from '../file.js';
import { codedItem } from '../items.js';
import { heifPicture } from '../pictures.js';
import { coloursOf, type Property } from '../properties.js';

export type HostileFiles = Readonly<Record<string, Buffer>>;

export const COLOURS: readonly Property[] = [coloursOf(heifPicture('quarters'))];

/** A sound picture. */
export function quartersItem(): Item {
  return codedItem(1, 'quarters', { further: COLOURS });
}

/** A file whose only item is a sound picture but for `change`. */
export function withItem(change: Partial<Item>, file: Partial<HeifFile> = {}): Buffer {
  return heifFile({ items: [{ ...quartersItem(), ...change }], ...file });
}

export function repeated<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
