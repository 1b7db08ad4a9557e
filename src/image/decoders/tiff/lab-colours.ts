// CIELAB to sRGB (CIE 15:2004, 8.2.1). Knows no file.

import { adaptation, xyz } from '../colours/adaptation.js';
import { diagonal, type Matrix, product, type Vector } from '../colours/matrices.js';
import { lightToSrgb } from '../colours/srgb.js';

/** How the samples of a file stand for L*, a* and b*. a* and b* are offset: half of the range is 0. */
export interface LabScale {
  readonly bits: 8 | 16;
  /** The sample of L* = 100. */
  readonly whitest: number;
  /** The white point's chromaticity. */
  readonly white: Chromaticity;
}

/** Chromaticity x and y. */
export type Chromaticity = readonly [x: number, y: number];

/** The white point of ICC profiles and of the programs that write such files. */
export const D50: Chromaticity = [0.34567, 0.3585];

/** XYZ of D65, which the next matrix makes 1, 1 and 1 of. */
const D65: Vector = [0.95047, 1, 1.08883];
/** XYZ by D65 to linear sRGB. */
const LINEAR_SRGB: Matrix = [
  [3.2404542, -1.5371385, -0.4985314],
  [-0.969266, 1.8760108, 0.041556],
  [0.0556434, -0.2040259, 1.0572252],
];

/** Steps of light that have a grey of sRGB each: at the dark end a step is a twentieth of one of 8 bits. */
const STEPS = 65_535;

/**
 * Writes the pixels in sRGB of 8 bits; colours outside of it are cut off. Alpha is kept.
 * @param channels Samples of a pixel: L*, a* and b*, and perhaps alpha.
 * @param result As many samples.
 */
export function labToSrgb(
  samples: Uint8Array | Uint16Array,
  channels: 3 | 4,
  { bits, whitest, white }: LabScale,
  result: Uint8Array,
): void {
  const [red, green, blue] = product(LINEAR_SRGB, fromParts(white));
  const greys = greysOfLight();
  const perUnit = 2 ** (bits - 8);
  const level = (row: Vector, x: number, y: number, z: number) => {
    const light = row[0] * x + row[1] * y + row[2] * z;
    return greys[light <= 0 ? 0 : light >= 1 ? STEPS : Math.round(light * STEPS)] ?? 0;
  };
  for (let at = 0; at < samples.length; at += channels) {
    const lightness = ((samples[at] ?? 0) * 100) / whitest;
    const middle = (lightness + 16) / 116;
    const x = partOf(middle + ((samples[at + 1] ?? 0) / perUnit - 128) / 500);
    const y = partOf(middle);
    const z = partOf(middle - ((samples[at + 2] ?? 0) / perUnit - 128) / 200);
    result[at] = level(red, x, y, z);
    result[at + 1] = level(green, x, y, z);
    result[at + 2] = level(blue, x, y, z);
    if (channels === 4) result[at + 3] = Math.round((samples[at + 3] ?? 0) / (perUnit === 1 ? 1 : 257));
  }
}

/** A coordinate as a part of the white's, from what CIELAB has of it. */
function partOf(value: number): number {
  const edge = 6 / 29;
  return value > edge ? value ** 3 : 3 * edge * edge * (value - 4 / 29);
}

/** From coordinates as parts of this white's to XYZ by D65. */
function fromParts([x, y]: Chromaticity): Matrix {
  const white = xyz(x, y);
  return product(adaptation(white, D65), diagonal(white));
}

let greys: Uint8Array | undefined;

/** The grey of sRGB for each step of light. */
function greysOfLight(): Uint8Array {
  greys ??= Uint8Array.from({ length: STEPS + 1 }, (_, step) => Math.round(255 * lightToSrgb(step / STEPS)));
  return greys;
}
