// Curves from coded values to light, by TransferCharacteristics (ISO/IEC 23091-2, table 3), and from those to sRGB's curve.

import { lightToSrgb } from '../../colours/srgb.js';

/** Luminance of white in SDR, and the most that is told apart from white, in cd/m2 (ITU-R BT.2408, 3.1: graphics white). */
const WHITE = 203;
const PEAK = 1000;
/** Up to this part of white, luminance stays as it is. */
const KNEE = 0.6;

/** Both from 0 to 1, where 1 is white. */
export type Curve = (value: number) => number;

/** Values of a coded sample that are told apart. */
const TABLE_SIZE = 4096;

/**
 * For each coded value the 8 bits that show the same light by sRGB's curve; undefined where it is that curve. The cameras' curves
 * BT.709, BT.601 and BT.2020 count as sRGB's, as browsers and phones show such pictures. PQ and HLG are brought to SDR: what is up to
 * 122 cd/m2 stays, 203 becomes 81 % of white, and 1000 becomes white.
 */
export function tableOf(transfer: number): Uint8Array | undefined {
  const curve = curveOf(transfer);
  if (curve === undefined) return undefined;
  return Uint8Array.from({ length: TABLE_SIZE }, (_, index) =>
    Math.round(255 * lightToSrgb(curve(index / (TABLE_SIZE - 1)))),
  );
}

/** Undefined for sRGB's. */
function curveOf(transfer: number): Curve | undefined {
  if (transfer === 4) return (value) => value ** 2.2;
  if (transfer === 5) return (value) => value ** 2.8;
  if (transfer === 8) return (value) => value;
  if (transfer === 16) return (value) => toned(perceptualQuantizer(value) / WHITE);
  if (transfer === 17) return (value) => Math.min(1, (52.37 / 48) * value ** 2.6);
  if (transfer === 18) return (value) => toned((PEAK * hybridLogGamma(value) ** 1.2) / WHITE);
  return undefined;
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
