// Known colours in every colour space and format: the thumbnail has them in sRGB, whatever the photo has.

import sharp from 'sharp';
import { expect, test } from 'vitest';
import { CMYK_TILES } from '../../../../scripts/known-colours.js';
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
import { renderOne } from '../../../support/images/render-one.js';
import { type Tag, tiffFile, types } from '../../../support/images/tiff-files.js';
import { insideBox } from '../../../support/variants.js';

/** CIEDE2000: what a trained eye sees in two patches side by side is about 1. */
const LARGEST_DIFFERENCE = 3;

/** Widths of the thumbnail of a chart 768 pixels wide. Our own JPEG reader reads the smaller three at a half, a quarter, an eighth. */
const JPEG_WIDTHS = [768, 190, 96, 48];
const WIDTHS = [96];

async function expectColours(
  files: Files,
  truth: ReadonlyArray<readonly number[]>,
  widths: readonly number[] = WIDTHS,
): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    const isJpeg = name.includes('JPEG');
    const readers: readonly JpegReader[] = isJpeg ? ['own', 'libvips'] : ['own'];
    for (const width of isJpeg ? JPEG_WIDTHS : widths)
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
  const { thumbnail } = await renderOne(bytes, {
    variant: insideBox(width),
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

/** CIELAB in the forms that TIFFs have it in (TIFF 6.0, section 23; Adobe's TIFF Technical Note 4 for ICC's). */
function labTiff(white: 'D50' | 'D65', form: 'CIE' | 'ICC', bits: 8 | 16, tags: readonly Tag[] = []): Buffer {
  const [most, unit] = [2 ** bits - 1, 2 ** (bits - 8)];
  const whitest = form === 'ICC' && bits === 16 ? 0xff00 : most;
  const patches = CHART.map((samples) => {
    const [lightness = 0, a = 0, b = 0] = inLab(samples, white);
    const offset = (value: number) => Math.round((value + 128) * unit);
    const signed = (value: number) => offset(value) ^ ((most + 1) / 2);
    const encode = form === 'ICC' ? offset : signed;
    return [(lightness / 100) * whitest, encode(a), encode(b)].map((sample) => sample / most);
  });
  const chart = { patches, side: 128 };
  const photometric = form === 'ICC' ? 9 : 8;
  const data = [pixelsOf(chart, bits)];
  return tiffFile({ ...sizeOf(chart), photometric, bits: [bits, bits, bits], data, tags });
}

const whitePoint = (x: number, y: number): Tag => ({
  tag: 318,
  type: types.RATIONAL,
  values: [x, 10_000, y, 10_000],
});

const LABS: Readonly<Record<string, (bits: 8 | 16) => Buffer>> = {
  'by the white point D50, which is the default': (bits) => labTiff('D50', 'CIE', bits),
  'by the white point that the file has': (bits) => labTiff('D65', 'CIE', bits, [whitePoint(3127, 3290)]),
  "by D50 where the file's white point is none": (bits) => labTiff('D50', 'CIE', bits, [whitePoint(3127, 0)]),
  "in ICC's form": (bits) => labTiff('D50', 'ICC', bits),
};

for (const [name, make] of Object.entries(LABS))
  test(`CIELAB ${name}`, async () => {
    const files = { 'TIFF of 8 bits': make(8), 'TIFF of 16 bits': make(16) };
    await expectColours(files, PATCHES, [768, 96]);
  });
