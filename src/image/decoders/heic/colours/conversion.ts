// From coded samples to red, green and blue (ISO/IEC 23091-2, 8.3): always a matrix and an offset, so it may follow a shrink.

import { unsupportedFeatureError } from '../../../../errors.js';
import type { Decoded, Nclx } from '../libheif/decoded.js';
import { lumaWeightsOf } from './primaries.js';

/** R, G and B as weights of the three samples, and what is added; all of them from 0 to 1, samples as they are coded. */
export interface Conversion {
  /** Row by row. */
  readonly weights: readonly number[];
  readonly offsets: readonly number[];
}

/** Without a profile libheif assumes BT.601 at full range. */
const ASSUMED: Nclx = { primaries: 2, transfer: 2, matrix: 2, isFullRange: true };

/** Kr and Kb by MatrixCoefficients. 2 is unspecified; 10 is the constant luminance of BT.2020, of which this is an approximation. */
const LUMA_WEIGHTS: ReadonlyMap<number, readonly [red: number, blue: number]> = new Map([
  [1, [0.2126, 0.0722]],
  [2, [0.299, 0.114]],
  [4, [0.3, 0.11]],
  [5, [0.299, 0.114]],
  [6, [0.299, 0.114]],
  [7, [0.212, 0.087]],
  [9, [0.2627, 0.0593]],
  [10, [0.2627, 0.0593]],
]);

/** @throws {ThumbsError} `UNSUPPORTED` */
export function conversionOf({ colourspace, channels, nclx = ASSUMED }: Decoded): Conversion {
  const bits = channels[0]?.bits ?? 8;
  if (colourspace === 'RGB') return rangeOf([1, 0, 0, 0, 1, 0, 0, 0, 1], [false, false, false], bits, true);
  if (colourspace === 'grey')
    return rangeOf(
      [1, 0, 0, 1, 0, 0, 1, 0, 0],
      [false, true, true],
      bits,
      nclx.isFullRange || isUnspecified(nclx),
    );
  if (nclx.matrix === 0)
    return rangeOf([0, 0, 1, 1, 0, 0, 0, 1, 0], [false, false, false], bits, nclx.isFullRange);
  return rangeOf(matrixOf(nclx), [false, true, true], bits, nclx.isFullRange);
}

/** What libheif says of a bitstream that says nothing. It shows such a grey picture as it is. */
function isUnspecified({ primaries, transfer, matrix }: Nclx): boolean {
  return primaries === 2 && transfer === 2 && matrix === 2;
}

function matrixOf(nclx: Nclx): number[] {
  // YCgCo.
  if (nclx.matrix === 8) return [1, -1, 1, 1, 1, 0, 1, -1, -1];
  const derived = nclx.matrix === 12 || nclx.matrix === 13 ? lumaWeightsOf(nclx.primaries) : undefined;
  const weights = derived ?? LUMA_WEIGHTS.get(nclx.matrix);
  if (weights === undefined) throw unsupportedFeatureError('heic', `colour matrix ${nclx.matrix}`);
  const [red, blue] = weights;
  const green = 1 - red - blue;
  return [
    ...[1, 0, 2 * (1 - red)],
    ...[1, (-2 * blue * (1 - blue)) / green, (-2 * red * (1 - red)) / green],
    ...[1, 2 * (1 - blue), 0],
  ];
}

/** Takes the range of coded samples into a matrix for samples from 0 to 1, or from -0.5 to 0.5 for chroma. */
function rangeOf(
  matrix: readonly number[],
  isChroma: readonly boolean[],
  bits: number,
  isFullRange: boolean,
): Conversion {
  const unit = 2 ** (bits - 8);
  const most = 2 ** bits - 1;
  const ranges = isChroma.map((chroma) => {
    const zero = chroma ? 128 * unit : isFullRange ? 0 : 16 * unit;
    const size = isFullRange ? most : (chroma ? 224 : 219) * unit;
    return { zero, size };
  });
  const weights = matrix.map((weight, index) => weight / (ranges[index % 3]?.size ?? 1));
  const offsets = [0, 1, 2].map((row) =>
    ranges.reduce((sum, { zero }, column) => sum - zero * (weights[3 * row + column] ?? 0), 0),
  );
  return { weights, offsets };
}
