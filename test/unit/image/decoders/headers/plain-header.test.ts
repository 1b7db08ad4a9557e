// What this program reads of a header itself, against what libvips says; and every verdict and thumbnail, with it and without.

import fs from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Declined } from '../../../../../src/image/decoders/declined.js';
import { takenAt } from '../../../../../src/image/decoders/exif.js';
import type { PlainHeader } from '../../../../../src/image/decoders/headers/plain-header.js';
import { plainPngHeader } from '../../../../../src/image/decoders/headers/png.js';
import { plainWebpHeader } from '../../../../../src/image/decoders/headers/webp.js';
import { JpegFile } from '../../../../../src/image/decoders/jpeg/jpeg-file.js';
import { plainJpegHeader } from '../../../../../src/image/decoders/jpeg/whole.js';
import { SharpImage } from '../../../../../src/image/decoders/sharp-image.js';
import type { renderThumbnails } from '../../../../../src/image/render.js';
import { imageDamages } from '../../../../support/images/damaged-images.js';
import { damagedFile } from '../../../../support/images/damages.js';
import { type NamedImage, plainImages } from '../../../../support/images/plain-images.js';
import { renderOne } from '../../../../support/images/render-one.js';
import { damagedImages, oddImages, projectFolder, sampleImages } from '../../../../support/paths.js';
import { insideBox } from '../../../../support/variants.js';

const count = Number(process.env.DAMAGED_COUNT ?? 150);
const seed = Number(process.env.FUZZ_SEED ?? 1);
const PLAIN_READER = path.join(projectFolder, 'src/image/decoders/headers/plain-reader.ts');
const { plain, other } = await plainImages();

/** Every PNG, WebP and JPEG that the project has. */
const found = [sampleImages, damagedImages, oddImages].flatMap((folder) =>
  fs
    .readdirSync(folder)
    .filter((name) => /\.(png|webp|jpe?g)$/i.test(name))
    .map((name): NamedImage => {
      const file = path.join(folder, name);
      return { name: path.relative(projectFolder, file), bytes: fs.readFileSync(file) };
    }),
);
const damaged = Array.from({ length: count }, (_, number) => {
  const file = damagedFile([...plain, ...other], imageDamages, () => false, { number, seed });
  return { ...file, name: `${file.name}, ${file.damage}, number ${number} of seed ${seed}` };
});

function ownHeader(bytes: Buffer): PlainHeader | undefined {
  if (bytes.readUInt16BE(0) !== 0xffd8) return plainPngHeader(bytes) ?? plainWebpHeader(bytes);
  try {
    return plainJpegHeader(new JpegFile(bytes));
  } catch (error) {
    if (error instanceof Declined) return undefined;
    throw error;
  }
}

/** What libvips says of the same; undefined when it cannot decode the image. */
async function headerByLibvips(bytes: Buffer): Promise<PlainHeader | undefined> {
  const { sharp } = new SharpImage(bytes);
  try {
    const header = await sharp.metadata();
    await sharp.clone().raw().toBuffer();
    const {
      width,
      height,
      pageHeight = height,
      channels,
      depth,
      isProgressive,
      orientation = 1,
      exif,
    } = header;
    return {
      ...{ width, height: pageHeight, channels, depth: depth as 'uchar', isProgressive, orientation },
      takenAt: exif && takenAt(exif.subarray(exif.toString('latin1', 0, 6) === 'Exif\0\0' ? 6 : 0)),
    };
  } catch {
    return undefined;
  }
}

test.each(plain)('plain: $name', ({ bytes }) => {
  expect(ownHeader(bytes)).toBeDefined();
});

test.each(other)('left to libvips: $name', ({ bytes }) => {
  expect(ownHeader(bytes)).toBeUndefined();
});

test(`a plain header is what libvips says: files of the project, and ${count} damaged ones`, async () => {
  let compared = 0;
  for (const { name, bytes } of [...plain, ...found, ...damaged]) {
    const own = bytes.length < 2 ? undefined : ownHeader(bytes);
    const byLibvips = own && (await headerByLibvips(bytes));
    if (own === undefined || byLibvips === undefined) continue;
    compared += 1;
    // With a damaged transparency libvips finds none.
    const channels = name.includes('.png') ? Math.max(own.channels, byLibvips.channels) : byLibvips.channels;
    expect({ orientation: 1, takenAt: undefined, isProgressive: false, ...own }, name).toEqual({
      ...byLibvips,
      channels,
    });
  }
  expect(compared).toBeGreaterThan(plain.length + count / 10);
});

test('thumbnails and verdicts are those of libvips alone', async () => {
  const files = [...plain, ...other, ...found, ...damaged];
  const verdicts = await verdictsOf(files);
  vi.resetModules();
  // Other tests share the worker's modules.
  onTestFinished(() => {
    vi.doUnmock(PLAIN_READER);
    vi.resetModules();
  });
  const { Declined: Refused } = await import('../../../../../src/image/decoders/declined.js');
  const decline = () => {
    throw new Refused('libvips is asked for the header');
  };
  vi.doMock(PLAIN_READER, () => ({
    plainReader: () => async () => decline(),
    openPlain: decline,
  }));
  const libvips = await import('../../../../../src/image/render.js');
  expect(verdicts.get('lossy.webp')).toMatchObject({ width: 5, sourceWidth: 31 });
  expect(verdicts).toEqual(await verdictsOf(files, libvips.renderThumbnails));
});

/** What becomes of each image, by its name. */
async function verdictsOf(
  files: readonly NamedImage[],
  render?: typeof renderThumbnails,
): Promise<ReadonlyMap<string, unknown>> {
  const verdicts = new Map<string, unknown>();
  for (const { name, bytes } of files)
    verdicts.set(name, await verdict(bytes, name.includes('.webp') ? 5 : 12, render));
  return verdicts;
}

/** @param side Of the box: a WebP is shrunk by libwebp to twice that, a JPEG is not small enough for our own reader. */
async function verdict(
  bytes: Buffer,
  side: number,
  render: typeof renderThumbnails | undefined,
): Promise<unknown> {
  try {
    const variant = insideBox(side);
    const { thumbnail: _, ...facts } = await renderOne(bytes, { variant, maxPixels: 5e6 }, render);
    return facts;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { code: Reflect.get(error, 'code'), message: error.message };
  }
}
