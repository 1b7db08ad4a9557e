// Samples to RGB (ITU-T T.871, 7), with chroma brought to the resolution of luma.

// Factors of T.871 as fixed-point numbers with 15 bits after the point; those above one are halved.
const RED_OF_CR: i16 = 22970; // 1.402 / 2
const GREEN_OF_CB: i16 = 11277; // 0.344136
const GREEN_OF_CR: i16 = 23401; // 0.714136
const BLUE_OF_CB: i16 = 29032; // 1.772 / 2

/** Differences are computed with so many bits after the point, so that only their sum is rounded. */
const FRACTION: i32 = 6;
const HALF: i16 = 32;

/** `sample` (0 to 255) of eight bytes, less 128. */
function centred(sample: v128): v128 {
  return i16x8.sub(sample, i16x8.splat(128));
}

function difference(chroma: v128, factor: i16, shift: i32): v128 {
  return i16x8.q15mulr_sat_s(i16x8.shl(chroma, shift), i16x8.splat(factor));
}

function whole(fixed: v128): v128 {
  return i16x8.shr_s(i16x8.add(fixed, i16x8.splat(HALF)), FRACTION);
}

function redOf(luma: v128, cr: v128): v128 {
  return i16x8.add(luma, whole(difference(cr, RED_OF_CR, FRACTION + 1)));
}

function greenOf(luma: v128, cb: v128, cr: v128): v128 {
  const both = i16x8.add(difference(cb, GREEN_OF_CB, FRACTION), difference(cr, GREEN_OF_CR, FRACTION));
  return i16x8.sub(luma, whole(both));
}

function blueOf(luma: v128, cb: v128): v128 {
  return i16x8.add(luma, whole(difference(cb, BLUE_OF_CB, FRACTION + 1)));
}

/** Writes `width` pixels from three rows of samples, sixteen at a time: up to fifteen more than there are. */
export function toRgb(luma: usize, cb: usize, cr: usize, to: usize, width: i32): void {
  for (let x: usize = 0; x < <usize>width; x += 16) {
    const y0 = v128.load8x8_u(luma + x);
    const y1 = v128.load8x8_u(luma + x, 8);
    const b0 = centred(v128.load8x8_u(cb + x));
    const b1 = centred(v128.load8x8_u(cb + x, 8));
    const r0 = centred(v128.load8x8_u(cr + x));
    const r1 = centred(v128.load8x8_u(cr + x, 8));
    const red = i8x16.narrow_i16x8_u(redOf(y0, r0), redOf(y1, r1));
    const green = i8x16.narrow_i16x8_u(greenOf(y0, b0, r0), greenOf(y1, b1, r1));
    const blue = i8x16.narrow_i16x8_u(blueOf(y0, b0), blueOf(y1, b1));
    storeMixed(to + 3 * x, red, green, blue);
  }
}

/** Stores sixteen pixels of three bytes each. */
function storeMixed(to: usize, red: v128, green: v128, blue: v128): void {
  // Red and green in turn, with room for blue at every third byte; what stands there meanwhile does not matter.
  const first = i8x16.shuffle(red, green, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
  const second = i8x16.shuffle(red, green, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
  const third = i8x16.shuffle(red, green, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
  v128.store(to, i8x16.shuffle(first, blue, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15));
  v128.store(to, i8x16.shuffle(second, blue, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15), 16);
  v128.store(to, i8x16.shuffle(third, blue, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31), 32);
}

function byte(sample: i32): u8 {
  return <u8>min(255, max(0, sample));
}

/** Writes half of a row: `own` and an eighth of the way from `far` to `near`. */
export function between(own: usize, near: usize, far: usize, to: usize, width: i32): void {
  for (let x: usize = 0; x < <usize>width; x++) {
    const slope = <i32>load<u8>(near + x) - <i32>load<u8>(far + x);
    store<u8>(to + x, byte(<i32>load<u8>(own + x) + ((slope + 4) >> 3)));
  }
}

/** Writes two samples for each of `width`. */
export function widen(from: usize, to: usize, width: i32): void {
  for (let x: usize = 0; x < <usize>width; x++) {
    const own = <i32>load<u8>(from + x);
    const left = <i32>load<u8>(x === 0 ? from : from + x - 1);
    const right = <i32>load<u8>(x + 1 === <usize>width ? from + x : from + x + 1);
    store<u8>(to + (x << 1), byte(own + ((left - right + 4) >> 3)));
    store<u8>(to + (x << 1), byte(own + ((right - left + 4) >> 3)), 1);
  }
}
