// Coefficients of a block to its samples: the inverse transform (ITU-T T.81, A.3.3) at one, two and four samples a side.

import { COEFFICIENTS, COSINES } from './memory-map';

/** A sample of an unscaled value around zero. */
export function clamped(sample: i32): u8 {
  return <u8>min(255, max(0, sample + 128));
}

/** `memory.fill` would be a call out of the module. */
export function forgetCoefficients(): void {
  const zero = i32x4.splat(0);
  v128.store(COEFFICIENTS, zero);
  v128.store(COEFFICIENTS, zero, 16);
  v128.store(COEFFICIENTS, zero, 32);
  v128.store(COEFFICIENTS, zero, 48);
}

/** Four floats, half a step above what they are to be rounded to, as four bytes in the first lane. */
function rounded(samples: v128): v128 {
  const whole = i32x4.trunc_sat_f32x4_s(f32x4.floor(samples));
  const narrow = i16x8.narrow_i32x4_s(whole, whole);
  return i8x16.narrow_i16x8_u(narrow, narrow);
}

/** The samples of the four lowest coefficients. */
export function invertTwo(target: usize, stride: usize): void {
  const across = f32x4.mul(v128.load32_splat(COEFFICIENTS, 4), f32x4(1, -1, 1, -1));
  const down = f32x4.mul(v128.load32_splat(COEFFICIENTS, 16), f32x4(1, 1, -1, -1));
  const both = f32x4.mul(v128.load32_splat(COEFFICIENTS, 20), f32x4(1, -1, -1, 1));
  const dc = f32x4.add(v128.load32_splat(COEFFICIENTS), f32x4.splat(128.5));
  const samples = rounded(f32x4.add(f32x4.add(dc, across), f32x4.add(down, both)));
  v128.store16_lane(target, samples, 0);
  v128.store16_lane(target + stride, samples, 1);
}

/** The samples of the sixteen lowest coefficients. */
export function invertFour(target: usize, stride: usize): void {
  const c0 = v128.load(COEFFICIENTS);
  const c1 = v128.load(COEFFICIENTS, 16);
  const c2 = v128.load(COEFFICIENTS, 32);
  const c3 = v128.load(COEFFICIENTS, 48);
  for (let y: usize = 0; y < 4; y++) {
    const cosine = COSINES + (y << 2);
    const row = f32x4.add(
      f32x4.add(c0, f32x4.mul(c1, v128.load32_splat(cosine, 16))),
      f32x4.add(f32x4.mul(c2, v128.load32_splat(cosine, 32)), f32x4.mul(c3, v128.load32_splat(cosine, 48))),
    );
    const samples = f32x4.add(
      f32x4.add(
        f32x4.add(i32x4.shuffle(row, row, 0, 0, 0, 0), f32x4.splat(128.5)),
        f32x4.mul(i32x4.shuffle(row, row, 1, 1, 1, 1), v128.load(COSINES, 16)),
      ),
      f32x4.add(
        f32x4.mul(i32x4.shuffle(row, row, 2, 2, 2, 2), v128.load(COSINES, 32)),
        f32x4.mul(i32x4.shuffle(row, row, 3, 3, 3, 3), v128.load(COSINES, 48)),
      ),
    );
    v128.store32_lane(target + y * stride, rounded(samples), 0);
  }
}
