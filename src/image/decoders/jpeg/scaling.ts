// Which coefficients a smaller image needs, and what they count.
//
// A block of 8 x 8 pixels at half or a quarter of its size is the mean of each 2 x 2 or 4 x 4 of them. A cosine of frequency u,
// averaged over two neighbours, is a cosine of a transform of four, cos(u pi / 16) times as high; averaged over four, one of a
// transform of two.

/** Samples that are made of a block of 8 x 8, across and down. */
export type SampleSize = 1 | 2 | 4;

/** A coefficient that counts. */
export interface Kept {
  /** Its place in the file's order, 1 to 63. */
  readonly zigzag: number;
  /** Its frequencies across and down. */
  readonly u: number;
  readonly v: number;
  readonly weight: number;
}

/** Samples of each frequency of the transform of four. */
export const COSINES: ReadonlyArray<readonly number[]> = [0, 1, 2, 3].map((u) =>
  [0, 1, 2, 3].map((x) => Math.cos(((2 * x + 1) * u * Math.PI) / 8)),
);

/** Frequencies [across, down] in zigzag order (T.81, figure 5). */
const ZIGZAG: ReadonlyArray<readonly [number, number]> = makeZigzag();

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
 * The last place that is kept, for so many samples: what comes after it is small, and costs time. Measured on photographs, thumbnails
 * differ from those of all coefficients by 50 dB and more.
 */
const LAST_KEPT: Readonly<Record<SampleSize, number>> = { 1: 0, 2: 4, 4: 13 };

/** How high a frequency comes out when `size` samples are made of eight, or undefined when it is left out. */
function height(frequency: number, size: SampleSize): number | undefined {
  if (frequency === 0) return Math.SQRT1_2;
  if (frequency >= size) return undefined;
  const angle = (frequency * Math.PI) / 16;
  return size === 4 ? Math.cos(angle) : Math.cos(2 * angle) * Math.cos(angle) * Math.cos(4 * angle);
}

/**
 * The coefficients but DC that an image of `size` samples for each block (1, 2 or 4, across and down) needs.
 * @param steps The quantisation, in zigzag order.
 */
export function chooseCoefficients(size: SampleSize, steps: Uint8Array): Kept[] {
  if (size === 1) return [];
  return ZIGZAG.slice(0, LAST_KEPT[size] + 1).flatMap(([u, v], zigzag) => {
    const [across, down] = [height(u, size), height(v, size)];
    if (zigzag === 0 || across === undefined || down === undefined) return [];
    return { zigzag, u, v, weight: ((steps[zigzag] ?? 0) * across * down) / 4 };
  });
}
