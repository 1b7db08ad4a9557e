// Some hundred damaged JPEGs through our own reader and the reference; the soak tests do it with thousands, and ask libvips, too.

import { expect, test } from 'vitest';
import { damagedJpeg, imagesToDamage } from '../../../../support/images/jpeg/damaged/damaged-jpegs.js';
import {
  compareWithReference,
  readByOwn,
  SHRINKS,
} from '../../../../support/images/jpeg/reference/comparison.js';
import { Tally } from '../../../../support/images/jpeg/reference/tally.js';

const COUNT = 400;

test(`${COUNT} damaged JPEGs are read or declined as by the reference, with the same samples`, async () => {
  const images = await imagesToDamage();
  const tally = new Tally();
  const differences: string[] = [];
  for (let number = 0; number < COUNT; number += 1) {
    const { name, damage, bytes, isLarge } = damagedJpeg(images, number, 1);
    for (const shrink of SHRINKS) {
      const { verdict, difference } = compareWithReference(readByOwn(bytes, shrink), bytes, shrink);
      tally.count(isLarge ? 'large' : 'small', verdict);
      if (difference !== undefined)
        differences.push(`${number} (${name}: ${damage}) at 1/${shrink}: ${difference}`);
    }
  }
  expect(differences).toEqual([]);
  expect([tally.hasBoth('large'), tally.hasBoth('small')], `${tally}`).toEqual([true, true]);
});
