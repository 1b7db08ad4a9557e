// Whether a TIFF has CIELAB colours, by its first directory, and the tags by which they are read.

import { type Entry, TiffBytes, TYPE } from './directory.js';
import type { Chromaticity } from './lab-colours.js';

const PHOTOMETRIC = 262;
const WHITE_POINT = 318;
const EXTRA_SAMPLES = 338;
/** PhotometricInterpretation: CIE L*a*b*, and ICC's form of it. */
const LAB = [8, 9];
/** ExtraSamples: alpha by which colours are not multiplied. */
const UNASSOCIATED_ALPHA = 2;

export interface LabTags {
  /** 8 or 9. */
  readonly photometric: number;
  /** Where that stands in the file. */
  readonly photometricAt: number;
  readonly isLittleEndian: boolean;
  readonly extraSamples: 'none' | 'alpha' | 'others';
  /** Undefined when the file does not say, or says what is no colour. */
  readonly whitePoint: Chromaticity | undefined;
}

/** Undefined for a file of other colours, and for BigTIFF. */
export function labTagsOf(file: Buffer): LabTags | undefined {
  const tiff = TiffBytes.of(file);
  const entries = tiff?.firstDirectory();
  if (tiff === undefined || entries === undefined) return undefined;
  const find = (wanted: number) => entries.find(({ tag }) => tag === wanted);
  const found = find(PHOTOMETRIC);
  if (found === undefined || found.type !== TYPE.SHORT) return undefined;
  const photometric = tiff.u16(found.valueAt);
  if (!LAB.includes(photometric)) return undefined;
  return {
    photometric,
    photometricAt: found.valueAt,
    isLittleEndian: tiff.isLittleEndian,
    extraSamples: extraSamplesOf(tiff, find(EXTRA_SAMPLES)),
    whitePoint: chromaticityOf(tiff, find(WHITE_POINT)),
  };
}

function extraSamplesOf(tiff: TiffBytes, entry: Entry | undefined): LabTags['extraSamples'] {
  if (entry === undefined || entry.count === 0) return 'none';
  return entry.count === 1 && tiff.u16(entry.valueAt) === UNASSOCIATED_ALPHA ? 'alpha' : 'others';
}

function chromaticityOf(tiff: TiffBytes, entry: Entry | undefined): Chromaticity | undefined {
  if (entry === undefined || entry.type !== TYPE.RATIONAL || entry.count !== 2) return undefined;
  const at = tiff.u32(entry.valueAt);
  if (at + 16 > tiff.length) return undefined;
  const [x, y] = [tiff.u32(at) / tiff.u32(at + 4), tiff.u32(at + 8) / tiff.u32(at + 12)];
  return x > 0 && y > 0 && x + y < 1 ? [x, y] : undefined;
}
