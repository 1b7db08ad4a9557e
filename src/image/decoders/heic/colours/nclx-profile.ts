// An ICC profile for the primaries of an nclx profile, so that libvips converts such colours as it does those with an ICC profile.

import { adaptation, xyz } from '../../colours/adaptation.js';
import { type Matrix, product, type Vector } from '../../colours/matrices.js';
import { srgbToLight } from '../../colours/srgb.js';
import { primariesOf, toXyz } from './primaries.js';
import type { Curve } from './transfer.js';

/** Primaries of sRGB, or unspecified. */
const SRGB_PRIMARIES: ReadonlySet<number> = new Set([1, 2]);

/** The white of ICC profiles (ICC.1:2022, 7.2.16). */
const D50: Vector = [0.9642, 1, 0.8249];

/**
 * A profile for colours of these primaries that are coded by sRGB's curve; undefined for sRGB itself.
 * @param primaries ColourPrimaries (ISO/IEC 23091-2, table 2).
 */
export function profileOf(primaries: number): Buffer | undefined {
  return SRGB_PRIMARIES.has(primaries) ? undefined : encodeProfile(adaptedMatrix(primaries), srgbToLight);
}

/** From linear RGB to XYZ, adapted to D50. */
function adaptedMatrix(code: number): Matrix {
  const primaries = primariesOf(code);
  return product(adaptation(xyz(primaries[6], primaries[7]), D50), toXyz(primaries));
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
