// RAW files of each family: recognised, shown by their preview, turned upright, and nothing of their metadata kept.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { recognize } from '../../../../../src/image/decoders/index.js';
import { raw } from '../../../../../src/image/decoders/raw/index.js';
import { previewOf } from '../../../../../src/image/decoders/raw/preview.js';
import { defaultDecoding } from '../../../../../src/options/options.js';
import { families } from '../../../../support/images/raw/families.js';
import { rawFile, SIZES } from '../../../../support/images/raw/files.js';
import { quartersOf, SECRETS } from '../../../../support/images/raw/pictures.js';
import { locatedIn } from '../../../../support/images/raw/readings.js';
import { renderOne } from '../../../../support/images/render-one.js';
import { tiffFile } from '../../../../support/images/tiff-files.js';
import { projectFolder } from '../../../../support/paths.js';
import { insideBox, requestFor } from '../../../../support/variants.js';

const render = (bytes: Buffer, side = 200) => renderOne(bytes, { variant: insideBox(side), maxPixels: 1e9 });

/** Families with one picture alone, and those without the medium or without the small one. */
const ONLY_MEDIUM = ['orf', 'rw2', 'raf', '3fr', 'iiq'];
const PREVIEW_OF_200 = (extension: string) => SIZES[extension === 'cr2' ? 'large' : 'medium'];

test('every extension of the decoder has a family of made files', () => {
  expect(Object.keys(families).sort()).toEqual([...raw.extensions].sort());
});

for (const extension of Object.keys(families)) {
  test(`${extension}: the smallest preview of at least twice the thumbnail's size stands for the photo`, async () => {
    const bytes = await rawFile(extension);
    const [fromWidth, fromHeight] = PREVIEW_OF_200(extension);
    const { thumbnail, ...rendered } = await render(bytes);
    expect(rendered).toMatchObject({
      sourceFormat: 'raw',
      width: 200,
      height: 133,
      from: 'preview',
      fromWidth,
      fromHeight,
    });
    expect(rendered).toMatchObject({ sourceWidth: 6000, sourceHeight: 4000 });
    expect(await quartersOf(thumbnail)).toBe('0123');
  });

  test(`${extension}: every orientation comes out upright`, async () => {
    for (let orientation = 1; orientation <= 8; orientation += 1) {
      const [width, height] = PREVIEW_OF_200(extension);
      const isTurned = orientation >= 5;
      const { thumbnail, ...rendered } = await render(await rawFile(extension, orientation));
      expect(rendered, `orientation ${orientation}`).toMatchObject({
        sourceWidth: isTurned ? 4000 : 6000,
        sourceHeight: isTurned ? 6000 : 4000,
        width: isTurned ? 133 : 200,
        fromWidth: isTurned ? height : width,
      });
      expect(await quartersOf(thumbnail), `orientation ${orientation}`).toBe('0123');
    }
  });

  test(`${extension}: the time of the photo is kept, and no serial number, name or place`, async () => {
    const bytes = await rawFile(extension, 6);
    const isThere = (secret: string) => bytes.includes(secret);
    expect(SECRETS.some(isThere)).toBe(true);
    const located = await locatedIn(
      { size: bytes.length, read: async (at, length) => bytes.subarray(at, at + length) },
      insideBox(200),
    );
    expect(located.time?.dateTimeOriginal).toBe('2024:05:01 12:30:05');
    const { thumbnail, ...rendered } = await render(bytes);
    const preview = previewOf(bytes, requestFor(insideBox(200))).jpeg.toString('latin1');
    expect(preview.split('Exif\0\0')).toHaveLength(2);
    for (const text of [preview, thumbnail.toString('latin1'), JSON.stringify(rendered)])
      for (const secret of SECRETS) expect(text).not.toContain(secret);
  });

  test(`${extension}: no larger preview is used for a smaller thumbnail, and the largest for one that none is large enough for`, async () => {
    const bytes = await rawFile(extension);
    const small = await render(bytes, 40);
    const largest = await render(bytes, 2000);
    const hasSmall = ['cr2', 'cr3', 'arw', 'sr2', 'pef', 'srw'].includes(extension);
    expect([small.fromWidth, small.fromHeight]).toEqual(hasSmall ? SIZES.small : PREVIEW_OF_200(extension));
    const hasLarge = ![...ONLY_MEDIUM, 'srw'].includes(extension);
    expect([largest.width, largest.height]).toEqual(hasLarge ? SIZES.large : SIZES.medium);
    expect([largest.fromWidth, largest.from]).toEqual([largest.width, 'preview']);
  });

  test(`${extension}: a file that ends within its preview has none, or another one`, async () => {
    const bytes = await rawFile(extension);
    for (const share of [0.2, 0.5, 0.8, 0.97]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * share));
      const outcome = await render(cut).then(
        ({ thumbnail }) => quartersOf(thumbnail),
        ({ code }) => code,
      );
      expect(['0123', 'UNSUPPORTED', 'CORRUPT']).toContain(outcome);
    }
  });
}

test('the committed file of every family has its preview', async () => {
  const folder = path.join(projectFolder, 'test/fixtures/raw');
  const names = fs.readdirSync(folder).filter((name) => name !== 'README.md');
  expect(names.sort()).toEqual(raw.extensions.map((extension) => `portrait.${extension}`).sort());
  for (const name of names) {
    const { thumbnail, ...rendered } = await render(fs.readFileSync(path.join(folder, name)));
    expect(rendered, name).toMatchObject({ sourceFormat: 'raw', width: 133, height: 200, sourceWidth: 4000 });
    expect(await quartersOf(thumbnail), name).toBe('0123');
  }
});

test('a TIFF is no RAW file, whatever its compression, colours or further directories', () => {
  const data = [Buffer.alloc(192)];
  for (const photometric of [0, 1, 2, 3, 5, 6, 8])
    for (const compression of [1, 2, 5, 7, 8, 32_773, 34_712, 50_001]) {
      const file = tiffFile({ width: 8, height: 8, photometric, compression, data });
      expect(recognize(file, defaultDecoding).format).toBe('tiff');
    }
});

test('a RAW file is recognised by its content, whatever its name is, and needs no more than 64 kB for it', async () => {
  for (const extension of Object.keys(families)) {
    const bytes = await rawFile(extension);
    expect(recognize(bytes, defaultDecoding).format, extension).toBe('raw');
    const longer = Buffer.concat([bytes, Buffer.alloc(100_000)]);
    expect(recognize(longer.subarray(0, 65_536), defaultDecoding).format, extension).toBe('raw');
  }
});
