// Properties of items: ISO/IEC 23008-12, 6.5, and `colr` and `clap` of ISO/IEC 14496-12, 12.1.

import { box, fullBox, i32, text, u8, u16, u32 } from './boxes.js';
import type { CodedPicture } from './pictures.js';

export interface Property {
  readonly box: Buffer;
  /** Whether a reader that does not know it must refuse the item. */
  readonly isEssential: boolean;
}

function descriptive(bytes: Buffer): Property {
  return { box: bytes, isEssential: false };
}

function essential(bytes: Buffer): Property {
  return { box: bytes, isEssential: true };
}

/** The size of an item before its transformations, in pixels. */
export function size(width: number, height: number): Property {
  return descriptive(fullBox('ispe', 0, 0, u32(width, height)));
}

export function decoderConfiguration(picture: Pick<CodedPicture, 'configuration'>): Property {
  return essential(box('hvcC', picture.configuration));
}

/** Bits of each channel. */
export function pixelInformation(...bits: readonly number[]): Property {
  return descriptive(fullBox('pixi', 0, 0, u8(bits.length, ...bits)));
}

/** Colours by number: ITU-T H.273. */
export interface Nclx {
  /** 1 for BT.709 and sRGB, 9 for BT.2020, 12 for Display P3. */
  readonly primaries: number;
  /** 1 for BT.709, 13 for sRGB, 16 for PQ, 18 for HLG. */
  readonly transfer: number;
  /** 0 for RGB, 1 for BT.709, 6 for BT.601, 9 for BT.2020. */
  readonly matrix: number;
  /** @default true */
  readonly fullRange?: boolean;
}

export function nclx({ primaries, transfer, matrix, fullRange = true }: Nclx): Property {
  return descriptive(box('colr', text('nclx'), u16(primaries, transfer, matrix), u8(fullRange ? 0x80 : 0)));
}

/** The colours of a coded picture as they were encoded, with the primaries and transfer function of sRGB unless others are given. */
export function coloursOf(
  { coding: { matrix, fullRange } }: Pick<CodedPicture, 'coding'>,
  { primaries = 1, transfer = 13 }: Partial<Pick<Nclx, 'primaries' | 'transfer'>> = {},
): Property {
  return nclx({ primaries, transfer, matrix, fullRange });
}

/** An ICC profile, restricted or not. */
export function profile(icc: Buffer, type: 'prof' | 'rICC' = 'prof'): Property {
  return descriptive(box('colr', text(type), icc));
}

/** Anticlockwise, in quarter turns. */
export function rotation(quarters: number): Property {
  return essential(box('irot', u8(quarters)));
}

/** What a mirror exchanges. */
export type Mirror = 'left and right' | 'top and bottom';

/** By the second edition, 6.5.12: axis 0 exchanges top and bottom. The first edition was read either way. */
export function mirroring(mirror: Mirror): Property {
  return essential(box('imir', u8(mirror === 'left and right' ? 1 : 0)));
}

/** A number as numerator and denominator. */
export type Fraction = readonly [numerator: number, denominator: number];

/** The clean aperture: its size, and how far its centre lies right of and below the item's. */
export interface CleanAperture {
  readonly width: Fraction;
  readonly height: Fraction;
  readonly right: Fraction;
  readonly below: Fraction;
}

export function cleanAperture({ width, height, right, below }: CleanAperture): Property {
  return essential(box('clap', i32(...width, ...height, ...right, ...below)));
}

/** The part of an item of `whole` pixels that begins at `left` and `top`. */
export function crop(
  whole: readonly [width: number, height: number],
  part: { left: number; top: number; width: number; height: number },
): Property {
  return cleanAperture({
    width: [part.width, 1],
    height: [part.height, 1],
    right: [2 * part.left + part.width - whole[0], 2],
    below: [2 * part.top + part.height - whole[1], 2],
  });
}

/** Both names of an alpha plane: of HEVC's own, and of the codec-independent code points. */
export const ALPHA_TYPES = [
  'urn:mpeg:hevc:2015:auxid:1',
  'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha',
] as const;

/** What an auxiliary picture is: a name of {@link ALPHA_TYPES}, of a depth map, of a gain map. */
export function auxiliaryType(name: string): Property {
  return essential(fullBox('auxC', 0, 0, text(`${name}\0`)));
}
