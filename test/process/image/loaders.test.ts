// The loaders that a process allows once it has loaded the built renderer.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { builtFixture } from '../../support/paths.js';
import { jpeg, temporaryFolder } from '../../support/photos.js';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';

const PHOTO_FORMATS = ['avif', 'gif', 'jpeg', 'png', 'tiff', 'webp'] as const;

/** Photos, and files of other formats, whether this build of libvips reads them or a later one might. */
async function writeFiles(folder: string): Promise<void> {
  const image = sharp(await jpeg(1));
  for (const format of PHOTO_FORMATS)
    await image
      .clone()
      .toFormat(format)
      .toFile(path.join(folder, `photo.${format}`));
  await image.clone().toFile(path.join(folder, 'own.v'));
  const swapped = fs.readFileSync(path.join(folder, 'own.v'));
  swapped.subarray(0, 4).reverse();
  const files: Record<string, Buffer | string> = {
    'drawing.svg': SVG,
    'swapped.v': swapped,
    'ascii.ppm': 'P3 1 1 255 1 2 3\n',
    'binary.ppm': 'P6 1 1 255\nabc',
    'grey.pgm': 'P5 1 1 255\na',
    'float.pfm': 'PF\n1 1\n-1.0\n............',
    'table.csv': '1,2\n3,4\n',
    'matrix.mat': '2 1\n1 2\n',
    'radiance.hdr': '#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\nabcd',
    'document.pdf': '%PDF-1.4\n',
  };
  for (const [name, bytes] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), bytes);
}

/** What a process can read of a folder's files, by sharp alone and after it has imported `module`: `memory photo.png`, `path own.v`. */
function readableIn(folder: string, module: string): { before: string[]; after: string[] } {
  const script = `
    const { default: sharp } = await import('sharp');
    const { readdirSync, readFileSync } = await import('node:fs');
    const { join } = await import('node:path');
    const [folder, module] = process.argv.slice(1);
    async function readable() {
      const found = [];
      for (const name of readdirSync(folder)) {
        const file = join(folder, name);
        for (const [way, input] of Object.entries({ memory: readFileSync(file), path: file }))
          await sharp(input).raw().toBuffer().then(() => found.push(way + ' ' + name), () => {});
      }
      return found.sort();
    }
    const before = await readable();
    await import(module);
    console.log(JSON.stringify({ before, after: await readable() }));
  `;
  const args = ['--input-type=module', '--eval', script, folder, module];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

test('once the renderer is loaded, its process reads photos from memory, and nothing else', async () => {
  const folder = temporaryFolder();
  await writeFiles(folder);
  const { before, after } = readableIn(folder, builtFixture('renderer'));
  // Otherwise the other formats would be refused by chance.
  expect(before).toEqual(expect.arrayContaining(['memory drawing.svg', 'path drawing.svg', 'path own.v']));
  expect(before).toEqual(expect.arrayContaining(PHOTO_FORMATS.map((format) => `path photo.${format}`)));
  expect(after).toEqual(PHOTO_FORMATS.map((format) => `memory photo.${format}`));
});
