// What follows from the list of decoders. In a file, and so a process, of its own: it changes the list, and which loaders libvips allows.

import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test, vi } from 'vitest';
import type { Decoder, OpenImage, Reader } from '../../../src/image/decoders/decoder.js';
import { photoExtensions } from '../../../src/image/decoders/index.js';
import type * as Libvips from '../../../src/image/decoders/libvips/libvips.js';
import { defaultDecoding } from '../../../src/options/options.js';
import { renderOne } from '../../support/images/render-one.js';
import { sampleImages } from '../../support/paths.js';
import { insideBox } from '../../support/variants.js';

/** The modules of `image/`, with another decoder in the list where that of AVIF is. */
async function modulesWith(createDecoder: (libvips: typeof Libvips) => Decoder) {
  vi.resetModules();
  vi.doMock('../../../src/image/decoders/libvips/libvips.js', async (importOriginal) => {
    const libvips = await importOriginal<typeof Libvips>();
    return { ...libvips, avif: createDecoder(libvips) };
  });
  return {
    ...(await import('../../../src/image/decoders/index.js')),
    ...(await import('../../../src/image/decoders/declined.js')),
    ...(await import('../../../src/image/decoders/sharp-image.js')),
    ...(await import('../../../src/image/limits.js')),
    ...(await import('../../../src/image/render.js')),
  };
}

const svg = ({ libvipsReader }: typeof Libvips): Decoder => ({
  name: 'SVG',
  extensions: ['svg'],
  loaders: ['VipsForeignLoadSvgBuffer'],
  load: async () => [libvipsReader({ heldBytesPerPixel: () => 4, fastShrinkOnLoad: true })],
  readBy: () => ['libvips'],
  recognizes: ({ text }) => text.startsWith('<svg'),
});

test('extensions, recognition, the sentence about other files and the allowed loaders follow from the list', async () => {
  const drawing = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"/>');
  const photo = fs.readFileSync(path.join(sampleImages, 'aurora.avif'));
  const options = { variant: insideBox(9), maxPixels: 1e9 } as const;
  const isReadable = (bytes: Buffer) =>
    sharp(bytes)
      .raw()
      .toBuffer()
      .then(
        () => true,
        () => false,
      );

  await renderOne(photo, options);
  expect([await isReadable(photo), await isReadable(drawing)]).toEqual([true, false]);

  const other = await modulesWith(svg);
  expect(other.photoExtensions(defaultDecoding)).toEqual(
    photoExtensions(defaultDecoding).map((name) => (name === 'avif' ? 'svg' : name)),
  );
  expect(other.recognize(drawing, defaultDecoding).decoder.name).toBe('SVG');
  expect(() => other.recognize(photo, defaultDecoding)).toThrow(
    /^not a JPEG, (?!.*AVIF).*\bSVG\b.* image; it looks like/,
  );
  expect(await renderOne(drawing, options, other.renderThumbnails)).toMatchObject({
    sourceWidth: 30,
    width: 9,
    height: 6,
  });
  expect([await isReadable(photo), await isReadable(drawing)]).toEqual([false, true]);
});

/** What a reader of a made-up format says of an image; its pixels are a grey picture of the same size. */
type Says = Partial<OpenImage> | 'declines';

/** Renders an image of a made-up format whose decoder has these readers, within 1,000 pixels and 1 GB. */
async function renderWith(...says: readonly [Says, ...Says[]]) {
  const read: number[] = [];
  const modules = await modulesWith(() => {
    const readers = says.map(
      (said, index): Reader =>
        async () => {
          if (said === 'declines') throw new modules.Declined('a test');
          const image = { width: 30, height: 20, orientation: 1, memoryNeed: 0, fastShrinkOnLoad: true };
          const pixels = () => {
            read.push(index);
            return new modules.SharpImage(tiff);
          };
          return { ...image, pixels, ...said };
        },
    );
    const recognizes: Decoder['recognizes'] = ({ text }) => text === 'made up';
    const loaders = ['VipsForeignLoadTiffBuffer'];
    const load = async () => readers as [Reader];
    const readBy = () => ['a test'];
    return { name: 'MADE', extensions: ['made'], loaders, load, readBy, recognizes };
  });
  const tiff = await sharp({ create: { width: 30, height: 20, channels: 3, background: 'grey' } })
    .tiff()
    .toBuffer();
  const limits = { maxPixels: 1000, maxMemory: 1e9 };
  const rendered = await renderOne(
    Buffer.from('made up'),
    { variant: insideBox(9), ...limits },
    modules.renderThumbnails,
  ).catch((error: Error) => error);
  return { read, rendered, MemoryShortage: modules.MemoryShortage };
}

test('an image over a limit is refused by its header, whatever its decoder', async () => {
  const large = await renderWith({ width: 1001, height: 1 });
  expect(large.rendered).toMatchObject({ code: 'TOO_LARGE', limit: { maxPixels: 1000 } });
  const hungry = await renderWith({ memoryNeed: 1e9 });
  expect(hungry.rendered).toBeInstanceOf(hungry.MemoryShortage);
  expect([large.read, hungry.read]).toEqual([[], []]);
  const fitting = await renderWith({ width: 1000, height: 1, orientation: 6, memoryNeed: 8e8 });
  expect(fitting.rendered).toMatchObject({ sourceWidth: 1, sourceHeight: 1000 });
});

test('the first reader that neither declines nor refuses an image reads it, and the last one decides', async () => {
  for (const first of ['declines', { width: 1001 }] as const)
    expect(await renderWith(first, {})).toMatchObject({ read: [1], rendered: { sourceFormat: 'avif' } });
  expect(await renderWith({}, {})).toMatchObject({ read: [0] });
  const refused = await renderWith('declines', { width: 1001 });
  expect(refused).toMatchObject({ read: [], rendered: { code: 'TOO_LARGE' } });
});

test('a reader that lacks memory leaves the image to no other, whose pixels would differ', async () => {
  const { MemoryShortage, ...hungry } = await renderWith({ memoryNeed: 1e9 }, {});
  expect(hungry).toEqual({ read: [], rendered: expect.any(MemoryShortage) });
});

test('an error of a reader that is no failure of its decoder is thrown as it is', async () => {
  const fault = new TypeError('made: the first reader has a fault');
  const broken = () => {
    throw fault;
  };
  const { read, rendered } = await renderWith({ pixels: broken }, {});
  expect([read, rendered]).toEqual([[], fault]);
});
