// The smaller picture that a file holds: when it is used, and when the full one is.

import sharp from 'sharp';
import { expect, test } from 'vitest';
import { expectPicture, quartersPicture, rotated } from '../../../../support/images/heif/expected.js';
import { heifPhoto, type Photo } from '../../../../support/images/heif/photo.js';
import { damagedPicture, heifPicture, type Picture } from '../../../../support/images/heif/pictures.js';
import { coloursOf, crop, rotation, size } from '../../../../support/images/heif/properties.js';
import { thumbnailOf } from '../../../../support/images/heif/rendering.js';

/** 256 x 192 pixels; its thumbnail in a box of 64 has 64 x 48. */
const PHOTO: Photo = { picture: 'quarters-256x192' };
const COLOURS = coloursOf(heifPicture('quarters'));

function held(...pictures: readonly Picture[]): Photo {
  return { ...PHOTO, thumbnails: pictures.map((picture) => ({ picture })) };
}

/** Expects the photo's look and size, and which picture was used. */
async function expectUsed(
  photo: Photo,
  side: number,
  used: readonly [number, number] | 'full',
): Promise<void> {
  const { thumbnail, ...rendered } = await thumbnailOf(heifPhoto(photo), { side });
  const facts = used === 'full' ? [undefined, undefined, undefined] : ['embedded', ...used];
  expect([rendered.from, rendered.fromWidth, rendered.fromHeight]).toEqual(facts);
  expect([rendered.sourceWidth, rendered.sourceHeight]).toEqual([256, 192]);
  expect([rendered.width, rendered.height]).toEqual([side, (side * 3) / 4]);
  await expectPicture(thumbnail, quartersPicture(256, 192));
}

test('it is used from 1.5 times the size of the thumbnail on', async () => {
  await expectUsed(held('quarters-96x72'), 64, [96, 72]);
  await expectUsed(held('quarters-96x72'), 68, 'full');
  await expectUsed(held('quarters'), 64, [128, 96]);
});

test('of several, the smallest that is large enough is used, in any order', async () => {
  await expectUsed(held('quarters', 'quarters-96x72', 'quarters-64x48'), 64, [96, 72]);
  await expectUsed(held('quarters-64x48', 'quarters-96x72', 'quarters'), 64, [96, 72]);
  await expectUsed(held('quarters-64x48', 'quarters-96x72', 'quarters'), 80, [128, 96]);
});

test('never, if that is asked for', async () => {
  const file = heifPhoto(held('quarters'));
  const { thumbnail, from } = await thumbnailOf(file, { side: 64, embedded: 'never' });
  expect(from).toBeUndefined();
  await expectPicture(thumbnail, quartersPicture(256, 192));
});

test('one of another shape is not used', async () => {
  await expectUsed(held('quarters-upright', 'quarters-64', 'quarters-odd'), 32, 'full');
  await expectUsed(held('quarters-64', 'quarters-96x72'), 32, [96, 72]);
});

test('where it is damaged, or not of the size that it claims, the full picture is used', async () => {
  await expectUsed(held(damagedPicture('quarters', 'cut')), 64, 'full');
  const small = heifPicture('quarters-64x48');
  await expectUsed(held({ ...small, width: 128, height: 96 }), 64, 'full');
  await expectUsed({ ...PHOTO, thumbnails: [{ picture: 'quarters', properties: [size(4, 3)] }] }, 64, 'full');
});

test('where it has black bars, the full picture is used', async () => {
  for (const picture of ['bars-above-and-below', 'bars-left-and-right'] as const)
    await expectUsed(held(picture), 64, 'full');
});

test('a photo with black bars of its own is as it is', async () => {
  const bars = 'bars-above-and-below';
  const { thumbnail } = await thumbnailOf(heifPhoto({ picture: bars, thumbnails: [{ picture: bars }] }), {
    side: 64,
  });
  const quarters = quartersPicture(128, 96);
  const at = (x: number, y: number) => (y < 12 || y >= 84 ? ([0, 0, 0] as const) : quarters.at(x, y));
  await expectPicture(thumbnail, { ...quarters, at });
});

test('one that is larger than the photo shows the photo and no more', async () => {
  const photo: Photo = { picture: 'quarters', thumbnails: [{ picture: 'quarters-256x192' }] };
  const { thumbnail, ...rendered } = await thumbnailOf(heifPhoto(photo), { side: 200 });
  expect([rendered.sourceWidth, rendered.sourceHeight]).toEqual([128, 96]);
  expect([rendered.width, rendered.height]).toEqual([128, 96]);
  await expectPicture(thumbnail, quartersPicture(128, 96));
});

test('it is turned as it says itself', async () => {
  for (const quarters of [1, 2, 3]) {
    const turned = rotation(quarters);
    const thumbnails = [{ picture: 'quarters', properties: [COLOURS, turned] } as const];
    const file = heifPhoto({ ...PHOTO, properties: [turned], thumbnails });
    const { thumbnail, ...rendered } = await thumbnailOf(file, { side: 64 });
    const expected = rotated(quartersPicture(128, 96), quarters);
    expect([rendered.from, rendered.fromWidth, rendered.fromHeight]).toEqual([
      'embedded',
      expected.width,
      expected.height,
    ]);
    await expectPicture(thumbnail, expected);
  }
});

test('it is measured against the photo after its crop', async () => {
  // What is left is upright, and so is the picture of 48 x 64.
  const part = crop([256, 192], { left: 56, top: 0, width: 144, height: 192 });
  const photo: Photo = { ...PHOTO, properties: [part], thumbnails: [{ picture: 'quarters-upright' }] };
  expect(await thumbnailOf(heifPhoto(photo), { side: 32 })).toMatchObject({
    from: 'embedded',
    sourceWidth: 144,
    sourceHeight: 192,
  });
  const whole: Photo = { ...photo, thumbnails: [{ picture: 'quarters' }] };
  expect((await thumbnailOf(heifPhoto(whole), { side: 32 })).from).toBeUndefined();
});

test('a photo with alpha is not shown by one without', async () => {
  const alpha = 'alpha-256x192';
  const { thumbnail, from } = await thumbnailOf(heifPhoto({ ...held('quarters'), alpha }), { side: 64 });
  expect(from).toBeUndefined();
  expect((await sharp(thumbnail).metadata()).hasAlpha).toBe(true);
});
