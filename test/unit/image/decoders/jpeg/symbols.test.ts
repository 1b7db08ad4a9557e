// Single blocks of an image of some 80 kB, at several places: every way in which a block may end, and symbols that sequential coding does
// not define. Our own reader does as the reference does.

import { expect, test } from 'vitest';
import { mulberry32 } from '../../../../../scripts/painting/noise.js';
import { Declined } from '../../../../../src/image/decoders/declined.js';
import { type ChosenBlock, type Coded, withBlocks } from '../../../../support/images/jpeg/chosen-blocks.js';
import {
  compareWithReference,
  readByOwn,
  SHRINKS,
} from '../../../../support/images/jpeg/reference/comparison.js';

const ACROSS = 120;
const PLACES = [0, 0.26, 0.49, 0.51, 0.76, 1];

const END: Coded = [0x00, 0];
const ZEROS: Coded = [0xf0, 0];
const random = mulberry32(21);
const some = (limit: number) => Math.floor(random() * limit);

/** A block of a few coefficients. Its DC is 0, so that those of others do not add up. */
function ordinary(): ChosenBlock {
  const ac = Array.from({ length: 4 + some(14) }, (): Coded => {
    const size = 1 + some(6);
    return [(some(3) << 4) | size, some(1 << size)];
  });
  return { dc: [0, 0], ac: [...ac, END] };
}

const BLOCKS = Array.from({ length: ACROSS * 40 }, ordinary);

const flat = (...ac: Coded[]): ChosenBlock => ({ dc: [0, 0], ac });
const ones = (count: number): Coded[] => Array.from({ length: count }, () => [0x01, 1]);

/** Blocks as sequential coding has them. */
const SOUND: Readonly<Record<string, readonly ChosenBlock[]>> = {
  'without AC coefficients': [flat(END)],
  'with all coefficients, and so without an end': [flat(...ones(63))],
  'with the last coefficient alone': [flat(ZEROS, ZEROS, ZEROS, [0xe1, 1])],
  'with an end after the last coefficient but one': [flat(...ones(62), END)],
  'with three times sixteen zeros before its end': [flat(ZEROS, ZEROS, ZEROS, END)],
  'with AC coefficients of the greatest size': [flat([0x0a, 1023], [0x0a, 0], [0x0a, 512], END)],
  'with a DC of the greatest size, and back': [
    { dc: [11, 2047], ac: [END] },
    { dc: [11, 0], ac: [END] },
  ],
};

/** Blocks that it does not define. */
const DAMAGED: Readonly<Record<string, readonly ChosenBlock[]>> = {
  'with zeros beyond its end': [flat(ZEROS, ZEROS, ZEROS, ZEROS)],
  'with a coefficient beyond its end': [flat(ZEROS, ZEROS, ZEROS, [0xf1, 1])],
  'with all coefficients and one more': [flat(...ones(62), [0x11, 1])],
  ...Object.fromEntries([11, 12, 15].map((size) => [`with an AC of size ${size}`, [flat([size, 1], END)]])),
  ...Object.fromEntries(
    [11, 15].map((size) => [
      `with an AC of size ${size} after many`,
      [flat(...ones(30), [0x20 | size, 1], END)],
    ]),
  ),
  ...Object.fromEntries(
    [1, 14].map((run) => [`with a run of ${run} and no value`, [flat([run << 4, 0], END)]]),
  ),
  // From -2047 to 1953 and back to 0: no DC is out of range.
  'with a DC difference of size 12': [
    { dc: [11, 0], ac: [END] },
    { dc: [12, 4000], ac: [END] },
    { dc: [11, 94], ac: [END] },
  ],
  'with a DC difference of size 15': [{ dc: [15, 1], ac: [END] }],
};

/** The image with these blocks in place of some, at a place from 0 to 1. */
function withBlocksAt(place: number, blocks: readonly ChosenBlock[]): Buffer {
  const from = Math.floor(place * (BLOCKS.length - blocks.length));
  return withBlocks([...BLOCKS.slice(0, from), ...blocks, ...BLOCKS.slice(from + blocks.length)], ACROSS);
}

function expectAsReference(blocks: readonly ChosenBlock[], isRead: boolean): void {
  for (const place of PLACES) {
    const bytes = withBlocksAt(place, blocks);
    for (const shrink of SHRINKS) {
      const own = readByOwn(bytes, shrink);
      expect(own instanceof Declined, `at ${place}, 1/${shrink}`).toBe(!isRead);
      expect(compareWithReference(own, bytes, shrink).difference, `at ${place}, 1/${shrink}`).toBeUndefined();
    }
  }
}

for (const [name, blocks] of Object.entries(SOUND))
  test(`a block ${name} is read`, () => expectAsReference(blocks, true));

for (const [name, blocks] of Object.entries(DAMAGED))
  test(`a block ${name} is declined`, () => expectAsReference(blocks, false));
