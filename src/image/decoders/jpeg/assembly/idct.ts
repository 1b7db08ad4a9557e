// The inverse DCT (ITU-T T.81, A.3.3), scaled: a block becomes 2 x 2 or 4 x 4 samples. scaling.ts derives the weights.

import { COEFFICIENTS, COSINES } from './memory-map';

/** A dequantised DC beyond this is damaged: 8-bit samples give 1024 at most, and quantisation adds 127 at most. */
const MAX_DC: i32 = 2048;

/** Whether a DC is beyond {@link MAX_DC} on either side, by one comparison: as u32, what is below the range is far above it. */
export function isOutOfRange(dc: i32): bool {
  return <u32>(dc + MAX_DC) > <u32>(2 * MAX_DC);
}

/** Undoes the level shift (T.81, A.3.1) and clamps to 0 to 255. */
export function toSample(value: i32): u8 {
  return <u8>min(255, max(0, value + 128));
}

/** `memory.fill` would be a call out of the compiled code, once a block. */
export function clearCoefficients(): void {
  const zero = i32x4.splat(0);
  v128.store(COEFFICIENTS, zero);
  v128.store(COEFFICIENTS, zero, 16);
  v128.store(COEFFICIENTS, zero, 32);
  v128.store(COEFFICIENTS, zero, 48);
}

/** Four floats to bytes in the lowest lane, clamped, and rounded down: the caller has added 0.5. */
function toBytes(samples: v128): v128 {
  const integers = i32x4.trunc_sat_f32x4_s(samples);
  const narrow = i16x8.narrow_i32x4_s(integers, integers);
  return i8x16.narrow_i16x8_u(narrow, narrow);
}

/** Writes the 2 x 2 samples of the 2 x 2 lowest frequencies of {@link COEFFICIENTS}. */
export function idct2x2(target: usize, stride: usize): void {
  store2x2(
    target,
    stride,
    v128.load32_splat(COEFFICIENTS),
    v128.load32_splat(COEFFICIENTS, 4),
    v128.load32_splat(COEFFICIENTS, 16),
    v128.load32_splat(COEFFICIENTS, 20),
  );
}

/** As {@link idct2x2}, of an entry of the low table. @param dc Dequantised. @param weights Address of the component's. */
export function lowIdct2x2(target: usize, stride: usize, dc: i32, entry: usize, weights: usize): void {
  const values = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(entry)));
  const low = f32x4.mul(f32x4.convert_i32x4_s(values), v128.load(weights));
  store2x2(
    target,
    stride,
    f32x4.splat(<f32>dc * 0.125),
    i32x4.shuffle(low, low, 0, 0, 0, 0),
    i32x4.shuffle(low, low, 1, 1, 1, 1),
    i32x4.shuffle(low, low, 2, 2, 2, 2),
  );
}

/** Each coefficient is in all lanes. */
function store2x2(target: usize, stride: usize, dc: v128, across: v128, down: v128, both: v128): void {
  const first = f32x4.add(f32x4.add(dc, f32x4.splat(128.5)), f32x4.mul(across, f32x4(1, -1, 1, -1)));
  const second = f32x4.add(f32x4.mul(down, f32x4(1, 1, -1, -1)), f32x4.mul(both, f32x4(1, -1, -1, 1)));
  const samples = toBytes(f32x4.add(first, second));
  v128.store16_lane(target, samples, 0);
  v128.store16_lane(target + stride, samples, 1);
}

/** Writes the 4 x 4 samples of the 4 x 4 lowest frequencies. */
export function idct4x4(target: usize, stride: usize): void {
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
    v128.store32_lane(target + y * stride, toBytes(samples), 0);
  }
}
