// The coded still pictures that test HEIFs are made of, each a bitstream in test/fixtures/heif/ of some hundred bytes, and the colours
// that they show. scripts/make-heif-fixtures.ts encodes them from these tables.

import fs from 'node:fs';
import path from 'node:path';
import type { Rgb } from '../../../../scripts/painting/canvas.js';
import { projectFolder } from '../../paths.js';
import { codedPicture } from './hevc.js';

export const heifFixtures: string = path.join(projectFolder, 'test/fixtures/heif');

/** How the colours of a picture become samples: ITU-T H.273, 8.3. */
export interface Coding {
  readonly chroma: '4:0:0' | '4:2:0' | '4:2:2' | '4:4:4';
  readonly bits: 8 | 10 | 12;
  /** MatrixCoefficients: 0 for RGB itself, 1 for BT.709, 6 for BT.601, 9 for BT.2020. */
  readonly matrix: 0 | 1 | 6 | 9;
  readonly fullRange: boolean;
  /** Whether the bitstream itself says its matrix and range (VUI). */
  readonly says: boolean;
}

/** What a picture shows. */
export type Motif =
  /** Four quarters of one colour each, and a white mark of an eighth of the width in the upper left corner. */
  | { readonly kind: 'quarters'; readonly premultiplied?: boolean }
  /** The quarters between bars of black: above and below, or left and right. */
  | { readonly kind: 'barred'; readonly bars: 'above and below' | 'left and right' }
  | { readonly kind: 'solid'; readonly colour: Rgb }
  /** An alpha plane: opaque, but for the lower right quarter (see {@link QUARTER_ALPHA}) and a transparent upper right one. */
  | { readonly kind: 'alpha' }
  /** A painted landscape with fine detail, or its part from `left` and `top` on; `of` is the size of the whole. */
  | {
      readonly kind: 'landscape';
      readonly of: readonly [width: number, height: number];
      readonly left: number;
      readonly top: number;
    };

export interface PictureDescription {
  readonly width: number;
  readonly height: number;
  readonly motif: Motif;
  readonly coding: Coding;
}

/** Upper left, upper right, lower left, lower right. */
export const QUARTERS: readonly [Rgb, Rgb, Rgb, Rgb] = [
  [190, 70, 60],
  [70, 150, 80],
  [60, 80, 170],
  [210, 180, 80],
];
export const MARK: Rgb = [240, 240, 240];
/** Alpha of the quarters, in the same order; 0 to 255. */
export const QUARTER_ALPHA: readonly [number, number, number, number] = [255, 0, 255, 128];

/** What Apple's and Samsung's cameras write. */
const USUAL: Coding = { chroma: '4:2:0', bits: 8, matrix: 6, fullRange: true, says: false };
const GREY: Coding = { ...USUAL, chroma: '4:0:0' };

function quarters(coding: Partial<Coding> = {}, width = 128, height = 96): PictureDescription {
  return { width, height, motif: { kind: 'quarters' }, coding: { ...USUAL, ...coding } };
}

function solid(colour: Rgb): PictureDescription {
  return { width: 64, height: 64, motif: { kind: 'solid', colour }, coding: USUAL };
}

function landscape(width: number, height: number, left = 0, top = 0): PictureDescription {
  const motif = { kind: 'landscape', of: [512, 384], left, top } as const;
  return { width, height, motif, coding: USUAL };
}

/** By the name of the bitstream, without `.hevc`. */
const descriptions = {
  quarters: quarters(),
  'quarters-64': quarters({}, 64, 64),
  // As pictures that a file holds beside its full one: of the same shape, and of others.
  'quarters-64x48': quarters({}, 64, 48),
  'quarters-96x72': quarters({}, 96, 72),
  'quarters-256x192': quarters({}, 256, 192),
  'quarters-upright': quarters({}, 48, 64),
  'bars-above-and-below': {
    ...quarters(),
    motif: { kind: 'barred', bars: 'above and below' },
  },
  'bars-left-and-right': {
    ...quarters(),
    motif: { kind: 'barred', bars: 'left and right' },
  },
  // Sides that are no multiple of what HEVC encodes: cut by the bitstream itself.
  'quarters-odd': quarters({}, 102, 70),
  'quarters-4:2:2': quarters({ chroma: '4:2:2' }),
  'quarters-4:4:4': quarters({ chroma: '4:4:4' }),
  'quarters-grey': quarters({ chroma: '4:0:0' }),
  'quarters-10-bits': quarters({ bits: 10 }),
  'quarters-10-bits-4:2:2': quarters({ bits: 10, chroma: '4:2:2' }),
  'quarters-10-bits-grey': quarters({ bits: 10, chroma: '4:0:0' }),
  'quarters-12-bits': quarters({ bits: 12 }),
  'quarters-limited': quarters({ fullRange: false }),
  'quarters-709': quarters({ matrix: 1 }),
  'quarters-709-limited-says': quarters({ matrix: 1, fullRange: false, says: true }),
  'quarters-2020-10-bits': quarters({ matrix: 9, bits: 10, fullRange: false }),
  'quarters-rgb': quarters({ matrix: 0, chroma: '4:4:4' }),
  'quarters-premultiplied': { ...quarters(), motif: { kind: 'quarters', premultiplied: true } },
  alpha: { width: 128, height: 96, motif: { kind: 'alpha' }, coding: GREY },
  'alpha-64': { width: 64, height: 64, motif: { kind: 'alpha' }, coding: GREY },
  red: solid(QUARTERS[0]),
  green: solid(QUARTERS[1]),
  blue: solid(QUARTERS[2]),
  yellow: solid(QUARTERS[3]),
  black: solid([0, 0, 0]),
  landscape: landscape(512, 384),
  'landscape-0-0': landscape(256, 256),
  'landscape-1-0': landscape(256, 256, 256, 0),
  'landscape-0-1': landscape(256, 256, 0, 256),
  'landscape-1-1': landscape(256, 256, 256, 256),
  'landscape-thumbnail': {
    ...landscape(256, 192),
    motif: { kind: 'landscape', of: [256, 192], left: 0, top: 0 },
  },
  tile: { ...landscape(512, 512), motif: { kind: 'landscape', of: [512, 512], left: 0, top: 0 } },
} as const satisfies Record<string, PictureDescription>;

export type PictureName = keyof typeof descriptions;

export const pictureDescriptions: Readonly<Record<PictureName, PictureDescription>> = descriptions;

/** A still picture as a HEIF holds it. */
export interface CodedPicture {
  readonly width: number;
  readonly height: number;
  readonly coding: Coding;
  /** The content of its `hvcC` box. */
  readonly configuration: Buffer;
  /** Its item's data: NAL units, each behind its length in four bytes. */
  readonly data: Buffer;
}

/** A picture of the fixtures by its name, or another one. */
export type Picture = PictureName | CodedPicture;

const read = new Map<PictureName, CodedPicture>();

/** The same object each time, so that files that use a picture twice hold it once. */
export function heifPicture(name: Picture): CodedPicture {
  if (typeof name !== 'string') return name;
  const known = read.get(name);
  if (known !== undefined) return known;
  const { width, height, coding } = pictureDescriptions[name];
  const stream = fs.readFileSync(path.join(heifFixtures, fileName(name)));
  const picture = { width, height, coding, ...codedPicture(stream, coding) };
  read.set(name, picture);
  return picture;
}

/** `quarters-4:2:2` is quarters-422.hevc: not every file system has names with a colon. */
export function fileName(name: PictureName): string {
  return `${name.replaceAll(':', '')}.hevc`;
}
