// One value for one wanted output. What can be asked for is tested with the other options, in `resolve.test.ts`.

import { expect, test } from 'vitest';
import { digestParts, reductionOf } from '../../../src/options/variant.js';
import { insideBox } from '../../support/variants.js';

test('two formats have two digests, and the name is part of none', () => {
  const { name: _, ...parts } = insideBox(200, 150);
  expect(digestParts({ ...parts, name: 'one' })).toEqual(parts);
  const encoding = { format: 'webp' } as const;
  expect(digestParts({ ...parts, name: 'other', encoding })).toEqual({ ...parts, encoding });
});

test('a reduction fits the image into the box and is never an enlargement', () => {
  const variant = insideBox(200, 150);
  expect(reductionOf(variant, { width: 1600, height: 150 })).toBe(8);
  expect(reductionOf(variant, { width: 200, height: 1200 })).toBe(8);
  expect(reductionOf(variant, { width: 20, height: 10 })).toBe(1);
});
