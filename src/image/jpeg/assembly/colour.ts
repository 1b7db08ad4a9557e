// Samples to RGB (ITU-T T.871, 7), with chroma brought to the resolution of luma.

/** Rounded factors of T.871 with 16 bits after the point. */
const ONE: i32 = 65536;
const HALF: i32 = ONE >> 1;
const RED_OF_CR: i32 = 91881;
const GREEN_OF_CB: i32 = 22554;
const GREEN_OF_CR: i32 = 46802;
const BLUE_OF_CB: i32 = 116130;

function byte(sample: i32): u8 {
  return <u8>min(255, max(0, sample));
}

/** Writes `width` pixels from three rows of samples. */
export function toRgb(luma: usize, cb: usize, cr: usize, to: usize, width: i32): void {
  for (let x: usize = 0; x < <usize>width; x++) {
    const y = ((<i32>load<u8>(luma + x)) << 16) + HALF;
    const blue = <i32>load<u8>(cb + x) - 128;
    const red = <i32>load<u8>(cr + x) - 128;
    store<u8>(to, byte((y + RED_OF_CR * red) >> 16));
    store<u8>(to, byte((y - GREEN_OF_CB * blue - GREEN_OF_CR * red) >> 16), 1);
    store<u8>(to, byte((y + BLUE_OF_CB * blue) >> 16), 2);
    to += 3;
  }
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
