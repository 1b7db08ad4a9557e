// What a row is measured on: the photos of a folder, as `thumbs` finds them by itself and as the peers are given them.

import fs from 'node:fs';
import path from 'node:path';
import { photoExtensions } from '../../src/image/decoders/index.js';
import { photoNameTest } from '../../src/producer/photo-names.js';

const isPhotoName = photoNameTest(photoExtensions);

export interface Photos {
  /** For programs that walk. */
  readonly folder: string;
  /**
   * For programs that take names: a flat folder of symbolic links. In a tree two photos may have one name, which would be
   * one thumbnail, and some programs read more into a name than a name.
   */
  readonly links: string;
  /** Of the links: `000001.jpg` */
  readonly names: readonly string[];
  /** Of all photos. */
  readonly bytes: number;
}

/** @throws {Error} There is no photo. */
export function photosOf(folder: string, links: string): Photos {
  fs.mkdirSync(links);
  const files = [...walk(fs.realpathSync(folder))];
  if (files.length === 0) throw new Error(`Expected photos in ${folder}, found none`);
  let bytes = 0;
  const names = files.map((file, at) => {
    const name = `${String(at + 1).padStart(6, '0')}${path.extname(file).toLowerCase()}`;
    fs.symlinkSync(file, path.join(links, name));
    bytes += fs.statSync(file).size;
    return name;
  });
  return { folder, links, names, bytes };
}

/** What `thumbs` takes without further options, in the order of names. */
function* walk(folder: string): Generator<string> {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(file);
    else if (entry.isFile() && isPhotoName(entry.name)) yield file;
  }
}
