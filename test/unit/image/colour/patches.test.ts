// Known colours in every colour space and format: the thumbnail has them in sRGB, whatever the photo has.

import sharp from 'sharp';
import { expect, test } from 'vitest';
import { CMYK_TILES } from '../../../../scripts/known-colours.js';
import { renderThumbnail } from '../../../../src/image/render.js';
import { defaultDecoding, type JpegReader } from '../../../../src/options/options.js';
import {
  CHART,
  difference,
  middles,
  PATCHES,
  pixelsOf,
  sizeOf,
} from '../../../support/images/colour/chart.js';
import { cmykFiles, type Files, greyFiles, rgbFiles } from '../../../support/images/colour/charts.js';
import { cmykProfile, greyProfile, rgbProfile } from '../../../support/images/colour/profiles.js';
import { greyOf, inLab, inSpace, toInks } from '../../../support/images/colour/spaces.js';
import { tiffFile } from '../../../support/images/tiff-files.js';

/** CIEDE2000: what a trained eye sees in two patches side by side is about 1. */
const LARGEST_DIFFERENCE = 3;

/** Widths of the thumbnail of a chart 768 pixels wide. Our own JPEG reader reads the smaller three at a half, a quarter, an eighth. */
const JPEG_WIDTHS = [768, 190, 96, 48];
const WIDTHS = [96];

async function expectColours(files: Files, truth: ReadonlyArray<readonly number[]>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    const isJpeg = name.includes('JPEG');
    const readers: readonly JpegReader[] = isJpeg ? ['own', 'libvips'] : ['own'];
    for (const width of isJpeg ? JPEG_WIDTHS : WIDTHS)
      for (const jpegReader of readers) {
        const found = await coloursOf(bytes, width, jpegReader, truth.length);
        const wrong = found.flatMap((colour, index) => {
          const wanted = truth[index] ?? [];
          const steps = difference(colour, wanted);
          // A difference that is not a number is no match either.
          return steps <= LARGEST_DIFFERENCE ? [] : [`${wanted.map(Math.round)} became ${colour}: ${steps}`];
        });
        expect(wrong, `${name} at ${width} pixels, ${jpegReader}`).toEqual([]);
      }
  }
}

async function coloursOf(bytes: Buffer, width: number, jpegReader: JpegReader, count: number) {
  const { thumbnail } = await renderThumbnail(bytes, {
    variant: { box: { width, height: width }, format: 'png' },
    maxPixels: 1e6,
    decoding: { ...defaultDecoding, jpegReader },
  });
  const image = sharp(thumbnail).toColourspace('srgb').removeAlpha();
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return middles({ data, ...info }, count);
}

test('sRGB without a profile', async () => {
  await expectColours(await rgbFiles(CHART), PATCHES);
});

const SPACES = { srgb: 'sRGB', p3: 'Display P3', a98rgb: 'Adobe RGB', prophoto: 'ProPhoto' } as const;

for (const space of ['srgb', 'p3', 'a98rgb', 'prophoto'] as const)
  test(`${SPACES[space]} with a profile`, async () => {
    const patches = CHART.map((samples) => inSpace(space, samples));
    await expectColours(await rgbFiles(patches, rgbProfile(space)), PATCHES);
  });

test('Display P3 in AVIF', async () => {
  const [width, height] = [6, 4];
  const chart = sharp(Buffer.from(PATCHES.flat()), { raw: { width, height, channels: 3 } })
    .resize(768, 512, { kernel: 'nearest' })
    .withIccProfile('p3');
  const avif = await chart.avif({ quality: 95, chromaSubsampling: '4:4:4', effort: 0 }).toBuffer();
  await expectColours({ AVIF: avif }, PATCHES);
});

const GREYS = Array.from({ length: 24 }, (_, index) => (index + 0.5) / 24);

test('grey without a profile has the curve of sRGB', async () => {
  await expectColours(
    await greyFiles(GREYS),
    GREYS.map((grey) => [grey * 255, grey * 255, grey * 255]),
  );
});

/** The part of the light that a grey reflects. */
const GREY_CURVES: Readonly<Record<string, (sample: number) => number>> = {
  'gamma 2.2': (sample) => sample ** 2.2,
  'a dot gain of 20 %': (sample) => {
    const ink = 1 - sample;
    return sample - 0.8 * ink * (1 - ink);
  },
};

for (const [name, curve] of Object.entries(GREY_CURVES))
  test(`grey with a profile of ${name}`, async () => {
    const truth = GREYS.map((grey) => {
      const level = 255 * greyOf(curve(grey));
      return [level, level, level];
    });
    await expectColours(await greyFiles(GREYS, greyProfile(curve)), truth);
  });

test('CMYK with a profile', async () => {
  await expectColours(cmykFiles(CHART.map(toInks), cmykProfile()), PATCHES);
});

test('CMYK without a profile is that of a coated press', async () => {
  // sharp's own profile of such a press says which inks these colours take; what they look like was computed without it.
  const colours = Buffer.from(CMYK_TILES.flatMap(({ srgb }) => srgb));
  const raw = { width: CMYK_TILES.length, height: 1, channels: 3 } as const;
  const image = sharp(colours, { raw }).toColourspace('cmyk').withIccProfile('cmyk', { attach: false });
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(4);
  const inks = CMYK_TILES.map((_, index) =>
    [...data.subarray(4 * index, 4 * index + 4)].map((ink) => ink / 255),
  );
  await expectColours(
    cmykFiles(inks),
    CMYK_TILES.map(({ expected }) => expected),
  );
});

test('CIELAB of 16 bits by the white point D65', async () => {
  // A TIFF has no default of the white point; libvips writes and reads D65.
  const range = 2 ** 16;
  const patches = CHART.map((samples) => {
    const [lightness = 0, a = 0, b = 0] = inLab(samples, 'D65');
    const signed = (value: number) => ((Math.round(value * 256) + range) % range) / (range - 1);
    return [lightness / 100, signed(a), signed(b)];
  });
  const chart = { patches, side: 128 };
  const bits = [16, 16, 16];
  const file = tiffFile({ ...sizeOf(chart), photometric: 8, bits, data: [pixelsOf(chart, 16)] });
  await expectColours({ TIFF: file }, PATCHES);
});
