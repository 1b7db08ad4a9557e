// The same for RAW files, whose largest preview is the whole picture: cameras make the smaller ones of the same pixels.

import sharp from 'sharp';
import { expect, test } from 'vitest';
import { lanczos } from '../../../support/images/quality/lanczos.js';
import { type PictureName, testPicture } from '../../../support/images/quality/pictures.js';
import { pixelsOf, similarity, WHOLE } from '../../../support/images/quality/similarity.js';
import { families } from '../../../support/images/raw/families.js';

const LEAST: Readonly<Partial<Record<PictureName, number>>> = { landscape: 0.985, detail: 0.97 };

for (const [picture, least] of Object.entries(LEAST))
  test(`RAW previews of a ${picture}: SSIM of at least ${least}`, async () => {
    // 3:2, as the sensors of the made files.
    const { data, info } = await (await testPicture(picture as PictureName))
      .resize(1440, 960, { fit: 'fill' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const photo = sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } });
    const preview = (width: number, height: number) =>
      photo.clone().resize(width, height).jpeg({ quality: 85 }).toBuffer();
    const large = await preview(1440, 960);
    const { nef } = families;
    if (nef === undefined) throw new Error('Expected a family of NEF files');
    const file = nef({
      small: await preview(160, 107),
      medium: await preview(640, 427),
      large,
      orientation: 1,
    });
    const whole = await pixelsOf(large, WHOLE);
    // By the medium preview, which is 6 and 3 times as large, and by the large one.
    for (const side of [100, 200, 400]) {
      const found = await pixelsOf(file, side);
      const value = similarity(found, lanczos(whole, found.width, found.height));

      expect(value, `${side} pixels`).toBeGreaterThan(least);
    }
  });
