// Small ICC profiles of version 2 (ICC.1:2001-04): matrix profiles of RGB spaces, a curve for grey, a table for CMYK.

import type { Samples } from './chart.js';
import { fromInks, inLab, primary, type RgbSpace, toLinear } from './spaces.js';

const CURVE_POINTS = 1024;
/** Of each ink in the table for CMYK. */
const GRID_POINTS = 9;
/** X, Y and Z of the white point D50, as the profile connection space has it. */
const D50 = [0.9642, 1, 0.8249];

/** An RGB space: the curve of its channels and its primaries. */
export function rgbProfile(space: RgbSpace): Buffer {
  const curve = curveTag((sample) => toLinear(space, sample));
  return profile('mntr', 'RGB ', 'XYZ ', [
    ...['rXYZ', 'gXYZ', 'bXYZ'].map((name, channel) => [name, xyzTag(primary(space, channel))] as const),
    ...['rTRC', 'gTRC', 'bTRC'].map((name) => [name, curve] as const),
  ]);
}

/** A grey whose samples reflect the part of the light that `curve` says. */
export function greyProfile(curve: (sample: number) => number): Buffer {
  return profile('mntr', 'GRAY', 'XYZ ', [['kTRC', curveTag(curve)]]);
}

/** A press whose inks are those of `fromInks`. */
export function cmykProfile(): Buffer {
  return profile('prtr', 'CMYK', 'Lab ', [['A2B0', inkTable()]]);
}

type Tag = readonly [name: string, data: Buffer];

function profile(kind: string, space: string, connection: string, tags: readonly Tag[]): Buffer {
  const all: readonly Tag[] = [
    ['desc', descriptionTag()],
    ['cprt', Buffer.from('text\0\0\0\0none\0', 'latin1')],
    ['wtpt', xyzTag(D50)],
    ...tags,
  ];
  const table = Buffer.alloc(4 + 12 * all.length);
  table.writeUInt32BE(all.length);
  const data: Buffer[] = [];
  let end = 128 + table.length;
  for (const [index, [name, bytes]] of all.entries()) {
    table.write(name, 4 + 12 * index, 'latin1');
    table.writeUInt32BE(end, 8 + 12 * index);
    table.writeUInt32BE(bytes.length, 12 + 12 * index);
    const padded = Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
    data.push(padded);
    end += padded.length;
  }
  const header = Buffer.alloc(128);
  header.writeUInt32BE(end, 0);
  header.writeUInt32BE(0x02400000, 8); // Version 2.4
  header.write(`${kind}${space}${connection}`, 12, 'latin1');
  header.writeUInt16BE(2026, 24);
  header.writeUInt16BE(1, 26);
  header.writeUInt16BE(1, 28);
  header.write('acsp', 36, 'latin1');
  D50.forEach((value, index) => {
    header.writeInt32BE(fixed(value), 68 + 4 * index);
  });
  return Buffer.concat([header, table, ...data]);
}

/** Of the form s15Fixed16Number. */
function fixed(value: number): number {
  return Math.round(value * 65_536);
}

function descriptionTag(): Buffer {
  const text = 'a test\0';
  const tag = Buffer.alloc(12 + text.length + 78);
  tag.write('desc', 'latin1');
  tag.writeUInt32BE(text.length, 8);
  tag.write(text, 12, 'latin1');
  return tag;
}

function xyzTag(values: Samples): Buffer {
  const tag = Buffer.alloc(20);
  tag.write('XYZ ', 'latin1');
  values.forEach((value, index) => {
    tag.writeInt32BE(fixed(value), 8 + 4 * index);
  });
  return tag;
}

function curveTag(curve: (sample: number) => number): Buffer {
  const tag = Buffer.alloc(12 + 2 * CURVE_POINTS);
  tag.write('curv', 'latin1');
  tag.writeUInt32BE(CURVE_POINTS, 8);
  for (let point = 0; point < CURVE_POINTS; point += 1)
    tag.writeUInt16BE(Math.round(curve(point / (CURVE_POINTS - 1)) * 65_535), 12 + 2 * point);
  return tag;
}

/** Of the type lut16Type: inks to CIELAB; the last ink's grid runs fastest. */
function inkTable(): Buffer {
  const head = Buffer.alloc(52);
  head.write('mft2', 'latin1');
  head.set([4, 3, GRID_POINTS], 8);
  for (const at of [12, 28, 44]) head.writeInt32BE(fixed(1), at); // The identity matrix
  head.writeUInt16BE(2, 48);
  head.writeUInt16BE(2, 50);
  const straight = (channels: number) => Array.from({ length: channels }, () => [0, 65_535]).flat();
  const grid = Array.from({ length: GRID_POINTS ** 4 }, (_, at) => {
    const inks = [3, 2, 1, 0].map(
      (power) => (Math.floor(at / GRID_POINTS ** power) % GRID_POINTS) / (GRID_POINTS - 1),
    );
    const [lightness = 0, a = 0, b = 0] = inLab(fromInks(inks));
    return [(lightness / 100) * 0xff00, (a + 128) * 256, (b + 128) * 256].map(Math.round);
  }).flat();
  const words = [...straight(4), ...grid, ...straight(3)];
  const tables = Buffer.alloc(2 * words.length);
  words.forEach((word, index) => {
    tables.writeUInt16BE(word, 2 * index);
  });
  return Buffer.concat([head, tables]);
}
