// The same for HEIC: by tiles and a box shrink, and by the smaller picture in the file, against all pixels of the full one.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { lanczos } from '../../../support/images/quality/lanczos.js';
import { pixelsOf, similarity, WHOLE } from '../../../support/images/quality/similarity.js';
import { sampleImages } from '../../../support/paths.js';

const WAYS = [
  { file: 'flower.heic', embedded: 'never', least: 0.995 },
  { file: 'display-p3.heic', embedded: 'never', least: 0.995 },
  { file: 'embedded-thumbnail.heic', embedded: 'never', least: 0.995 },
  // The smaller picture has a fraction of the full one's bytes a pixel, and what it lost shows at 1.5 times the thumbnail's size.
  { file: 'embedded-thumbnail.heic', embedded: 'auto', least: 0.94 },
] as const;

for (const { file, embedded, least } of WAYS)
  test(`${file}, embedded ${embedded}: SSIM of at least ${least}`, async () => {
    const bytes = fs.readFileSync(path.join(sampleImages, file));
    const whole = await pixelsOf(bytes, WHOLE, { embedded: 'never' });
    for (const side of [64, 128, 200]) {
      const found = await pixelsOf(bytes, side, { embedded });
      const value = similarity(found, lanczos(whole, found.width, found.height));
      expect(value, `${side} pixels`).toBeGreaterThan(least);
    }
  });
