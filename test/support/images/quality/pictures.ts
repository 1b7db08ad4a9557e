// What a small picture can get wrong: scenes as photographs have them, fine detail that turns into patterns, noise.

import sharp, { type Sharp } from 'sharp';
import { mulberry32 } from '../../../../scripts/painting/noise.js';
import { picture } from '../jpeg/pictures.js';

/** A little more than 16 times a thumbnail of 64 pixels, 8 times one of 128, 4 times one of 200, which decide how far a JPEG is shrunk. */
const SIZE = { width: 1040, height: 776 };

export type PictureName = 'landscape' | 'detail' | 'noise';

const made = new Map<PictureName, Buffer>();

/** The same pixels each time, RGB of 8 bits. */
export async function testPicture(name: PictureName): Promise<Sharp> {
  const data = made.get(name) ?? (await PICTURES[name]());
  made.set(name, data);
  return sharp(data, { raw: { ...SIZE, channels: 3 } });
}

const PICTURES: Readonly<Record<PictureName, () => Promise<Buffer>>> = {
  landscape: async () => Buffer.from((await picture({ ...SIZE, scene: 'mountains', seed: 1 })).data),
  detail: async () => grey(detailAt),
  noise: async () => {
    const random = mulberry32(11);
    return Buffer.from(Uint8Array.from({ length: SIZE.width * SIZE.height * 3 }, () => random() * 256));
  },
};

function grey(level: (x: number, y: number) => number): Buffer {
  const data = Buffer.alloc(SIZE.width * SIZE.height * 3);
  for (let at = 0; at < data.length; at += 3) {
    const pixel = at / 3;
    data.fill(level(pixel % SIZE.width, Math.floor(pixel / SIZE.width)), at, at + 3);
  }
  return data;
}

const DARK = 24;
const BRIGHT = 232;

/** Left half: rings that become finer outwards. Right half: writing above, hairs below. */
function detailAt(x: number, y: number): number {
  const [middle, half] = [SIZE.width / 2, SIZE.height / 2];
  if (x < middle) {
    const square = (x - middle / 2) ** 2 + (y - half) ** 2;
    return 128 + 104 * Math.cos((Math.PI * square) / SIZE.height);
  }
  return y < half ? writing(x, y) : hairs(x, y);
}

/** Letters of 5 x 7 squares of 2 pixels each. */
function writing(x: number, y: number): number {
  const [column, row] = [x >> 1, y >> 1];
  const [inLetter, inLine] = [column % 7, row % 11];
  if (inLetter >= 5 || inLine >= 7) return BRIGHT;
  const letter = Math.floor(column / 7) * 31 + Math.floor(row / 11) * 17;
  const bits = Math.imul(letter + 1, 0x9e3779b1) >>> ((inLine * 5 + inLetter) % 27);
  return bits & 1 ? DARK : BRIGHT;
}

/** Lines of a pixel or two in three directions. */
function hairs(x: number, y: number): number {
  const isHair = (x * 3 + y) % 41 < 3 || (x * 2 - y * 3 + 9000) % 97 < 4 || (x + y * 5) % 211 < 5;
  return isHair ? DARK : BRIGHT;
}
