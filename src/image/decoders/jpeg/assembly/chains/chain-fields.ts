// What a chain is in memory, and how it sees the data. chains.ts says what it does.
//
// A position is an address in bits, and becomes smaller, because the data is in reverse: the 13 bits of the window are at position + 13
// down to position + 1. So the data, shifted down to the position and masked, is the window times 2: the byte offset of its entry.

import { SKIP_BITS } from '../memory-map';

// Byte offsets of a chain's fields, 32 bits each.
export const POSITION: usize = 0;
/** Address in STATES. */
export const STATE: usize = 4;
/** AC coefficients of the current block that have been skipped. */
export const COEFFICIENTS: usize = 8;
/** What is added to the address of a state to have the address of its note. */
export const NOTES: usize = 12;
/** The position below which its piece has ended. */
export const END: usize = 16;
/** Address of its piece; 0: it is parked. */
export const PIECE: usize = 20;
/** The address beyond which there is no room for its notes. */
export const NOTES_END: usize = 24;

/** Selects a window from the data at a position. */
export const WINDOW_MASK: u32 = ((1 << SKIP_BITS) - 1) << 1;
/** Bits from a position to the end of the window that begins there. */
const BELOW: i32 = SKIP_BITS + 1;

/** The position of bit `bit` of data that is in reverse below `top`. */
export function positionOf(top: usize, bit: i32): i32 {
  return ((<i32>top) << 3) - BELOW - bit;
}

/** The next SKIP_BITS bits from a position on, and bits without meaning around them: {@link WINDOW_MASK} selects them. */
export function lookAt(position: i32): u32 {
  return load<u32>(<usize>(position >>> 3)) >>> (<u32>position & 7);
}

/** The bits from a position on, left-aligned; at least 57 are valid. */
export function bitsFrom(position: i32): u64 {
  const end = position + BELOW;
  return load<u64>(<usize>((end + 7) >>> 3) - 8) << (-end & 7);
}
