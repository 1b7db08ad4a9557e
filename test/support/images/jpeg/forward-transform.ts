// Samples to quantised coefficients (ITU-T T.81, A.3.3 and A.3.4), in the plain way, which is slow.

/** A component's samples, a byte's range each. */
export interface SamplePlane {
  readonly width: number;
  readonly height: number;
  readonly samples: Float32Array;
}

/** Blocks of quantised coefficients, 64 each in zigzag order, in rows of `across` blocks. */
export interface Blocks {
  readonly across: number;
  readonly down: number;
  readonly coefficients: Int16Array;
}

/** Where in a block, row by row, each place of the zigzag order is (T.81, figure 5). */
const ZIGZAG: readonly number[] = Array.from({ length: 64 }, (_, at) => at).sort((one, other) => {
  const [across, down] = [(at: number) => at % 8, (at: number) => at >> 3];
  const diagonal = across(one) + down(one);
  if (diagonal !== across(other) + down(other)) return diagonal - across(other) - down(other);
  return diagonal % 2 === 0 ? across(one) - across(other) : down(one) - down(other);
});

/** Sample `x` of frequency `u`, at `8 * u + x`. */
const BASIS = Float64Array.from({ length: 64 }, (_, at) => {
  const [u, x] = [at >> 3, at % 8];
  return (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * u * Math.PI) / 16);
});

/** Quantisation steps in zigzag order: `base` for the mean, and `slope` more for each frequency beyond it. */
export function stepsOf(base: number, slope: number): number[] {
  return ZIGZAG.map((at) => Math.min(255, Math.round(base + slope * ((at % 8) + (at >> 3)))));
}

/** Transforms a component. Beyond its edges the last row and column are repeated. */
export function toBlocks(plane: SamplePlane, across: number, down: number, steps: readonly number[]): Blocks {
  const coefficients = new Int16Array(across * down * 64);
  const [block, between] = [new Float64Array(64), new Float64Array(64)];
  for (let index = 0; index < across * down; index += 1) {
    takeBlock(plane, 8 * (index % across), 8 * Math.floor(index / across), block);
    transformRows(block, between);
    transformRows(between, block);
    for (let at = 0; at < 64; at += 1)
      coefficients[64 * index + at] = Math.round((block[ZIGZAG[at] ?? 0] ?? 0) / (steps[at] ?? 1));
  }
  return { across, down, coefficients };
}

function takeBlock({ width, height, samples }: SamplePlane, left: number, top: number, to: Float64Array) {
  for (let at = 0; at < 64; at += 1) {
    const x = Math.min(width - 1, left + (at % 8));
    const y = Math.min(height - 1, top + (at >> 3));
    to[at] = (samples[y * width + x] ?? 0) - 128;
  }
}

/** Transforms each row and writes it as a column: done twice, it transforms rows and columns and restores their places. */
function transformRows(from: Float64Array, to: Float64Array): void {
  for (let row = 0; row < 8; row += 1) {
    for (let u = 0; u < 8; u += 1) {
      let sum = 0;
      for (let x = 0; x < 8; x += 1) sum += (from[8 * row + x] ?? 0) * (BASIS[8 * u + x] ?? 0);
      to[8 * u + row] = sum;
    }
  }
}
