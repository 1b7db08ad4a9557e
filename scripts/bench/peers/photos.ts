// The photos of a row: the folder that `thumbs` walks, and the list of names that other programs get.

import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { photoExtensions } from '../../../src/image/decoders/index.js';
import { defaultDecoding } from '../../../src/options/options.js';
import type { Variant } from '../../../src/options/variant.js';
import { photoNameTest } from '../../../src/producer/photo-names.js';
import type { Shrink } from './commands.js';

const isPhotoName = photoNameTest(photoExtensions(defaultDecoding));

export interface Photos {
  /** For programs that walk. */
  readonly folder: string;
  /**
   * For programs that take names: a flat folder of symbolic links. In a tree two photos may have the same name, so their thumbnails
   * would be one file, and some programs give special characters in a name a meaning.
   */
  readonly links: string;
  /** Names of the links: `000001.jpg` */
  readonly names: readonly string[];
  /** Of all photos. */
  readonly bytes: number;
}

/**
 * Finds the photos of `folder` and makes the folder `links`.
 * @throws {Error} There are no photos.
 */
export function listPhotos(folder: string, links: string): Photos {
  fs.mkdirSync(links);
  const files = [...walk(fs.realpathSync(folder))];
  if (files.length === 0) throw new Error(`Expected photos in ${folder}, found none`);
  let bytes = 0;
  const names = files.map((file, index) => {
    const name = `${String(index + 1).padStart(6, '0')}${path.extname(file).toLowerCase()}`;
    fs.symlinkSync(file, path.join(links, name));
    bytes += fs.statSync(file).size;
    return name;
  });
  return { folder, links, names, bytes };
}

/** The largest divisor that leaves each photo twice the size of the variant's box, or more. Photos without a readable header do not count. */
export async function commonShrink({ links, names }: Photos, { box }: Variant): Promise<Shrink> {
  let factor = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const size = await sharp(path.join(links, name))
      .metadata()
      .catch(() => undefined);
    if (size !== undefined)
      factor = Math.min(factor, Math.max(size.width / box.width, size.height / box.height));
  }
  const shrinks = [8, 4, 2] as const;
  return shrinks.find((shrink) => 2 * shrink <= factor) ?? 1;
}

/** Reads all photos once, so that the first program that runs finds them in the page cache too. */
export function fillPageCache({ links, names }: Photos): void {
  for (const name of names) fs.readFileSync(path.join(links, name));
}

/** The files that `thumbs` selects without further options, sorted by name. */
function* walk(folder: string): Generator<string> {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(file);
    else if (entry.isFile() && isPhotoName(entry.name)) yield file;
  }
}
