// Compares our own reader with the reference for sound files of all kinds. The unit tests do it with small pictures, the soak tests with
// large ones.

import { describe, expect, test } from 'vitest';
import { compareWithReference, readByOwn, SHRINKS } from './comparison.js';
import { kindsOf } from './kinds.js';

interface Pictures {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** The names of the kinds to compare. @default all */
  readonly only?: RegExp;
}

/** Registers the tests. */
export function testAgainstReference(pictures: readonly Pictures[]): void {
  for (const { only, ...size } of pictures)
    describe(`${size.width} x ${size.height}`, () => {
      const kinds = kindsOf(size).filter(({ name }) => only?.test(name) ?? true);
      for (const { name, encode } of kinds)
        test(name, async () => {
          const bytes = await encode();
          for (const shrink of SHRINKS)
            expect(compareWithReference(readByOwn(bytes, shrink), bytes, shrink), `1/${shrink}`).toEqual({
              verdict: 'read',
              difference: undefined,
            });
        });
    });
}
