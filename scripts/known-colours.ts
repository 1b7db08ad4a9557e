// Sample images with known colours: tiles of one colour each, and their sRGB values.
// The expected values come from published formulas, never from the decoder that a test checks with them.
import type { Picture, Rgb } from './painting/canvas.js';

/** The expected colour at a point of an image. */
export interface KnownColour {
  /** Fraction of the width. */
  x: number;
  /** Fraction of the height. */
  y: number;
  /** 8 bits a channel. */
  srgb: Rgb;
}

const COLUMNS = 3;
const ROWS = 2;

/** The transfer function of both sRGB and Display P3: IEC 61966-2-1. */
function toLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function fromLinear(value: number): number {
  const clipped = Math.min(1, Math.max(0, value));
  return clipped <= 0.0031308 ? clipped * 12.92 : 1.055 * clipped ** (1 / 2.4) - 0.055;
}

type Matrix = readonly [Rgb, Rgb, Rgb];
// Both matrices: CSS Color 4, sample code for colour conversions, https://www.w3.org/TR/css-color-4/#color-conversion-code
const P3_TO_XYZ: Matrix = [
  [608311 / 1250200, 189793 / 714400, 198249 / 1000160],
  [35783 / 156275, 247089 / 357200, 198249 / 2500400],
  [0, 32229 / 714400, 5220557 / 5000800],
];
const XYZ_TO_SRGB: Matrix = [
  [12831 / 3959, -329 / 214, -1974 / 3959],
  [-851781 / 878810, 1648619 / 878810, 36519 / 878810],
  [705 / 12673, -2585 / 12673, 705 / 667],
];

function multiply(matrix: Matrix, [a, b, c]: Rgb): Rgb {
  const dot = (row: Rgb) => row[0] * a + row[1] * b + row[2] * c;
  return [dot(matrix[0]), dot(matrix[1]), dot(matrix[2])];
}

function mapRgb(colour: Rgb, change: (value: number) => number): Rgb {
  return [change(colour[0]), change(colour[1]), change(colour[2])];
}

/** Display P3 to sRGB, both 8 bits. Colours outside sRGB are clipped channel by channel. */
export function displayP3ToSrgb(p3: Rgb): Rgb {
  const linear = mapRgb(p3, (value) => toLinear(value / 255));
  return mapRgb(multiply(XYZ_TO_SRGB, multiply(P3_TO_XYZ, linear)), (value) =>
    Math.round(fromLinear(value) * 255),
  );
}

/** Display P3 samples. All but the last two are outside sRGB. */
export const P3_TILES: readonly Rgb[] = [
  [244, 40, 40],
  [20, 220, 60],
  [255, 170, 0],
  [0, 200, 200],
  [120, 110, 190],
  [200, 180, 150],
];

/** 16-bit samples whose low byte is not a copy of the high byte. */
export const SIXTEEN_BIT_TILES: readonly Rgb[] = [
  [51537, 12345, 15001],
  [12900, 39001, 20311],
  [10101, 24691, 50001],
  [60011, 47777, 9999],
  [40404, 18888, 44044],
  [31111, 32222, 33333],
];

interface CmykTile {
  /** What is converted to CMYK. */
  srgb: Rgb;
  /**
   * The sRGB value of the inks in the file, computed without a colour engine: the profile's A2B0 table with linear interpolation in four
   * dimensions and black point compensation, then D50 Lab to sRGB.
   */
  expected: Rgb;
}

/** Colours within the gamut of a coated press. The profile's perceptual tables darken greys most. */
export const CMYK_TILES: readonly CmykTile[] = [
  { srgb: [188, 104, 92], expected: [186, 92, 79] },
  { srgb: [96, 140, 92], expected: [89, 136, 83] },
  { srgb: [84, 112, 152], expected: [82, 108, 145] },
  { srgb: [214, 176, 96], expected: [213, 178, 88] },
  { srgb: [140, 104, 136], expected: [140, 100, 130] },
  { srgb: [150, 146, 140], expected: [131, 128, 126] },
];

/** The centre of each tile, with the tile's colour in sRGB by `convert`. */
function knownTiles<Tile>(tiles: readonly Tile[], convert: (tile: Tile) => Rgb): KnownColour[] {
  return tiles.map((tile, index) => ({
    x: ((index % COLUMNS) + 0.5) / COLUMNS,
    y: (Math.floor(index / COLUMNS) + 0.5) / ROWS,
    srgb: convert(tile),
  }));
}

/** By file name in `sample-images/`. `tolerance` is the largest difference of one channel, in 8-bit steps: it allows for JPEG artefacts. */
export const KNOWN_COLOURS = {
  'display-p3.jpg': { tolerance: 8, colours: knownTiles(P3_TILES, displayP3ToSrgb) },
  'display-p3.heic': { tolerance: 8, colours: knownTiles(P3_TILES, displayP3ToSrgb) },
  'sixteen-bit.png': {
    tolerance: 2,
    colours: knownTiles(SIXTEEN_BIT_TILES, (tile) => mapRgb(tile, (value) => Math.round(value / 257))),
  },
  // Colour engines interpolate differently between the nodes of the table.
  'cmyk.jpg': { tolerance: 8, colours: knownTiles(CMYK_TILES, ({ expected }) => expected) },
} satisfies Record<string, { tolerance: number; colours: KnownColour[] }>;

/**
 * Rounded tiles with soft shadows on a pale background, as RGB samples from 0 to `white` (255 or 65535). At least the middle two thirds
 * of each cell have the tile's exact colour, so that a thumbnail can be checked there.
 */
export function paintTiles(
  tiles: readonly Rgb[],
  width: number,
  height: number,
  white: number,
): Float64Array {
  const data = new Float64Array(width * height * 3);
  const cell = Math.min(width / COLUMNS, height / ROWS);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const column = Math.floor((x * COLUMNS) / width);
    const row = Math.floor((y * ROWS) / height);
    const [dx, dy] = [x - ((column + 0.5) * width) / COLUMNS, y - ((row + 0.5) * height) / ROWS];
    const coverage = Math.min(1, Math.max(0, 0.5 - distanceToTile(dx, dy, cell)));
    const shadow = 0.3 * Math.exp(-Math.max(0, distanceToTile(dx, dy - cell * 0.025, cell)) / (cell * 0.04));
    const background = white * (0.93 - 0.1 * (y / height)) * (1 - shadow);
    const tile = tiles[row * COLUMNS + column] ?? [0, 0, 0];
    for (let c = 0; c < 3; c++) data[pixel * 3 + c] = background + ((tile[c] ?? 0) - background) * coverage;
  }
  return data;
}

/** Signed distance to a rounded square, in pixels, negative inside: https://iquilezles.org/articles/distfunctions2d/ */
function distanceToTile(x: number, y: number, cell: number): number {
  const radius = cell * 0.1;
  const [dx, dy] = [Math.abs(x) - cell * 0.42 + radius, Math.abs(y) - cell * 0.42 + radius];
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
}

/** The tiles in 8 bits a channel. */
export function tilePicture(tiles: readonly Rgb[], width: number, height: number): Picture {
  const data = Uint8Array.from(paintTiles(tiles, width, height, 255), Math.round);
  return { width, height, channels: 3, data };
}
