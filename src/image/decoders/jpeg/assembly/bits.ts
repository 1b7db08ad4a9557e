// Reads bits of unstuffed data, which is in reverse (stuffing.ts).
//
// A position is an address in bits, and becomes smaller, because the data is in reverse: the 13 bits of the window are at position + 13
// down to position + 1. So the data, shifted down to the position and masked, is the window times 2: the byte offset of an entry of two
// bytes.

import { SKIP_BITS } from './memory-map';

/** Selects the window, times 2, from the data at a position. */
export const WINDOW_MASK: u32 = ((1 << SKIP_BITS) - 1) << 1;
/** From a position to the end of the window that begins there. */
const BELOW: i32 = SKIP_BITS + 1;

/** The position of bit `bit` of data that is in reverse below `top`. */
export function positionOf(top: usize, bit: i32): i32 {
  return ((<i32>top) << 3) - BELOW - bit;
}

/** The window at a position, times 2. */
export function windowAt(position: i32): u32 {
  return (load<u32>(<usize>(position >>> 3)) >>> (<u32>position & 7)) & WINDOW_MASK;
}

/** The next `count` bits from a position on, at most SKIP_BITS. */
export function nextBits(position: i32, count: i32): usize {
  return <usize>(windowAt(position) >>> (1 + SKIP_BITS - count));
}

/** The bits from a position on, left-aligned; at least 57 are valid. */
export function bitsFrom(position: i32): u64 {
  const end = position + BELOW;
  return load<u64>(<usize>((end + 7) >>> 3) - 8) << (-end & 7);
}

/** Whether at most padding (less than a byte) is left from a position to the end of its entropy-coded segment. */
export function isConsumed(position: i32, end: i32): bool {
  return position >= end && position < end + 8;
}
