// Huffman codes (ITU-T T.81, annexes C and F) and the tables by which they are read.
//
// An AC symbol is a run of zeros and the size of the value after it, whose bits follow the code. To skip it is to know how
// many bits both take and how many coefficients it stands for.

import {
  AC_BITS,
  CODES,
  CODES_BYTES,
  DC,
  DC_BITS,
  DC_BYTES,
  LIMITS,
  LIMITS_BYTES,
  MANY,
  MANY_BYTES,
  SINGLE,
  SINGLE_BYTES,
  VALUE_BITS,
  VALUES,
  VALUES_BYTES,
} from './memory-map';

/** What the end of a block adds to the place of the coefficient: more than any place. */
export const END_OF_BLOCK: i32 = 128;
/** What a window adds in which no whole symbol is. */
export const NONE: i32 = 256;

const LARGEST_DC_SIZE: i32 = 11;
const LARGEST_AC_SIZE: i32 = 10;

/** The value of `size` bits (F.2.2.1, EXTEND). */
export function extended(bits: i32, size: i32): i32 {
  return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
}

/**
 * Reads a code of any length at the top of `window`.
 * @param table 0 to 3: DC, 4 to 7: AC.
 * @returns `symbol << 8 | bits`, or -1 for a code that the table does not have.
 */
export function symbolAt(window: u64, table: i32): i32 {
  const limits = LIMITS + <usize>table * LIMITS_BYTES;
  const top = <i32>(window >>> 48);
  let bits = 1;
  while (bits <= 16 && top >= load<i32>(limits + ((<usize>bits) << 3))) bits += 1;
  if (bits > 16) return -1;
  const place = load<i32>(limits + ((<usize>bits) << 3), 4) + (top >> (16 - bits));
  return ((<i32>load<u8>(CODES + <usize>table * CODES_BYTES + 16 + <usize>place)) << 8) | bits;
}

/**
 * What an AC symbol stands for.
 * @returns `advance << 6 | bits` of code and value, or 0 for a symbol that has no meaning.
 */
export function meaning(symbol: i32, bits: i32): i32 {
  const size = symbol & 15;
  const run = symbol >> 4;
  if (size > LARGEST_AC_SIZE) return 0;
  if (size > 0) return ((run + 1) << 6) | (bits + size);
  if (run === 0) return (END_OF_BLOCK << 6) | bits;
  return run === 15 ? (16 << 6) | bits : 0;
}

/** Checks the code that stands in CODES, and notes its limits. False when it is none (C.2), or has no symbol. */
function takeCode(table: i32): bool {
  const codes = CODES + <usize>table * CODES_BYTES;
  const limits = LIMITS + <usize>table * LIMITS_BYTES;
  let code = 0;
  let place = 0;
  for (let bits = 1; bits <= 16; bits++) {
    const count = <i32>load<u8>(codes + <usize>(bits - 1));
    store<i32>(limits + ((<usize>bits) << 3), place - code, 4);
    code += count;
    place += count;
    // A code of ones alone is not allowed.
    if (count > 0 && code >= 1 << bits) return false;
    store<i32>(limits + ((<usize>bits) << 3), code << (16 - bits));
    code <<= 1;
  }
  return place > 0 && place <= 256;
}

/** Whether every symbol of a DC code is a size: libjpeg refuses a table with another, be it used or not. */
function hasSizes(id: i32): bool {
  const codes = CODES + <usize>id * CODES_BYTES;
  let symbols: usize = 0;
  for (let bits: usize = 0; bits < 16; bits++) symbols += load<u8>(codes + bits);
  for (let symbol: usize = 0; symbol < symbols; symbol++)
    if (load<u8>(codes + 16 + symbol) > 15) return false;
  return true;
}

