// Images that decoders complain of: which are done, with all their pixels, which are unsupported, and which are damaged. An example of
// each entry of the tables in src/image/decoders/warnings.ts.

import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { DecoderFailure, SharpImage } from '../../../../src/image/decoders/sharp-image.js';
import { harmless, unsupported } from '../../../../src/image/decoders/warnings.js';
import type { JpegReader } from '../../../../src/options/options.js';
import { defaultDecoding } from '../../../../src/options/options.js';
import { renderOne } from '../../../support/images/render-one.js';
import { oddImages } from '../../../support/paths.js';
import { insideBox } from '../../../support/variants.js';

/** Images that are done, each with a regular one that has the same pixels. */
const DONE: Readonly<Record<string, string>> = {
  'unknown-tag.tif': 'plain.tif',
  'unsorted-tags.tif': 'plain.tif',
  'wrong-type.tif': 'plain.tif',
  'wrong-count.tif': 'plain.tif',
  'value-out-of-range.tif': 'plain.tif',
  'tag-beyond-the-end.tif': 'plain.tif',
  'bits-of-a-fourth-sample.tif': 'plain.tif',
  'text-without-end.tif': 'plain.tif',
  'text-with-null.tif': 'plain.tif',
  'no-strip-sizes.tif': 'plain.tif',
  'corrupt-profile.tif': 'plain.tif',
  'old-lzw.tif': 'plain.tif',
  'unannounced-alpha.tif': 'alpha.tif',
  'palette-of-8-bits.tif': 'palette.tif',
  'lab-of-8-bits-unsorted.tif': 'lab-of-8-bits.tif',
  'jpeg-of-other-subsampling.tif': 'jpeg.tif',
  'jpeg-progressive.tif': 'jpeg.tif',
  'bytes-before-frame.jpg': 'plain.jpg',
  'bytes-before-two-segments.jpg': 'plain.jpg',
  'bytes-behind-exif.jpg': 'plain.jpg',
  'unknown-jfif-revision.jpg': 'plain.jpg',
  'wrong-scan-parameters.jpg': 'plain.jpg',
};

/** Images that libvips cannot read although nothing is damaged. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  'lab-of-8-bits-in-bigtiff.tif': 'TIFF images with CIELAB colours in this form are not supported',
  'lab-with-two-inks.tif': 'TIFF images with CIELAB colours in this form are not supported',
  'planes-in-tiles.tif': 'TIFF images with separate planes in tiles are not supported',
  'compression-lzma.tif': 'TIFF images with LZMA compression are not supported',
  'compression-jpeg-2000.tif': 'TIFF images with compression scheme 34712 are not supported',
  'grey-of-12-bits.tif': 'TIFF images with this number of bits a sample are not supported',
  'grey-of-24-bits.tif': 'TIFF images with this type of samples are not supported',
  'colour-filter-array.tif': 'a RAW file with no usable preview',
  'hierarchical.jpg': 'JPEG images with coding process 0xc5 are not supported',
  'samples-of-12-bits.jpg': 'JPEG images with 12 bits a sample are not supported',
};

/** Images that have lost pixels, most of them behind a harmless warning, and some whose warning may mean that they have. */
const CORRUPT: readonly string[] = [
  'wrong-strip-sizes.tif',
  'jpeg-strip-too-high.tif',
  'unknown-adobe-transform.jpg',
  'unsorted-tags-and-half-the-data.tif',
  'no-strip-sizes-and-half-the-data.tif',
  'palette-of-wrong-count.tif',
  'jpeg-strip-too-low.tif',
  'jpeg-damaged-and-other-subsampling.tif',
  'bytes-before-frame-and-damage.jpg',
  'bytes-before-frame-and-half-the-data.jpg',
  'wrong-scan-parameters-and-damage.jpg',
  'bytes-between-scans.jpg',
  'lost-huffman-table.jpg',
  'lost-orientation.jpg',
  'rest-of-colour-segment.jpg',
  'lab-of-8-bits-and-half-the-data.tif',
  'lost-predictor.tif',
  'lost-orientation.tif',
  'lost-compression.tif',
];

const REGULAR = [...new Set(Object.values(DONE)), 'jpeg-low.tif', 'lab-of-16-bits.tif'];

const bytesOf = (name: string) => fs.readFileSync(path.join(oddImages, name));

function render(name: string, side: number, jpegReader: JpegReader = 'libvips') {
  const variant = insideBox(side);
  return renderOne(bytesOf(name), {
    variant,
    maxPixels: 10_000,
    decoding: { ...defaultDecoding, jpegReader },
  });
}

// One is smaller than its thumbnail may be, one is reduced, and one is read at an eighth of its size.
for (const [name, regular] of Object.entries(DONE))
  test(`${name} is done, with the bytes of ${regular}`, async () => {
    for (const side of [200, 17, 2]) {
      const expected = await render(regular, side);
      expect(await render(name, side)).toEqual(expected);
    }
  });

for (const name of Object.keys(DONE).filter((name) => name.endsWith('.jpg')))
  test(`${name} is done where our own reader comes first, too`, async () => {
    await expect(render(name, 4, 'own')).resolves.toMatchObject({ width: 4, height: 3 });
  });

for (const [name, message] of Object.entries(UNSUPPORTED))
  test(`${name} is unsupported: ${message}`, async () => {
    await expect(render(name, 17)).rejects.toMatchObject({ code: 'UNSUPPORTED', message });
  });

for (const name of CORRUPT)
  test(`${name} is corrupt`, async () => {
    for (const side of [200, 17, 2])
      await expect(render(name, side)).rejects.toMatchObject({
        code: 'CORRUPT',
        message: expect.stringMatching(/^the (?:JPEG|TIFF) data is damaged: ./),
      });
  });

test('every image of the fixtures has its row', () => {
  const rows = [...REGULAR, ...Object.keys(DONE), ...Object.keys(UNSUPPORTED), ...CORRUPT];
  expect(rows.sort()).toEqual(fs.readdirSync(oddImages).sort());
});

/** What is said of an image that is decoded in spite of warnings, line by line. */
async function linesOf(name: string): Promise<readonly string[]> {
  const image = new SharpImage(bytesOf(name), 'error');
  try {
    await image.finish(image.sharp.toColourspace('srgb').png().toBuffer());
    return image.warnings;
  } catch (error) {
    if (!(error instanceof DecoderFailure)) throw error;
    return error.lines;
  }
}

test('every entry of the tables has an example that needs it', async () => {
  const isMissing = async (entries: ReadonlyArray<{ readonly line: RegExp }>, names: readonly string[]) => {
    const lines: string[] = [];
    for (const name of names) lines.push(...(await linesOf(name)));
    return entries.filter(({ line }) => !lines.some((each) => line.test(each))).map(({ line }) => line);
  };
  expect(await isMissing(harmless, Object.keys(DONE))).toEqual([]);
  expect(await isMissing(unsupported, Object.keys(UNSUPPORTED))).toEqual([]);
});

test('CIELAB with 16 bits a sample has its colours', async () => {
  const { thumbnail } = await render('lab-of-16-bits.tif', 200);
  const { data } = await sharp(thumbnail).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  // White and the primaries of sRGB by the white point D50, and a grey.
  const expected = [255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 119, 119, 119];
  const found = [8, 24, 40, 56, 72].flatMap((x) => [
    ...data.subarray(3 * (8 * 80 + x), 3 * (8 * 80 + x) + 3),
  ]);
  for (const [index, value] of expected.entries())
    expect(Math.abs((found[index] ?? Number.NaN) - value), `${found}`).toBeLessThanOrEqual(2);
});
