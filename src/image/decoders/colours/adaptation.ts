// From the colours under one white point to those under another.

import { diagonal, inverse, type Matrix, product, times, type Vector } from './matrices.js';

/** Bradford's cone responses, with which ICC profiles are adapted (ICC.1:2022, annex E). */
const BRADFORD: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

/** XYZ of a chromaticity, with Y = 1. */
export function xyz(x: number, y: number): Vector {
  return [x / y, 1, (1 - x - y) / y];
}

/** From XYZ to XYZ. Both whites have Y = 1. */
export function adaptation(from: Vector, to: Vector): Matrix {
  const [before, after] = [times(BRADFORD, from), times(BRADFORD, to)];
  const scale = diagonal([after[0] / before[0], after[1] / before[1], after[2] / before[2]]);
  return product(inverse(BRADFORD), product(scale, BRADFORD));
}
