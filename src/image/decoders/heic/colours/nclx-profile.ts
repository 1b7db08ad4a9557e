// An ICC profile for the numbers of an nclx profile, so that libvips converts such colours as it does those with an ICC profile.

import type { Nclx } from '../libheif/heif-image.js';
import { inverse, type Matrix, primariesOf, product, times, toXyz, type Vector, xyz } from './primaries.js';

/** Primaries of sRGB, or unspecified. */
const SRGB_PRIMARIES: ReadonlySet<number> = new Set([1, 2]);

/** The white of ICC profiles (ICC.1:2022, 7.2.16). */
const D50: Vector = [0.9642, 1, 0.8249];

/** Bradford's cone responses, with which ICC profiles are adapted (ICC.1:2022, annex E). */
const BRADFORD: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

/** Luminance of white in SDR, and the most that is told apart from it, in cd/m2 (ITU-R BT.2408, 3.1: graphics white). */
const WHITE = 203;
const PEAK = 1000;
/** Up to this part of white, luminance stays as it is. */
const KNEE = 0.6;

/** From a coded value to light, both from 0 to 1, where 1 is white. */
type Curve = (value: number) => number;

/**
 * A profile, or undefined for what is sRGB already. The camera's curves BT.709, BT.601 and BT.2020 count as sRGB's, as browsers and
 * phones show such pictures. PQ and HLG are brought to SDR: what is up to 122 cd/m2 stays, 203 becomes 81 % and 1000 becomes white.
 */
export function profileOf(nclx: Nclx | undefined): Buffer | undefined {
  if (nclx === undefined) return undefined;
  const curve = curveOf(nclx.transfer);
  if (curve === undefined && SRGB_PRIMARIES.has(nclx.primaries)) return undefined;
  return encodeProfile(adaptedMatrix(nclx.primaries), curve ?? srgb);
}

/** By TransferCharacteristics (ISO/IEC 23091-2, table 3); undefined for sRGB's. */
function curveOf(transfer: number): Curve | undefined {
  if (transfer === 4) return (value) => value ** 2.2;
  if (transfer === 5) return (value) => value ** 2.8;
  if (transfer === 8) return (value) => value;
  if (transfer === 16) return (value) => toned(perceptualQuantizer(value) / WHITE);
  if (transfer === 17) return (value) => Math.min(1, (52.37 / 48) * value ** 2.6);
  if (transfer === 18) return (value) => toned((PEAK * hybridLogGamma(value) ** 1.2) / WHITE);
  return undefined;
}

function srgb(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** cd/m2 (SMPTE ST 2084). */
function perceptualQuantizer(value: number): number {
  const [m1, m2, c1, c2, c3] = [0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875];
  const power = value ** (1 / m2);
  return 10_000 * (Math.max(0, power - c1) / (c2 - c3 * power)) ** (1 / m1);
}

/** Light of the scene, from 0 to 1 (ITU-R BT.2100, table 5). */
function hybridLogGamma(value: number): number {
  const [a, b, c] = [0.17883277, 0.28466892, 0.55991073];
  return value <= 0.5 ? value ** 2 / 3 : (Math.exp((value - c) / a) + b) / 12;
}

/** Light beyond the knee is compressed, so that PEAK becomes white; the slope is 1 at the knee. */
function toned(light: number): number {
  if (light <= KNEE) return light;
  const peak = PEAK / WHITE;
  const slope = (peak - KNEE) / (1 - KNEE);
  const part = Math.min(1, (light - KNEE) / (peak - KNEE));
  return KNEE + (1 - KNEE) * ((part * slope) / (1 + (slope - 1) * part));
}

/** From linear RGB to XYZ, adapted to D50. */
function adaptedMatrix(code: number): Matrix {
  const primaries = primariesOf(code);
  const from = times(BRADFORD, xyz(primaries[6], primaries[7]));
  const to = times(BRADFORD, D50);
  const scale: Matrix = [
    [to[0] / from[0], 0, 0],
    [0, to[1] / from[1], 0],
    [0, 0, to[2] / from[2]],
  ];
  const adaptation = product(inverse(BRADFORD), product(scale, BRADFORD));
  return product(adaptation, toXyz(primaries));
}

const HEADER_BYTES = 128;
const CURVE_POINTS = 1024;

/** A matrix/TRC profile of version 2 (ICC.1:2001-04). */
function encodeProfile(matrix: Matrix, curve: Curve): Buffer {
  const columns = [0, 1, 2].map((index) => matrix.map((row) => row[index] ?? 0));
  const trc = encodeCurve(curve);
  const parts: ReadonlyArray<readonly [name: string, data: Buffer]> = [
    ['desc', encodeDescription('nclx')],
    ['cprt', encodeText('none')],
    ['wtpt', encodeXyz(D50)],
    ['rXYZ', encodeXyz(columns[0] ?? [])],
    ['gXYZ', encodeXyz(columns[1] ?? [])],
    ['bXYZ', encodeXyz(columns[2] ?? [])],
    ['rTRC', trc],
    ['gTRC', trc],
    ['bTRC', trc],
  ];
  const table = Buffer.alloc(4 + 12 * parts.length);
  table.writeUInt32BE(parts.length, 0);
  const data: Buffer[] = [];
  const places = new Map<Buffer, number>();
  let end = HEADER_BYTES + table.length;
  for (const [index, [name, part]] of parts.entries()) {
    let at = places.get(part);
    if (at === undefined) {
      at = end;
      places.set(part, at);
      data.push(part);
      end += part.length;
    }
    table.write(name, 4 + 12 * index, 'latin1');
    table.writeUInt32BE(at, 8 + 12 * index);
    table.writeUInt32BE(part.length, 12 + 12 * index);
  }
  return Buffer.concat([encodeHeader(end), table, ...data]);
}

function encodeHeader(length: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(length, 0);
  header.writeUInt32BE(0x02400000, 8);
  header.write('mntrRGB XYZ ', 12, 'latin1');
  header.write('acsp', 36, 'latin1');
  encodeXyz(D50).copy(header, 68, 8);
  return header;
}

function encodeXyz(vector: readonly number[]): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.write('XYZ ', 0, 'latin1');
  vector.forEach((value, index) => {
    bytes.writeInt32BE(Math.round(value * 65_536), 8 + 4 * index);
  });
  return bytes;
}

function encodeCurve(curve: Curve): Buffer {
  const bytes = Buffer.alloc(12 + 2 * CURVE_POINTS);
  bytes.write('curv', 0, 'latin1');
  bytes.writeUInt32BE(CURVE_POINTS, 8);
  for (let point = 0; point < CURVE_POINTS; point += 1)
    bytes.writeUInt16BE(Math.round(65_535 * curve(point / (CURVE_POINTS - 1))), 12 + 2 * point);
  return bytes;
}

/** Padded to four bytes. */
function encodeText(text: string): Buffer {
  const bytes = Buffer.alloc(8 + Math.ceil((text.length + 1) / 4) * 4);
  bytes.write('text', 0, 'latin1');
  bytes.write(text, 8, 'latin1');
  return bytes;
}

function encodeDescription(text: string): Buffer {
  const bytes = Buffer.alloc(Math.ceil((12 + text.length + 1 + 78) / 4) * 4);
  bytes.write('desc', 0, 'latin1');
  bytes.writeUInt32BE(text.length + 1, 8);
  bytes.write(text, 12, 'latin1');
  return bytes;
}
