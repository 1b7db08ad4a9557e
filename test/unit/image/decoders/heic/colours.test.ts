// Known colours in every coding of a HEIF: chroma, bits, matrix, range, primaries and profiles.

import sharp from 'sharp';
import { expect, test } from 'vitest';
import { builtInProfile } from '../../../../../scripts/built-in-profile.js';
import { displayP3ToSrgb } from '../../../../../scripts/known-colours.js';
import type { Rgb } from '../../../../../scripts/painting/canvas.js';
import { expectPicture, quartersPicture } from '../../../../support/images/heif/expected.js';
import { heifPhoto } from '../../../../support/images/heif/photo.js';
import { heifPicture, MARK, type PictureName, QUARTERS } from '../../../../support/images/heif/pictures.js';
import { coloursOf, nclx, type Property, profile } from '../../../../support/images/heif/properties.js';
import { thumbnailOf } from '../../../../support/images/heif/rendering.js';

const P3 = { primaries: 12, transfer: 13 } as const;
const SIDES = [1024, 40];

/** The quarters by BT.601's luma, as a grey picture has them. */
const GREYS = QUARTERS.map(([red, green, blue]): Rgb => {
  const luma = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
  return [luma, luma, luma];
});
const QUARTERS_OF_P3 = QUARTERS.map(displayP3ToSrgb);

async function expectColours(
  name: PictureName,
  colours: readonly Property[],
  expected: readonly Rgb[],
  tolerance?: number,
): Promise<void> {
  const { width, height } = heifPicture(name);
  for (const side of SIDES) {
    const { thumbnail, sourceWidth, sourceHeight } = await thumbnailOf(
      heifPhoto({ picture: name, colours }),
      { side },
    );
    expect([sourceWidth, sourceHeight]).toEqual([width, height]);
    await expectPicture(thumbnail, quartersPicture(width, height, expected, MARK), tolerance);
  }
}

/** Lightness at the middle of each quarter, 0 to 255. */
async function lightnessOfQuarters(thumbnail: Buffer): Promise<number[]> {
  const { data, info } = await sharp(thumbnail)
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return QUARTERS.map((_, index) => {
    const x = Math.floor(((index % 2) + 0.5) * (info.width / 2));
    const y = Math.floor((Math.floor(index / 2) + 0.5) * (info.height / 2));
    return data[(y * info.width + x) * info.channels] ?? 0;
  });
}

const CODINGS: readonly PictureName[] = [
  'quarters',
  'quarters-odd',
  'quarters-4:2:2',
  'quarters-4:4:4',
  'quarters-10-bits',
  'quarters-10-bits-4:2:2',
  'quarters-12-bits',
  'quarters-limited',
  'quarters-709',
  'quarters-709-limited-says',
  'quarters-2020-10-bits',
  'quarters-rgb',
];

for (const name of CODINGS)
  test(`${name}: matrix and range of the nclx`, () =>
    expectColours(name, [coloursOf(heifPicture(name))], QUARTERS));

for (const name of ['quarters-grey', 'quarters-10-bits-grey'] as const)
  test(`${name}: one channel`, async () => {
    await expectColours(name, [coloursOf(heifPicture(name))], GREYS);
  });

test('without colours of the container those of the bitstream count, else BT.601 in limited range', async () => {
  await expectColours('quarters-says', [], QUARTERS);
  await expectColours('quarters-709-limited-says', [], QUARTERS);
  // As HEVC and libheif have it; a grey picture is as it is.
  await expectColours('quarters-limited', [], QUARTERS);
  await expectColours('quarters-grey', [], GREYS);
});

test('an nclx without a matrix is as none', async () => {
  await expectColours('quarters-says', [nclx({ primaries: 2, transfer: 2, matrix: 2 })], QUARTERS);
});

test('Display P3 by nclx, of 8 and 10 bits', async () => {
  for (const name of ['quarters', 'quarters-10-bits', 'quarters-4:4:4'] as const)
    await expectColours(name, [coloursOf(heifPicture(name), P3)], QUARTERS_OF_P3, 4);
});

test('Display P3 by an ICC profile, of either kind of box', async () => {
  const icc = await builtInProfile('p3');
  for (const type of ['prof', 'rICC'] as const)
    await expectColours('quarters-says', [profile(icc, type)], QUARTERS_OF_P3, 4);
});

test('with profile and nclx, the profile decides the colours and the nclx matrix and range', async () => {
  const icc = profile(await builtInProfile('p3'));
  for (const name of ['quarters-limited', 'quarters-709'] as const) {
    const said = coloursOf(heifPicture(name));
    await expectColours(name, [icc, said], QUARTERS_OF_P3, 4);
    await expectColours(name, [said, icc], QUARTERS_OF_P3, 4);
  }
});

test('a damaged profile leaves the colours as sRGB', async () => {
  for (const icc of [Buffer.alloc(0), Buffer.alloc(200, 7)])
    await expectColours('quarters-says', [profile(icc)], QUARTERS);
});

test('BT.2020 primaries, PQ and HLG are thumbnails with the same order of lightness', async () => {
  const name = 'quarters-2020-10-bits';
  for (const transfer of [1, 14, 16, 18]) {
    const { thumbnail } = await thumbnailOf(
      heifPhoto({ picture: name, colours: [coloursOf(heifPicture(name), { primaries: 9, transfer })] }),
    );
    const levels = await lightnessOfQuarters(thumbnail);
    // Yellow is lightest, blue darkest.
    expect(levels.indexOf(Math.max(...levels)), `${transfer}: ${levels}`).toBe(3);
    expect(levels.indexOf(Math.min(...levels)), `${transfer}: ${levels}`).toBe(2);
  }
});
