// Made RAW files, as tests use them.

import { families, type RawContents } from './families.js';
import { storedPicture } from './pictures.js';

/** Pixels of the JPEGs in them, as stored. */
export const SIZES = { small: [96, 64], medium: [480, 320], large: [720, 480] } as const;

const made = new Map<number, Promise<RawContents>>();

/** The pictures of files with this orientation; encoded once. */
export function rawContents(orientation = 1): Promise<RawContents> {
  const contents = made.get(orientation) ?? encodeContents(orientation);
  made.set(orientation, contents);
  return contents;
}

async function encodeContents(orientation: number): Promise<RawContents> {
  const [small, medium, large] = await Promise.all([
    storedPicture(...SIZES.small, orientation),
    storedPicture(...SIZES.medium, orientation),
    storedPicture(...SIZES.large, orientation),
  ]);
  return { small, medium, large, orientation };
}

/** A file of a family, by its extension. */
export async function rawFile(extension: string, orientation = 1): Promise<Buffer> {
  const make = families[extension];
  if (make === undefined) throw new RangeError(`Expected an extension of a RAW family, got ${extension}`);
  return make(await rawContents(orientation));
}
