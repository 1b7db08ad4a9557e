// One value for one wanted output. What can be asked for is tested with the other options, in `resolve.test.ts`.

import { expect, test } from 'vitest';
import { digestParts, reductionOf, type Variant } from '../../../src/options/variant.js';

test('two formats have two digests, and that of PNG is the one of manifests without formats', () => {
  const box = { width: 200, height: 150 };
  expect(digestParts({ box, format: 'png' })).toEqual({ box });
  const other = { box, format: 'webp' } as unknown as Variant;
  expect(digestParts(other)).toEqual({ box, format: 'webp' });
});

test('a reduction fits the image into the box and is never an enlargement', () => {
  const variant: Variant = { box: { width: 200, height: 150 }, format: 'png' };
  expect(reductionOf(variant, { width: 1600, height: 150 })).toBe(8);
  expect(reductionOf(variant, { width: 200, height: 1200 })).toBe(8);
  expect(reductionOf(variant, { width: 20, height: 10 })).toBe(1);
});
