// The same colours in other colour spaces, by the formulas of CSS Color 4: no colour engine that decodes the files is asked.

import Color from 'colorjs.io';
import type { Samples } from './chart.js';

/** RGB spaces by their names in CSS Color 4. */
export type RgbSpace = 'srgb' | 'p3' | 'a98rgb' | 'prophoto';

/** Samples of sRGB in another RGB space. */
export function inSpace(space: RgbSpace, samples: Samples): Samples {
  return convert('srgb', samples, space);
}

/** The linear value of a sample, from 0 to 1. */
export function toLinear(space: RgbSpace, sample: number): number {
  return convert(space, [sample, sample, sample], `${space}-linear`)[0] ?? Number.NaN;
}

/** X, Y and Z, by the white point D50 of ICC profiles, of a primary of full intensity. */
export function primary(space: RgbSpace, channel: number): Samples {
  const samples = [0, 1, 2].map((index) => (index === channel ? 1 : 0));
  return convert(`${space}-linear`, samples, 'xyz-d50');
}

/** L* from 0 to 100, a* and b*, by the white point D50 of ICC profiles, or by D65. */
export function inLab(samples: Samples, white: 'D50' | 'D65' = 'D50'): Samples {
  return convert('srgb', samples, white === 'D50' ? 'lab' : 'lab-d65');
}

/** The grey of sRGB that reflects this part of the light. */
export function greyOf(luminance: number): number {
  return convert('srgb-linear', [luminance, luminance, luminance], 'srgb')[0] ?? Number.NaN;
}

/** Inks without a gamut limit: each colour is what `fromInks` makes of them. */
export function toInks(samples: Samples): Samples {
  const black = 1 - Math.max(...samples);
  return [...samples.map((sample) => (black === 1 ? 0 : (1 - sample - black) / (1 - black))), black];
}

/** sRGB of inks of which each lets its part of the others' light through. */
export function fromInks([cyan = 0, magenta = 0, yellow = 0, black = 0]: Samples): Samples {
  return [cyan, magenta, yellow].map((ink) => (1 - ink) * (1 - black));
}

function convert(from: string, [a = 0, b = 0, c = 0]: Samples, to: string): Samples {
  return new Color(from, [a, b, c]).to(to).coords.map((value) => value ?? 0);
}
