// From the sums of a row of blocks to the row's pixels.

import type { Tiff } from '../tiff/writer.js';
import type { Conversion } from './colours/conversion.js';

/** The sums of one channel. */
export interface RowSource {
  readonly sums: Float64Array | Uint16Array;
  /** The row's first sum. */
  readonly at: number;
  /** Samples of a block. */
  readonly area: number;
  /** Bits of a sample. */
  readonly bits: number;
  /** Whether two pixels share a sum, and the first pixel's place in its pair; undefined when each has its own. */
  readonly phase: number | undefined;
}

/** How rows become pixels. */
export interface Form {
  readonly conversion: Conversion;
  /** What a value becomes that is converted, as `tableOf` has it. */
  readonly table: Uint8Array | undefined;
  readonly hasAlpha: boolean;
  /** Whether colours are multiplied by alpha, which is undone. */
  readonly isPremultiplied: boolean;
}

/** Writes a row of pixels. @param sources One for each channel; alpha is the last. */
export function convertRow(tiff: Tiff, row: number, sources: readonly RowSource[], form: Form): void {
  const { hasAlpha, isPremultiplied, table } = form;
  const colours = hasAlpha ? sources.slice(0, -1) : sources;
  const alpha = hasAlpha ? sources.at(-1) : undefined;
  const { data, width, channels } = tiff;
  const length = width * channels;
  const at = data.byteOffset + row * length;
  const pixels = new Uint8ClampedArray(data.buffer, at, length);
  if (table === undefined) convertColours(pixels, channels, colours, form.conversion, 255);
  else {
    const values = new Float64Array(length);
    convertColours(values, channels, colours, form.conversion, table.length - 1);
    lookUp(values, table, pixels);
  }
  if (alpha === undefined) return;
  writeAlpha(pixels, channels, alpha);
  if (isPremultiplied) divideByAlpha(pixels, channels);
}

/** Places for samples; the first one rounds and clamps. */
type Samples = Uint8ClampedArray | Float64Array;

/** @param most What a value of 1 becomes. */
function convertColours(
  target: Samples,
  channels: number,
  sources: readonly RowSource[],
  conversion: Conversion,
  most: number,
): void {
  const [first, second, third] = sources;
  const weights = conversion.weights.map(
    (weight, index) => (weight * most) / (sources[index % 3]?.area ?? 1),
  );
  const offsets = conversion.offsets.map((offset) => offset * most);
  if (first === undefined) return;
  if (second === undefined || third === undefined) {
    convertGrey(target, channels, first, weights[0] ?? 0, offsets[0] ?? 0);
    return;
  }
  const [r0 = 0, r1 = 0, r2 = 0, g0 = 0, g1 = 0, g2 = 0, b0 = 0, b1 = 0, b2 = 0] = weights;
  const [r = 0, g = 0, b = 0] = offsets;
  const { sums: one, at: oneAt } = first;
  const { sums: two, at: twoAt, phase = 0 } = second;
  const { sums: three, at: threeAt } = third;
  const shift = second.phase === undefined ? 0 : 1;
  for (let x = 0, to = 0; to < target.length; x += 1, to += channels) {
    const chroma = (x + phase) >> shift;
    const u = one[oneAt + x] ?? 0;
    const v = two[twoAt + chroma] ?? 0;
    const w = three[threeAt + chroma] ?? 0;
    target[to] = r0 * u + r1 * v + r2 * w + r;
    target[to + 1] = g0 * u + g1 * v + g2 * w + g;
    target[to + 2] = b0 * u + b1 * v + b2 * w + b;
  }
}

function convertGrey(
  target: Samples,
  channels: number,
  { sums, at }: RowSource,
  weight: number,
  offset: number,
): void {
  for (let x = 0, to = 0; to < target.length; x += 1, to += channels)
    target[to] = (sums[at + x] ?? 0) * weight + offset;
}

/** @param values Places in the table, or beyond its ends. */
function lookUp(values: Float64Array, table: Uint8Array, target: Uint8ClampedArray): void {
  const last = table.length - 1;
  for (let at = 0; at < values.length; at += 1) {
    const value = Math.round(values[at] ?? 0);
    target[at] = table[value < 0 ? 0 : value > last ? last : value] ?? 0;
  }
}

function writeAlpha(pixels: Uint8ClampedArray, channels: number, { sums, at, area, bits }: RowSource): void {
  const weight = 255 / (area * (2 ** bits - 1));
  for (let x = 0, to = channels - 1; to < pixels.length; x += 1, to += channels)
    pixels[to] = (sums[at + x] ?? 0) * weight;
}

function divideByAlpha(pixels: Uint8ClampedArray, channels: number): void {
  for (let at = 0; at < pixels.length; at += channels) {
    const alpha = pixels[at + channels - 1] ?? 0;
    if (alpha === 0) continue;
    for (let channel = 0; channel < channels - 1; channel += 1)
      pixels[at + channel] = ((pixels[at + channel] ?? 0) * 255) / alpha;
  }
}
