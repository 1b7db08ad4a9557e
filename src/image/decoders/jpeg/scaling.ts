// Which coefficients a reduced image needs, and their weights in a smaller inverse DCT.
//
// Each sample of a reduced block is the mean of 2 x 2 or 4 x 4 pixels. The mean of two neighbouring samples of the 8-point basis
// function of frequency u is a sample of the 4-point basis function times cos(u pi / 16). The mean of four is a sample of the
// 2-point basis function times cos(u pi / 16) cos(u pi / 8).

/** Samples per side that a block of 8 x 8 coefficients is reconstructed to. */
export type BlockSize = 1 | 2 | 4;

/** An AC coefficient to decode. */
export interface KeptCoefficient {
  /** Zigzag index, 1 to 63. */
  readonly zigzag: number;
  /** Horizontal and vertical frequency. */
  readonly u: number;
  readonly v: number;
  /** Dequantises and scales it. */
  readonly weight: number;
}

/** Basis functions of the 4-point inverse DCT: `COSINES[u][x]`. */
export const COSINES: ReadonlyArray<readonly number[]> = [0, 1, 2, 3].map((u) =>
  [0, 1, 2, 3].map((x) => Math.cos(((2 * x + 1) * u * Math.PI) / 8)),
);

/** Frequencies [u, v] in zigzag order (T.81, figure 5). */
const ZIGZAG: ReadonlyArray<readonly [u: number, v: number]> = makeZigzag();

function makeZigzag(): Array<[number, number]> {
  const order: Array<[number, number]> = [];
  for (let diagonal = 0; diagonal < 15; diagonal += 1) {
    for (let step = 0; step <= diagonal; step += 1) {
      const [u, v] = diagonal % 2 === 0 ? [step, diagonal - step] : [diagonal - step, step];
      if (u < 8 && v < 8) order.push([u, v]);
    }
  }
  return order;
}

/**
 * Zigzag index of the last coefficient that is decoded, by block size. Those after it are small and cost time: without them
 * thumbnails of photographs have a PSNR of 50 dB or more against thumbnails made with all coefficients.
 */
const LAST_KEPT: Readonly<Record<BlockSize, number>> = { 1: 0, 2: 4, 4: 13 };

/**
 * The factor of a frequency in one dimension: C(u) of T.81, A.3.3, times the attenuation by the mean; undefined if the block size
 * cannot represent the frequency. For size 2 it includes the magnitude of the basis function, cos(u pi / 4), of which `idct2x2`
 * adds only the sign.
 */
function gain(frequency: number, size: BlockSize): number | undefined {
  if (frequency === 0) return Math.SQRT1_2;
  if (frequency >= size) return undefined;
  const angle = (frequency * Math.PI) / 16;
  return size === 4 ? Math.cos(angle) : Math.cos(2 * angle) * Math.cos(angle) * Math.cos(4 * angle);
}

/** The AC coefficients that blocks of this size need, in zigzag order. @param quantisationTable In zigzag order. */
export function chooseCoefficients(size: BlockSize, quantisationTable: Uint8Array): KeptCoefficient[] {
  if (size === 1) return [];
  return ZIGZAG.slice(0, LAST_KEPT[size] + 1).flatMap(([u, v], zigzag) => {
    const [gainU, gainV] = [gain(u, size), gain(v, size)];
    if (zigzag === 0 || gainU === undefined || gainV === undefined) return [];
    return { zigzag, u, v, weight: ((quantisationTable[zigzag] ?? 0) * gainU * gainV) / 4 };
  });
}
