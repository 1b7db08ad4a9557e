// RGB to the planes that an HEVC encoder takes: ITU-T H.273, 8.3.

import type { Coding } from '../../test/support/images/heif/pictures.js';

/** Weights of red and blue in luma. */
const WEIGHTS = { 1: [0.2126, 0.0722], 6: [0.299, 0.114], 9: [0.2627, 0.0593] } as const;
/** Pixels of a chroma sample, across and down. */
const CHROMA = { '4:2:0': [2, 2], '4:2:2': [2, 1], '4:4:4': [1, 1] } as const;

/** RGB samples, interleaved, from 0 to 255. */
export interface RgbSamples {
  readonly width: number;
  readonly height: number;
  readonly rgb: Float64Array;
}

/**
 * The planes one after the other; samples of more than 8 bits are little-endian, in two bytes. The sides must be even where chroma is
 * halved.
 */
export function samplesOf({ width, height, rgb }: RgbSamples, coding: Coding): Buffer {
  const { chroma, bits, fullRange } = coding;
  const planes = componentsOf(rgb, coding.matrix);
  const [luma] = planes;
  const lumaScale = fullRange ? 2 ** bits - 1 : 219 * 2 ** (bits - 8);
  const lumaBase = fullRange ? 0 : 16 * 2 ** (bits - 8);
  const first = luma.map((value) => lumaBase + value * lumaScale);
  if (chroma === '4:0:0') return packed(first, bits);
  const [across, down] = CHROMA[chroma];
  // RGB has no differences: all three planes are as luma.
  const scale = coding.matrix === 0 ? lumaScale : fullRange ? 2 ** bits - 1 : 224 * 2 ** (bits - 8);
  const base = coding.matrix === 0 ? lumaBase : 2 ** (bits - 1);
  const further = planes
    .slice(1)
    .map((plane) => reduced(plane, width, height, across, down).map((value) => base + value * scale));
  return Buffer.concat([first, ...further].map((plane) => packed(plane, bits)));
}

type Planes = readonly [Float64Array, Float64Array, Float64Array];

/** Luma from 0 to 1 and both differences from -0.5 to 0.5; for matrix 0 green, blue and red from 0 to 1. */
function componentsOf(rgb: Float64Array, matrix: Coding['matrix']): Planes {
  const pixels = rgb.length / 3;
  const planes: Planes = [new Float64Array(pixels), new Float64Array(pixels), new Float64Array(pixels)];
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const [red, green, blue] = [0, 1, 2].map((channel) => (rgb[3 * pixel + channel] ?? 0) / 255);
    const values = components(red ?? 0, green ?? 0, blue ?? 0, matrix);
    for (const [index, plane] of planes.entries()) plane[pixel] = values[index] ?? 0;
  }
  return planes;
}

function components(red: number, green: number, blue: number, matrix: Coding['matrix']): number[] {
  if (matrix === 0) return [green, blue, red];
  const [ofRed, ofBlue] = WEIGHTS[matrix];
  const luma = ofRed * red + (1 - ofRed - ofBlue) * green + ofBlue * blue;
  return [luma, (blue - luma) / (2 * (1 - ofBlue)), (red - luma) / (2 * (1 - ofRed))];
}

/** Means of `across` x `down` samples. */
function reduced(
  plane: Float64Array,
  width: number,
  height: number,
  across: number,
  down: number,
): Float64Array {
  const columns = width / across;
  return new Float64Array((columns * height) / down).map((_, index) => {
    const left = (index % columns) * across;
    const top = Math.floor(index / columns) * down;
    let sum = 0;
    for (let y = top; y < top + down; y += 1)
      for (let x = left; x < left + across; x += 1) sum += plane[y * width + x] ?? 0;
    return sum / (across * down);
  });
}

function packed(values: Float64Array, bits: number): Buffer {
  const most = 2 ** bits - 1;
  const rounded = Array.from(values, (value) => Math.min(most, Math.max(0, Math.round(value))));
  if (bits === 8) return Buffer.from(rounded);
  const bytes = Buffer.alloc(2 * rounded.length);
  for (const [index, value] of rounded.entries()) bytes.writeUInt16LE(value, 2 * index);
  return bytes;
}
