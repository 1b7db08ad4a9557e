// Vectors and matrices of three, as colours are converted by.

export type Vector = readonly [number, number, number];
/** Row by row. */
export type Matrix = readonly [Vector, Vector, Vector];

export function times([a, b, c]: Matrix, vector: Vector): Vector {
  return [dot(a, vector), dot(b, vector), dot(c, vector)];
}

export function product([a, b, c]: Matrix, other: Matrix): Matrix {
  const columns = transposed(other);
  return [times(columns, a), times(columns, b), times(columns, c)];
}

export function diagonal([a, b, c]: Vector): Matrix {
  return [
    [a, 0, 0],
    [0, b, 0],
    [0, 0, c],
  ];
}

export function transposed([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix {
  return [
    [a, d, g],
    [b, e, h],
    [c, f, i],
  ];
}

export function inverse([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const part = (x: number, y: number, z: number): Vector => [
    x / determinant,
    y / determinant,
    z / determinant,
  ];
  return [
    part(e * i - f * h, c * h - b * i, b * f - c * e),
    part(f * g - d * i, a * i - c * g, c * d - a * f),
    part(d * h - e * g, b * g - a * h, a * e - b * d),
  ];
}

function dot([a, b, c]: Vector, [x, y, z]: Vector): number {
  return a * x + b * y + c * z;
}
