// The HEIC and RAW files of `bench:formats`.

import fs from 'node:fs';
import path from 'node:path';
import { heifPhoto } from '../../../test/support/images/heif/photo.js';

export interface FormatFiles {
  readonly heics: readonly string[];
  readonly raws: readonly string[];
}

const HEIC = /\.(hei[cf]s?|hif)$/i;
const RAW = /\.(cr2|cr3|nef|nrw|arw|sr2|dng|orf|rw2|raf|pef|srw|3fr|iiq|gpr)$/i;

/** The HEIC and RAW files of a folder and those below it, by their names. */
export function filesIn(folder: string): FormatFiles {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.map((name) => path.join(folder, name));
  return {
    heics: files.filter((file) => HEIC.test(file)),
    raws: files.filter((file) => RAW.test(file)),
  };
}

/** Sizes in pixels, and in tiles of 512 pixels. */
const HEICS = [
  { name: '12-megapixels.heic', width: 4032, height: 3024, columns: 8, rows: 6 },
  { name: '200-megapixels.heic', width: 16_320, height: 12_240, columns: 32, rows: 24 },
] as const;

/** Grids of one tile each, so their files are small, and a picture of 512x384 pixels. */
export async function makeFiles(folder: string): Promise<FormatFiles> {
  const heics = HEICS.map(({ name, ...grid }) => {
    const file = path.join(folder, name);
    const thumbnails = [{ picture: 'landscape' } as const];
    fs.writeFileSync(file, heifPhoto({ picture: { ...grid, tiles: ['tile'] }, thumbnails }));
    return file;
  });
  return { heics, raws: [] };
}
