// The HEIC and RAW files of `bench:formats`.

import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { decoders } from '../../../src/image/decoders/index.js';
import { photoNameTest } from '../../../src/producer/photo-names.js';
import { heifPhoto } from '../../../test/support/images/heif/photo.js';
import { families } from '../../../test/support/images/raw/families.js';
import { makeCorpus } from '../measuring.js';

export interface FormatFiles {
  readonly heics: readonly string[];
  readonly raws: readonly string[];
}

const isHeic = photoNameTest(decoders.heic.extensions);
const isRaw = photoNameTest(decoders.raw.extensions);

/** The HEIC and RAW files of a folder and those below it, by their names. */
export function filesIn(folder: string): FormatFiles {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.map((name) => path.join(folder, name));
  return {
    heics: files.filter(isHeic),
    raws: files.filter(isRaw),
  };
}

/** Sizes in pixels, and in tiles of 512 pixels. */
const HEICS = [
  { name: '12-megapixels.heic', width: 4032, height: 3024, columns: 8, rows: 6 },
  { name: '200-megapixels.heic', width: 16_320, height: 12_240, columns: 32, rows: 24 },
] as const;

/** One of each kind of container. */
const RAWS = ['cr3', 'nef', 'raf'];

/** Widths in pixels of the pictures in a RAW file, of 3:2 as the photo; the large one has the photo's size. */
const PREVIEWS = { small: 160, medium: 1620, large: 6000 } as const;

/** HEICs that are grids of one tile each, so that their files are small, with a picture of 512x384 pixels; and RAW files with previews. */
export async function makeFiles(folder: string): Promise<FormatFiles> {
  const heics = HEICS.map(({ name, ...grid }) => {
    const thumbnails = [{ picture: 'landscape' } as const];
    return write(folder, name, heifPhoto({ picture: { ...grid, tiles: ['tile'] }, thumbnails }));
  });
  const previews = await makePreviews(path.join(folder, 'photo'));
  const raws = RAWS.map((extension) => {
    const make = families[extension];
    if (make === undefined) throw new Error(`Expected the tests to make ${extension} files`);
    return write(folder, `made.${extension}`, make({ ...previews, orientation: 1 }));
  });
  return { heics, raws };
}

function write(folder: string, name: string, bytes: Buffer): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, bytes);
  return file;
}

/** One photo of the corpus in three sizes, as JPEGs. */
async function makePreviews(folder: string): Promise<Record<keyof typeof PREVIEWS, Buffer>> {
  const { small, medium, large } = PREVIEWS;
  makeCorpus(folder, '1', '--width', `${large}`, '--height', `${(large * 2) / 3}`);
  const [name = ''] = fs.readdirSync(folder);
  const photo = fs.readFileSync(path.join(folder, name));
  const reduced = (width: number) => sharp(photo).resize(width).jpeg().toBuffer();
  return { small: await reduced(small), medium: await reduced(medium), large: photo };
}
