// A DC that no 8-bit samples have: our own reader declines the image, whichever side of the range it is on. libjpeg cuts its samples
// off at black or white and warns of nothing, so that libvips makes the thumbnail.

import { expect, test } from 'vitest';
import { JpegFile, type Shrink } from '../../../../../src/image/decoders/jpeg/jpeg-file.js';
import { defaultDecoding } from '../../../../../src/options/options.js';
import { withDcs } from '../../../../support/images/jpeg/chosen-blocks.js';
import { declineReason, maxPixels } from '../../../../support/images/jpeg/comparison.js';
import { renderOne } from '../../../../support/images/render-one.js';
import { insideBox } from '../../../../support/variants.js';

const DAMAGED = 'damaged entropy-coded data';

/** DCs as coded and dequantised. The last of them is at the end of the range or one step beyond. */
const CASES = [
  { kind: 'sequential, by its differences', isProgressive: false, step: 1, limit: 2048 },
  { kind: 'sequential, dequantised', isProgressive: false, step: 32, limit: 64 },
  { kind: 'progressive, by its differences', isProgressive: true, step: 1, limit: 2048 },
  { kind: 'progressive, dequantised', isProgressive: true, step: 32, limit: 64 },
] as const;

for (const { kind, isProgressive, step, limit } of CASES)
  for (const sign of [-1, 1]) {
    const side = sign < 0 ? 'below' : 'above';
    const dcs = (last: number) => [0, last >> 1, last].map((dc) => sign * dc);
    const inside = withDcs({ dcs: dcs(limit), step, isProgressive });
    const outside = withDcs({ dcs: dcs(limit + 1), step, isProgressive });

    test(`${kind}: a DC ${side} the range is declined, one at its end is read`, () => {
      const shrinks: readonly Shrink[] = isProgressive ? [8] : [8, 4, 2];
      for (const shrink of shrinks) {
        const { data } = new JpegFile(inside).read(shrink);
        expect([data[0], data[Math.floor(20 / shrink)]]).toEqual([128, sign < 0 ? 0 : 255]);
        expect(() => new JpegFile(outside).read(shrink)).toThrow(DAMAGED);
      }
    });

    test(`${kind}: libvips makes the thumbnail of an image with a DC ${side} the range`, async () => {
      const options = { variant: insideBox(1), maxPixels } as const;
      expect(declineReason(outside, options.variant.box)).toBe(DAMAGED);
      const own = await renderOne(outside, { ...options, decoding: defaultDecoding });
      const byLibvips = { ...defaultDecoding, jpegReader: 'libvips' } as const;
      expect(own).toEqual(await renderOne(outside, { ...options, decoding: byLibvips }));
    });
  }

test('a DC far below the range, where a multiple of it would be inside again, is declined', () => {
  const dcs = Array.from({ length: 40 }, (_, index) => -2000 * (index + 1));
  for (const shrink of [8, 4, 2] as const)
    expect(() => new JpegFile(withDcs({ dcs, step: 255, isProgressive: false })).read(shrink)).toThrow(
      DAMAGED,
    );
});