/** Makes the table of a DC code. False when the code is damaged. */
export function makeDc(id: i32): bool {
  if (!takeCode(id) || !hasSizes(id)) return false;
  const to = DC + <usize>id * DC_BYTES;
  for (let window = 0; window < 1 << DC_BITS; window++) {
    const found = symbolAt((<u64>window) << (64 - DC_BITS), id);
    const size = found >> 8;
    const length = found & 255;
    const bits = length + size;
    let entry = 0;
    if (found >= 0 && size <= LARGEST_DC_SIZE && length <= DC_BITS) {
      if (bits <= DC_BITS) {
        const raw = (window >> (DC_BITS - bits)) & ((1 << size) - 1);
        entry = ((size === 0 ? 0 : extended(raw, size)) << 6) | bits;
      } else {
        entry = (size << 10) | (length << 6);
      }
    }
    store<i16>(to + ((<usize>window) << 1), <i16>entry);
  }
  return true;
}

/**
 * Reads a difference of any length.
 * @param entry What the table says of it: `size << 10 | length of the code << 6`, or 0 for a longer code.
 * @returns `difference << 6 | bits`, or i32.MIN_VALUE when there is none.
 */
export function longDifference(window: u64, entry: i32, id: i32): i32 {
  let size = (entry >> 10) & 15;
  let length = (entry >> 6) & 15;
  if (entry === 0) {
    const found = symbolAt(window, id);
    size = found >> 8;
    if (found < 0 || size > LARGEST_DC_SIZE) return i32.MIN_VALUE;
    length = found & 255;
    if (size === 0) return length;
  }
  const raw = <i32>((window << length) >>> (64 - size));
  return (extended(raw, size) << 6) | (length + size);
}

/** Makes the tables of an AC code; those with values only if they are asked for. False when the code is damaged. */
export function makeAc(id: i32, values: bool): bool {
  if (!takeCode(4 + id)) return false;
  const single = SINGLE + <usize>id * SINGLE_BYTES;
  memory.fill(single, 0, SINGLE_BYTES);
  let code = 0;
  let symbols = CODES + <usize>(4 + id) * CODES_BYTES + 16;
  for (let bits = 1; bits <= AC_BITS; bits++) {
    const count = <i32>load<u8>(CODES + <usize>(4 + id) * CODES_BYTES + <usize>(bits - 1));
    for (let i = 0; i < count; i++) {
      const entry = meaning(<i32>load<u8>(symbols), bits);
      const first = single + ((<usize>(code << (AC_BITS - bits))) << 1);
      for (let j: usize = 0; j < 1 << (AC_BITS - bits); j++) store<u16>(first + (j << 1), <u16>entry);
      symbols += 1;
      code += 1;
    }
    code <<= 1;
  }
  makeMany(single, MANY + <usize>id * MANY_BYTES);
  if (values) makeValues(4 + id, VALUES + <usize>id * VALUES_BYTES);
  return true;
}

function makeMany(single: usize, many: usize): void {
  for (let window = 0; window < 1 << AC_BITS; window++) {
    let bits = 0;
    let advance = 0;
    while (true) {
      const entry = <i32>load<u16>(single + ((<usize>((window << bits) & ((1 << AC_BITS) - 1))) << 1));
      if (entry === 0 || bits + (entry & 63) > AC_BITS) break;
      const ends = entry >>> 6 === END_OF_BLOCK;
      if (!ends && advance + (entry >>> 6) > 63) break;
      bits += entry & 63;
      advance += entry >>> 6;
      if (ends) break;
    }
    store<u16>(many + ((<usize>window) << 1), <u16>(bits === 0 ? NONE << 6 : (advance << 6) | bits));
  }
}

function makeValues(table: i32, values: usize): void {
  for (let window = 0; window < 1 << VALUE_BITS; window++) {
    const entry = valueAt((<u64>window) << (64 - VALUE_BITS), table);
    store<i32>(values + ((<usize>window) << 2), (entry & 63) > VALUE_BITS ? 0 : entry);
  }
}

/**
 * Reads an AC symbol of any length, and its value.
 * @returns `value << 16 | advance << 6 | bits`, or 0 when there is none.
 */
export function valueAt(window: u64, table: i32): i32 {
  const found = symbolAt(window, table);
  if (found < 0) return 0;
  const entry = meaning(found >> 8, found & 255);
  const size = (found >> 8) & 15;
  if (entry === 0 || size === 0) return entry;
  return (extended(<i32>((window << (found & 255)) >>> (64 - size)), size) << 16) | entry;
}
