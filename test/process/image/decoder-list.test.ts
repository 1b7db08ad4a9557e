// What follows from the list of decoders. In a file, and so a process, of its own: it changes the list, and which loaders libvips allows.

import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test, vi } from 'vitest';
import type { Decoder } from '../../../src/image/decoders/decoder.js';
import { photoExtensions } from '../../../src/image/decoders/index.js';
import type * as Libvips from '../../../src/image/decoders/libvips.js';
import { renderThumbnail } from '../../../src/image/render.js';
import { sampleImages } from '../../support/paths.js';

/** The modules of `image/`, with a decoder of SVG in the list where that of AVIF is. */
async function modulesWithSvg() {
  vi.resetModules();
  vi.doMock('../../../src/image/decoders/libvips.js', async (importOriginal) => {
    const libvips = await importOriginal<typeof Libvips>();
    const svg: Decoder = {
      name: 'SVG',
      extensions: ['svg'],
      loaders: ['VipsForeignLoadSvgBuffer'],
      fastShrinkOnLoad: true,
      recognizes: ({ text }) => text.startsWith('<svg'),
      heldBytesPerPixel: () => 4,
      open: (bytes, request) => libvips.openWithLibvips(bytes, request, svg.heldBytesPerPixel),
    };
    return { ...libvips, avif: svg };
  });
  return {
    ...(await import('../../../src/image/decoders/index.js')),
    ...(await import('../../../src/image/render.js')),
  };
}

test('extensions, recognition, the sentence about other files and the allowed loaders follow from the list', async () => {
  const drawing = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"/>');
  const photo = fs.readFileSync(path.join(sampleImages, 'aurora.avif'));
  const options = { variant: { box: { width: 9, height: 9 }, format: 'png' }, maxPixels: 1e9 } as const;
  const isReadable = (bytes: Buffer) =>
    sharp(bytes)
      .raw()
      .toBuffer()
      .then(
        () => true,
        () => false,
      );

  await renderThumbnail(photo, options);
  expect([await isReadable(photo), await isReadable(drawing)]).toEqual([true, false]);

  const other = await modulesWithSvg();
  expect(other.photoExtensions).toEqual(photoExtensions.map((name) => (name === 'avif' ? 'svg' : name)));
  expect(other.recognize(drawing).decoder.name).toBe('SVG');
  expect(() => other.recognize(photo)).toThrow(/^not a JPEG, (?!.*AVIF).*\bSVG\b.* image; it looks like/);
  expect(await other.renderThumbnail(drawing, options)).toMatchObject({
    sourceWidth: 30,
    width: 9,
    height: 6,
  });
  expect([await isReadable(photo), await isReadable(drawing)]).toEqual([false, true]);
});
