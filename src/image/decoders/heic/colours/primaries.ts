// Chromaticities by ColourPrimaries (ISO/IEC 23091-2, table 2), and matrices from them.

import { xyz } from '../../colours/adaptation.js';
import { diagonal, inverse, type Matrix, product, times, transposed } from '../../colours/matrices.js';

/** x and y of red, green, blue and white (CIE 1931). */
export type Primaries = readonly [
  rx: number,
  ry: number,
  gx: number,
  gy: number,
  bx: number,
  by: number,
  wx: number,
  wy: number,
];

const D65 = [0.3127, 0.329] as const;
const C = [0.31, 0.316] as const;
const SRGB: Primaries = [0.64, 0.33, 0.3, 0.6, 0.15, 0.06, ...D65];
const BT_601_525: Primaries = [0.63, 0.34, 0.31, 0.595, 0.155, 0.07, ...D65];

const PRIMARIES: ReadonlyMap<number, Primaries> = new Map<number, Primaries>([
  [1, SRGB],
  [4, [0.67, 0.33, 0.21, 0.71, 0.14, 0.08, ...C]],
  [5, [0.64, 0.33, 0.29, 0.6, 0.15, 0.06, ...D65]],
  [6, BT_601_525],
  [7, BT_601_525],
  [8, [0.681, 0.319, 0.243, 0.692, 0.145, 0.049, ...C]],
  [9, [0.708, 0.292, 0.17, 0.797, 0.131, 0.046, ...D65]],
  [11, [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.314, 0.351]],
  [12, [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, ...D65]],
  [22, [0.63, 0.34, 0.295, 0.605, 0.155, 0.077, ...D65]],
]);

/** Those of sRGB where they are unspecified or unknown. */
export function primariesOf(code: number): Primaries {
  return PRIMARIES.get(code) ?? SRGB;
}

/** From linear RGB to XYZ, with white at Y = 1 (SMPTE RP 177). */
export function toXyz([rx, ry, gx, gy, bx, by, wx, wy]: Primaries): Matrix {
  const matrix = transposed([xyz(rx, ry), xyz(gx, gy), xyz(bx, by)]);
  return product(matrix, diagonal(times(inverse(matrix), xyz(wx, wy))));
}

/** Kr and Kb of luma that is derived from the primaries. */
export function lumaWeightsOf(code: number): readonly [red: number, blue: number] {
  const [, [red, , blue]] = toXyz(primariesOf(code));
  return [red, blue];
}
