// Edges that fade out have no fringes: what is partly transparent keeps its colour, and the invisible pixels beside it have no part in it.

import sharp from 'sharp';
import { expect, test } from 'vitest';
import { difference } from '../../../support/images/colour/chart.js';
import {
  colourFiles,
  DISC,
  disc,
  GREY_DISC,
  greyDisc,
  greyFiles,
  maskedFiles,
  SIDE,
} from '../../../support/images/colour/cut-outs.js';
import { renderOne } from '../../../support/images/render-one.js';
import { insideBox } from '../../../support/variants.js';

/** Unreduced, by a whole factor, and by another. */
const SIDES = [SIDE, 60, 37];

/** Colours are compared where alpha is at least this: a fainter pixel has too few steps of them, and is hardly seen. */
const VISIBLE = 64;
/** CIEDE2000. */
const LARGEST_DIFFERENCE = 3;
/** Where opaque and invisible pixels touch, Lanczos-3 overshoots by a tenth, and alpha cannot be more than opaque. */
const LARGEST_OVERSHOOT = 4.5;
/** Steps of 8 bits. */
const LARGEST_DIFFERENCE_OF_ALPHA = 3;

for (const [name, files, rgba, colour, largest] of [
  ['a disc that fades out', await colourFiles(), disc(), DISC, LARGEST_DIFFERENCE],
  ['a disc that is cut out', await maskedFiles(), disc(1), DISC, LARGEST_OVERSHOOT],
  ['a grey disc', greyFiles(), greyDisc(), [GREY_DISC, GREY_DISC, GREY_DISC], LARGEST_DIFFERENCE],
] as const)
  test(`${name} has no fringe`, async () => {
    for (const [format, bytes] of Object.entries<Buffer>(files))
      for (const side of SIDES) {
        const found = await pixelsOf(bytes, side);
        const colours = new Set<string>();
        let ofAlpha = 0;
        for (const [at, wanted] of (await alphaOf(rgba, side)).entries()) {
          const [red, green, blue, alpha = 0] = found.subarray(4 * at, 4 * at + 4);
          ofAlpha = Math.max(ofAlpha, Math.abs(alpha - wanted));
          if (alpha >= VISIBLE) colours.add(`${red} ${green} ${blue}`);
        }
        const wrong = [...colours].filter(
          (text) => !(difference(text.split(' ').map(Number), colour) <= largest),
        );
        expect(wrong, `colours other than ${colour}: ${format}, ${side} pixels`).toEqual([]);
        expect(ofAlpha, `${format}, ${side} pixels`).toBeLessThanOrEqual(LARGEST_DIFFERENCE_OF_ALPHA);
      }
  });

/** The thumbnail in RGBA. */
async function pixelsOf(bytes: Buffer, side: number): Promise<Buffer> {
  const { thumbnail } = await renderOne(bytes, {
    variant: insideBox(side),
    maxPixels: 1e6,
  });
  const image = sharp(thumbnail);
  expect((await image.metadata()).hasAlpha).toBe(true);
  return image.toColourspace('srgb').raw().toBuffer();
}

/** The alpha channel alone, resized as a picture of its own. */
async function alphaOf(rgba: Buffer, side: number): Promise<Buffer> {
  const alpha = Buffer.from(rgba.filter((_, at) => at % 4 === 3));
  return sharp(alpha, { raw: { width: SIDE, height: SIDE, channels: 1 } })
    .resize(side, side)
    .toColourspace('b-w')
    .raw()
    .toBuffer();
}
