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
  const { hasAlpha, isPremultiplied } = form;
  const colours = hasAlpha ? sources.slice(0, -1) : sources;
  const alpha = hasAlpha ? sources.at(-1) : undefined;
  if (colours.length === 1) convertGrey(tiff, row, colours[0], form);
  else convertColours(tiff, row, colours, form);
  if (alpha === undefined) return;
  writeAlpha(tiff, row, alpha);
  if (isPremultiplied) divideByAlpha(tiff, row);
}

/** What a value of 1 becomes: 8 bits, or the last place of the table. */
function mostOf({ table }: Form): number {
  return table === undefined ? 255 : table.length - 1;
}

function convertGrey(tiff: Tiff, row: number, source: RowSource | undefined, form: Form): void {
  if (source === undefined) return;
  const { data, width, channels } = tiff;
  const { sums, at } = source;
  const { conversion, table } = form;
  const { weights, offsets } = conversion;
  const most = mostOf(form);
  const weight = ((weights[0] ?? 0) / source.area) * most;
  const offset = (offsets[0] ?? 0) * most + 0.5;
  for (let x = 0, to = row * width * channels; x < width; x += 1, to += channels)
    data[to] = stored((sums[at + x] ?? 0) * weight + offset, most, table);
}

function convertColours(tiff: Tiff, row: number, sources: readonly RowSource[], form: Form): void {
  const [first, second, third] = sources;
  if (first === undefined || second === undefined || third === undefined) return;
  const { data, width, channels } = tiff;
  const { conversion, table } = form;
  const { weights, offsets } = conversion;
  const most = mostOf(form);
  const areas = [first.area, second.area, third.area];
  const [r0, r1, r2, g0, g1, g2, b0, b1, b2] = weights.map(
    (weight, index) => (weight * most) / (areas[index % 3] ?? 1),
  ) as [number, number, number, number, number, number, number, number, number];
  const [r, g, b] = offsets.map((offset) => offset * most + 0.5) as [number, number, number];
  const [one, two, three] = [first.sums, second.sums, third.sums];
  const isShared = second.phase !== undefined;
  const phase = second.phase ?? 0;
  for (let x = 0, to = row * width * channels; x < width; x += 1, to += channels) {
    const chroma = isShared ? (x + phase) >> 1 : x;
    const u = one[first.at + x] ?? 0;
    const v = two[second.at + chroma] ?? 0;
    const w = three[third.at + chroma] ?? 0;
    data[to] = stored(r0 * u + r1 * v + r2 * w + r, most, table);
    data[to + 1] = stored(g0 * u + g1 * v + g2 * w + g, most, table);
    data[to + 2] = stored(b0 * u + b1 * v + b2 * w + b, most, table);
  }
}

function stored(value: number, most: number, table: Uint8Array | undefined): number {
  const inRange = clamped(value, most);
  return table === undefined ? inRange : (table[Math.floor(inRange)] ?? 0);
}

/** Half is added already; a typed array drops the fraction. */
function clamped(value: number, most: number): number {
  if (value < 0) return 0;
  return value > most ? most : value;
}

function writeAlpha(tiff: Tiff, row: number, { sums, at, area, bits }: RowSource): void {
  const { data, width, channels } = tiff;
  const weight = 255 / (area * (2 ** bits - 1));
  for (let x = 0, to = (row * width + 1) * channels - 1; x < width; x += 1, to += channels)
    data[to] = (sums[at + x] ?? 0) * weight + 0.5;
}

function divideByAlpha(tiff: Tiff, row: number): void {
  const { data, width, channels } = tiff;
  for (let x = 0; x < width; x += 1) {
    const at = (row * width + x) * channels;
    const alpha = data[at + channels - 1] ?? 0;
    if (alpha === 0) continue;
    for (let channel = 0; channel < channels - 1; channel += 1)
      data[at + channel] = clamped(((data[at + channel] ?? 0) * 255) / alpha + 0.5, 255);
  }
}
