// A colour chart: 24 patches of one colour each, in any colour space and depth.

import Color from 'colorjs.io';

/** Samples from 0 to 1, as many as the colour space has channels. */
export type Samples = readonly number[];

/** The patches of the ColorChecker as its maker publishes them, in sRGB of 8 bits: skin, foliage, the primaries, six greys. */
export const PATCHES: ReadonlyArray<readonly [red: number, green: number, blue: number]> = [
  [115, 82, 68],
  [194, 150, 130],
  [98, 122, 157],
  [87, 108, 67],
  [133, 128, 177],
  [103, 189, 170],
  [214, 126, 44],
  [80, 91, 166],
  [193, 90, 99],
  [94, 60, 108],
  [157, 188, 64],
  [224, 163, 46],
  [56, 61, 150],
  [70, 148, 73],
  [175, 54, 60],
  [231, 199, 31],
  [187, 86, 149],
  [8, 133, 161],
  [243, 243, 242],
  [200, 200, 200],
  [160, 160, 160],
  [122, 122, 121],
  [85, 85, 85],
  [52, 52, 52],
];

/** sRGB, from 0 to 1. */
export const CHART: readonly Samples[] = PATCHES.map((patch) => patch.map((value) => value / 255));

const COLUMNS = 6;

/** A chart as the pixels of an image. */
export interface Chart {
  /** Of each patch, as the file has them. */
  readonly patches: readonly Samples[];
  /** Pixels of a patch's side. */
  readonly side: number;
}

export function sizeOf({ patches, side }: Chart): { width: number; height: number; channels: number } {
  const rows = Math.ceil(patches.length / COLUMNS);
  return { width: COLUMNS * side, height: rows * side, channels: patches[0]?.length ?? 0 };
}

/** The samples of all pixels, interleaved; those of 16 bits in this byte order. */
export function pixelsOf(chart: Chart, bits: 8 | 16, order: 'LE' | 'BE' = 'LE'): Buffer {
  const { width, height, channels } = sizeOf(chart);
  const bytes = Buffer.alloc((width * height * channels * bits) / 8);
  for (let at = 0; at < width * height * channels; at += 1) {
    const pixel = Math.floor(at / channels);
    const sample = patchAt(chart, pixel % width, Math.floor(pixel / width))[at % channels] ?? 0;
    if (bits === 8) bytes.writeUInt8(Math.round(sample * 255), at);
    else if (order === 'LE') bytes.writeUInt16LE(Math.round(sample * 65_535), 2 * at);
    else bytes.writeUInt16BE(Math.round(sample * 65_535), 2 * at);
  }
  return bytes;
}

function patchAt({ patches, side }: Chart, x: number, y: number): Samples {
  return patches[Math.floor(y / side) * COLUMNS + Math.floor(x / side)] ?? [];
}

/** 8-bit RGB or RGBA pixels. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** The pixel in the middle of each patch of a picture of a chart. */
export function middles(picture: Pixels, count: number = CHART.length): number[][] {
  const rows = Math.ceil(count / COLUMNS);
  return Array.from({ length: count }, (_, index) => {
    const x = Math.floor((((index % COLUMNS) + 0.5) * picture.width) / COLUMNS);
    const y = Math.floor(((Math.floor(index / COLUMNS) + 0.5) * picture.height) / rows);
    const at = (y * picture.width + x) * picture.channels;
    return [...picture.data.subarray(at, at + picture.channels)];
  });
}

/** The colour difference CIEDE2000 of two colours in sRGB, each channel from 0 to 255. */
export function difference(one: readonly number[], other: readonly number[]): number {
  return srgb(one).deltaE(srgb(other), '2000');
}

function srgb([red = Number.NaN, green = Number.NaN, blue = Number.NaN]: readonly number[]): Color {
  return new Color('srgb', [red / 255, green / 255, blue / 255]);
}
