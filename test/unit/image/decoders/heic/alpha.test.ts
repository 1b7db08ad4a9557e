// Alpha planes of a HEIF.

import sharp from 'sharp';
import { expect, test } from 'vitest';
import { heifPhoto, type Photo } from '../../../../support/images/heif/photo.js';
import { damagedPicture, QUARTER_ALPHA, QUARTERS } from '../../../../support/images/heif/pictures.js';
import { ALPHA_TYPES, rotation } from '../../../../support/images/heif/properties.js';
import { codeOf, thumbnailOf } from '../../../../support/images/heif/rendering.js';

const SIDES = [1024, 40];
const STRAIGHT: Photo = { picture: 'quarters', alpha: 'alpha' };

/** The samples at the middle of each quarter. */
async function quartersOf(photo: Photo, side: number): Promise<number[][]> {
  const { thumbnail } = await thumbnailOf(heifPhoto(photo), { side });
  const { data, info } = await sharp(thumbnail).raw().toBuffer({ resolveWithObject: true });
  return QUARTERS.map((_, index) => {
    const x = Math.floor(((index % 2) + 0.5) * (info.width / 2));
    const y = Math.floor((Math.floor(index / 2) + 0.5) * (info.height / 2));
    const at = (y * info.width + x) * info.channels;
    return [...data.subarray(at, at + info.channels)];
  });
}

async function expectAlpha(photo: Photo, order: readonly number[] = [0, 1, 2, 3]): Promise<void> {
  for (const side of SIDES) {
    const found = await quartersOf(photo, side);
    for (const [place, quarter] of order.entries()) {
      const alpha = QUARTER_ALPHA[quarter] ?? 0;
      const samples = found[place] ?? [];
      expect(samples).toHaveLength(4);
      expect(Math.abs((samples[3] ?? 0) - alpha), `alpha of ${quarter}: ${samples}`).toBeLessThanOrEqual(2);
      // What is transparent has no colour.
      if (alpha === 0) continue;
      const differences = (QUARTERS[quarter] ?? []).map((value, channel) =>
        Math.abs(value - (samples[channel] ?? 0)),
      );
      expect(Math.max(...differences), `colour of ${quarter}: ${samples}`).toBeLessThanOrEqual(4);
    }
  }
}

test('an alpha plane by either of its names', async () => {
  for (const alphaType of ALPHA_TYPES) await expectAlpha({ ...STRAIGHT, alphaType });
});

test('premultiplied colours are divided by their alpha', async () => {
  await expectAlpha({ picture: 'quarters-premultiplied', alpha: 'alpha', isPremultiplied: true });
});

test('alpha is turned with the picture', async () => {
  const turned = rotation(1);
  // By a quarter anticlockwise, the upper right quarter comes to the upper left.
  await expectAlpha({ ...STRAIGHT, properties: [turned], alphaProperties: [turned] }, [1, 3, 0, 2]);
});

test('a grid with a single alpha plane', async () => {
  const tiles = ['red', 'green', 'blue', 'yellow'] as const;
  const picture = { columns: 2, rows: 2, width: 128, height: 96, tiles };
  // Their horizontal border is elsewhere than that of the alpha plane, but not in the middle of a quarter.
  await expectAlpha({ picture, alpha: 'alpha' });
});

test('an auxiliary picture that is no alpha plane changes nothing', async () => {
  for (const alphaType of ['urn:mpeg:hevc:2015:auxid:2', 'urn:com:apple:photo:2020:aux:hdrgainmap'])
    for (const samples of await quartersOf({ ...STRAIGHT, alphaType }, 40)) expect(samples).toHaveLength(3);
});

test('a damaged alpha plane is not shown as an opaque picture', async () => {
  const photo = heifPhoto({ ...STRAIGHT, alpha: damagedPicture('alpha', 'cut') });
  expect(await codeOf(photo)).toBe('CORRUPT');
});
