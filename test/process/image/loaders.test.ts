// The allow-list of loaders, as a process meets it that has loaded the built renderer.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { projectFolder } from '../../support/paths.js';
import { jpeg, temporaryFolder } from '../../support/photos.js';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';

/** Files of many formats, whether this build of libvips can read them or a later one might. */
async function writeFiles(folder: string): Promise<string[]> {
  const vips = path.join(folder, 'own.v');
  await sharp(await jpeg(1)).toFile(vips);
  const swapped = fs.readFileSync(vips);
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
    'photo.jpg': await jpeg(2),
  };
  for (const [name, bytes] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), bytes);
  return [...Object.keys(files), 'own.v'].map((name) => path.join(folder, name));
}

/** What a process of its own can read, from memory and by path, once it has imported `imports`; `memory drawing.svg`. */
function readable(files: readonly string[], imports: string): string[] {
  const script = `
    ${imports}
    const { default: sharp } = await import('sharp');
    const { readFileSync } = await import('node:fs');
    const { basename } = await import('node:path');
    for (const file of ${JSON.stringify(files)})
      for (const [way, input] of Object.entries({ memory: readFileSync(file), path: file }))
        await sharp(input).raw().toBuffer().then(() => console.log(way, basename(file)), () => {});
  `;
  const args = ['--input-type=module', '--eval', script];
  const output = execFileSync(process.execPath, args, { cwd: projectFolder, encoding: 'utf8' });
  return output.trim().split('\n').sort();
}

test('sharp itself reads drawings, and its own format by path: what the next test refuses is not refused by chance', async () => {
  const files = await writeFiles(temporaryFolder());
  expect(readable(files, '')).toEqual(
    expect.arrayContaining(['memory drawing.svg', 'path drawing.svg', 'path own.v', 'path photo.jpg']),
  );
});

test('once the renderer is loaded its process reads the offered formats, from memory alone', async () => {
  const files = await writeFiles(temporaryFolder());
  expect(readable(files, "await import('./test/.built/fixtures/renderer.js');")).toEqual([
    'memory photo.jpg',
  ]);
});

test('all six offered formats are read from memory by that process, and none by path', async () => {
  const folder = temporaryFolder();
  const image = sharp(await jpeg(3));
  const formats = ['avif', 'gif', 'jpeg', 'png', 'tiff', 'webp'] as const;
  for (const format of formats)
    await image
      .clone()
      .toFormat(format)
      .toFile(path.join(folder, `a.${format}`));
  const files = formats.map((format) => path.join(folder, `a.${format}`));
  expect(readable(files, "await import('./test/.built/fixtures/renderer.js');")).toEqual(
    formats.map((format) => `memory a.${format}`),
  );
});
