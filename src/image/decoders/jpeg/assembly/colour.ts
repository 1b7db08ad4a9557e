// Chroma upsampling, and YCbCr to RGB (ITU-T T.871, 7).

// Factors of T.871 in Q15. Those above 1 are halved to fit, and chroma is shifted left by one more bit.
const CR_TO_RED: i16 = 22970; // 1.402 / 2
const CB_TO_GREEN: i16 = 11277; // 0.344136
const CR_TO_GREEN: i16 = 23401; // 0.714136
const CB_TO_BLUE: i16 = 29032; // 1.772 / 2

/** Fraction bits of a product: green is rounded once, after its two products are added. */
const FRACTION_BITS: i32 = 6;
const HALF: i16 = 32;

/** Eight chroma samples, 0 to 255, as -128 to 127. */
function centre(samples: v128): v128 {
  return i16x8.sub(samples, i16x8.splat(128));
}

function multiply(chroma: v128, factor: i16, shift: i32): v128 {
  return i16x8.q15mulr_sat_s(i16x8.shl(chroma, shift), i16x8.splat(factor));
}

function round(fixed: v128): v128 {
  return i16x8.shr_s(i16x8.add(fixed, i16x8.splat(HALF)), FRACTION_BITS);
}

function redOf(luma: v128, cr: v128): v128 {
  return i16x8.add(luma, round(multiply(cr, CR_TO_RED, FRACTION_BITS + 1)));
}

function greenOf(luma: v128, cb: v128, cr: v128): v128 {
  const sum = i16x8.add(multiply(cb, CB_TO_GREEN, FRACTION_BITS), multiply(cr, CR_TO_GREEN, FRACTION_BITS));
  return i16x8.sub(luma, round(sum));
}

function blueOf(luma: v128, cb: v128): v128 {
  return i16x8.add(luma, round(multiply(cb, CB_TO_BLUE, FRACTION_BITS + 1)));
}

/**
 * Converts a row of `width` pixels to interleaved RGB. It works on 16 pixels at a time: up to 15 pixels beyond the row are read
 * and written.
 */
export function ycbcrToRgb(luma: usize, cb: usize, cr: usize, to: usize, width: i32): void {
  for (let x: usize = 0; x < <usize>width; x += 16) {
    const y0 = v128.load8x8_u(luma + x);
    const y1 = v128.load8x8_u(luma + x, 8);
    const b0 = centre(v128.load8x8_u(cb + x));
    const b1 = centre(v128.load8x8_u(cb + x, 8));
    const r0 = centre(v128.load8x8_u(cr + x));
    const r1 = centre(v128.load8x8_u(cr + x, 8));
    const red = i8x16.narrow_i16x8_u(redOf(y0, r0), redOf(y1, r1));
    const green = i8x16.narrow_i16x8_u(greenOf(y0, b0, r0), greenOf(y1, b1, r1));
    const blue = i8x16.narrow_i16x8_u(blueOf(y0, b0), blueOf(y1, b1));
    storeInterleaved(to + 3 * x, red, green, blue);
  }
}

/** Stores 16 pixels of 3 bytes each. */
function storeInterleaved(to: usize, red: v128, green: v128, blue: v128): void {
  // Red and green interleaved; every third byte is a placeholder that blue overwrites.
  const first = i8x16.shuffle(red, green, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
  const second = i8x16.shuffle(red, green, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
  const third = i8x16.shuffle(red, green, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
  v128.store(to, i8x16.shuffle(first, blue, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15));
  v128.store(to, i8x16.shuffle(second, blue, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15), 16);
  v128.store(to, i8x16.shuffle(third, blue, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31), 32);
}

/** `own + (near - far) / 8` of eight samples. The gradient is (near - far) / 2 a sample, and the new one lies a quarter from `own`. */
function between(own: v128, near: v128, far: v128): v128 {
  const eighth = i16x8.shr_s(i16x8.add(i16x8.sub(near, far), i16x8.splat(4)), 3);
  return i16x8.add(own, eighth);
}

/**
 * Writes one of the two rows that chroma row `own` is upsampled to. `near` is the neighbouring row on the side of the new row, `far` the one
 * on the other side. The mean of both new rows is `own`, but for rounding and clamping. It works on 16 samples at a time: up to 15 samples
 * beyond the rows are read and written.
 */
export function upsampleVertically(own: usize, near: usize, far: usize, to: usize, width: i32): void {
  for (let x: usize = 0; x < <usize>width; x += 16) {
    const first = between(v128.load8x8_u(own + x), v128.load8x8_u(near + x), v128.load8x8_u(far + x));
    const second = between(
      v128.load8x8_u(own + x, 8),
      v128.load8x8_u(near + x, 8),
      v128.load8x8_u(far + x, 8),
    );
    v128.store(to + x, i8x16.narrow_i16x8_u(first, second));
  }
}

/**
 * Writes two samples for each of the `width` samples of a row, by the same filter as {@link upsampleVertically}. It works on 8 samples at a
 * time: one sample before the row and up to 8 beyond it are read, and up to 14 beyond the new row written.
 */
export function upsampleHorizontally(from: usize, to: usize, width: i32): void {
  for (let x: usize = 0; x < <usize>width; x += 8) {
    const own = v128.load8x8_u(from + x);
    const left = v128.load8x8_u(from + x - 1);
    const right = v128.load8x8_u(from + x, 1);
    const pairs = i8x16.narrow_i16x8_u(between(own, left, right), between(own, right, left));
    v128.store(
      to + (x << 1),
      i8x16.shuffle(pairs, pairs, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15),
    );
  }
  // Beyond its ends a row goes on with its first and its last sample.
  const last = <usize>(width - 1);
  storePair(to, load<u8>(from), load<u8>(from), load<u8>(width === 1 ? from : from + 1));
  if (width > 1)
    storePair(to + (last << 1), load<u8>(from + last), load<u8>(from + last - 1), load<u8>(from + last));
}

function storePair(to: usize, own: i32, left: i32, right: i32): void {
  store<u8>(to, clampToByte(own + ((left - right + 4) >> 3)));
  store<u8>(to, clampToByte(own + ((right - left + 4) >> 3)), 1);
}

function clampToByte(sample: i32): u8 {
  return <u8>min(255, max(0, sample));
}
