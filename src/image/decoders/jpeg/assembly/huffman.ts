// Huffman decoding (ITU-T T.81, annexes C and F) and its lookup tables.
//
// An AC symbol RRRRSSSS is a run of zeros and the size of the value whose bits follow the code. Skipping it takes only two numbers:
// the bits of code and value, and the advance, the number of zigzag positions (run + 1).

import { nextBits } from './bits';
import {
  CODE_LIMITS,
  CODE_LIMITS_BYTES,
  DC_BITS,
  DC_TABLE_BYTES,
  DC_TABLES,
  HUFFMAN_SPEC_BYTES,
  HUFFMAN_SPECS,
  SKIP_BITS,
  SYMBOL_TABLE_BYTES,
  SYMBOL_TABLES,
  VALUE_BITS,
} from './memory-map';

/** The advance of EOB: larger than any zigzag index. */
export const END_OF_BLOCK: i32 = 128;

/** Largest sizes (SSSS) with 8-bit samples (T.81, tables F.1 and F.2). */
export const MAX_DC_SIZE: i32 = 11;
const MAX_AC_SIZE: i32 = 10;

/** The value that `size` bits stand for (T.81, F.2.2.1, EXTEND). */
function extend(bits: i32, size: i32): i32 {
  return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
}

/**
 * Decodes the code at the top of `window` (T.81, F.2.2.3, DECODE).
 * @param table 0 to 3: DC, 4 to 7: AC.
 * @returns `symbol << 8 | code length`, or -1 for a code that is not in the table.
 */
export function decodeSymbol(window: u64, table: i32): i32 {
  const limits = CODE_LIMITS + <usize>table * CODE_LIMITS_BYTES;
  const top = <i32>(window >>> 48);
  let length = 1;
  while (length <= 16 && top >= load<i32>(limits + ((<usize>length) << 3))) length += 1;
  if (length > 16) return -1;
  const index = load<i32>(limits + ((<usize>length) << 3), 4) + (top >> (16 - length));
  return (
    ((<i32>load<u8>(HUFFMAN_SPECS + <usize>table * HUFFMAN_SPEC_BYTES + 16 + <usize>index)) << 8) | length
  );
}

/**
 * How to skip an AC symbol whose code has `length` bits.
 * @returns `advance << 6 | bits` of code and value, or 0 for a symbol that sequential coding does not define.
 */
export function skipEntry(symbol: i32, length: i32): i32 {
  const size = symbol & 15;
  const run = symbol >> 4;
  if (size > MAX_AC_SIZE) return 0;
  if (size > 0) return ((run + 1) << 6) | (length + size);
  if (run === 0) return (END_OF_BLOCK << 6) | length;
  return run === 15 ? (16 << 6) | length : 0;
}

/** Derives the code limits of a Huffman table. False if its code lengths are invalid (T.81, annex C), or it has no symbol. */
export function buildLimits(table: i32): bool {
  const spec = HUFFMAN_SPECS + <usize>table * HUFFMAN_SPEC_BYTES;
  const limits = CODE_LIMITS + <usize>table * CODE_LIMITS_BYTES;
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++) {
    const count = <i32>load<u8>(spec + <usize>(length - 1));
    store<i32>(limits + ((<usize>length) << 3), index - code, 4);
    code += count;
    index += count;
    // A code of only 1-bits is not allowed.
    if (count > 0 && code >= 1 << length) return false;
    store<i32>(limits + ((<usize>length) << 3), code << (16 - length));
    code <<= 1;
  }
  return index > 0 && index <= 256;
}

/** Whether all symbols of a DC table are sizes up to 15. libjpeg rejects any other table, even if the symbol is unused. */
function hasValidDcSymbols(table: i32): bool {
  const spec = HUFFMAN_SPECS + <usize>table * HUFFMAN_SPEC_BYTES;
  let symbols: usize = 0;
  for (let length: usize = 0; length < 16; length++) symbols += load<u8>(spec + length);
  for (let symbol: usize = 0; symbol < symbols; symbol++) if (load<u8>(spec + 16 + symbol) > 15) return false;
  return true;
}

/**
 * Builds the lookup table of a DC Huffman table. Its entries: `difference << 6 | bits` if code and difference fit into the window;
 * `size << 10 | code length << 6` if only the code does; else 0.
 * @returns False if the Huffman table is damaged.
 */
export function buildDcTable(table: i32): bool {
  if (!buildLimits(table) || !hasValidDcSymbols(table)) return false;
  const to = DC_TABLES + <usize>table * DC_TABLE_BYTES;
  for (let window = 0; window < 1 << DC_BITS; window++) {
    const found = decodeSymbol((<u64>window) << (64 - DC_BITS), table);
    const size = found >> 8;
    const length = found & 255;
    const bits = length + size;
    let entry = 0;
    if (found >= 0 && size <= MAX_DC_SIZE && length <= DC_BITS) {
      if (bits <= DC_BITS) {
        const raw = (window >> (DC_BITS - bits)) & ((1 << size) - 1);
        entry = ((size === 0 ? 0 : extend(raw, size)) << 6) | bits;
      } else {
        entry = (size << 10) | (length << 6);
      }
    }
    store<i16>(to + ((<usize>window) << 1), <i16>entry);
  }
  return true;
}

/** The entry of a DC difference in its lookup table. @param dcTable Address of that. */
export function differenceEntry(position: i32, dcTable: usize): i32 {
  return <i32>load<i16>(dcTable + (nextBits(position, DC_BITS) << 1));
}

/**
 * Decodes a DC difference that does not fit into the window of the lookup table.
 * @param entry Its entry in that table.
 * @returns `difference << 6 | bits`, or i32.MIN_VALUE for an invalid code or size.
 */
export function decodeLongDifference(window: u64, entry: i32, table: i32): i32 {
  let size = (entry >> 10) & 15;
  let length = (entry >> 6) & 15;
  if (entry === 0) {
    const found = decodeSymbol(window, table);
    size = found >> 8;
    if (found < 0 || size > MAX_DC_SIZE) return i32.MIN_VALUE;
    length = found & 255;
    if (size === 0) return length;
  }
  const raw = <i32>((window << length) >>> (64 - size));
  return (extend(raw, size) << 6) | (length + size);
}

/** Fills the symbol table of Huffman table `table` (0 to 3: DC, 4 to 7: AC), of valid symbols whose code fits into the window. */
export function fillSymbols(table: i32): void {
  const to = SYMBOL_TABLES + <usize>table * SYMBOL_TABLE_BYTES;
  const spec = HUFFMAN_SPECS + <usize>table * HUFFMAN_SPEC_BYTES;
  memory.fill(to, 0, SYMBOL_TABLE_BYTES);
  let code = 0;
  let symbols = spec + 16;
  for (let length = 1; length <= SKIP_BITS; length++) {
    const count = <i32>load<u8>(spec + <usize>(length - 1));
    for (let i = 0; i < count; i++) {
      const entry = symbolEntry(<i32>load<u8>(symbols), length, table >= 4);
      const first = to + ((<usize>(code << (SKIP_BITS - length))) << 1);
      for (let j: usize = 0; j < 1 << (SKIP_BITS - length); j++) store<u16>(first + (j << 1), <u16>entry);
      symbols += 1;
      code += 1;
    }
    code <<= 1;
  }
}

/** `advance << 9 | bits << 4 | code length`, or 0 for a symbol that sequential coding does not define. */
function symbolEntry(symbol: i32, length: i32, isAc: bool): i32 {
  if (!isAc) return symbol > MAX_DC_SIZE ? 0 : ((length + symbol) << 4) | length;
  const entry = skipEntry(symbol, length);
  if (entry === 0) return 0;
  const advance = entry >> 6;
  return ((advance === END_OF_BLOCK ? 0 : advance) << 9) | ((entry & 63) << 4) | length;
}

/** Builds the table of the symbols of AC Huffman table `table` (4 to 7) and their values, of its symbol table. */
export function buildValueTable(table: i32, valueTable: usize): void {
  const symbols = SYMBOL_TABLES + <usize>table * SYMBOL_TABLE_BYTES;
  for (let window = 0; window < 1 << VALUE_BITS; window++) {
    const symbol = <i32>load<u16>(symbols + ((<usize>window) << (1 + SKIP_BITS - VALUE_BITS)));
    store<i32>(valueTable + ((<usize>window) << 2), valueEntry(symbol, window));
  }
}

/** `value << 16 | advance << 6 | bits`, or 0 where the window is too short. @param symbol Its entry in the symbol table. */
function valueEntry(symbol: i32, window: i32): i32 {
  const bits = (symbol >> 4) & 31;
  if (symbol === 0 || bits > VALUE_BITS) return 0;
  const size = bits - (symbol & 15);
  const raw = (window >> (VALUE_BITS - bits)) & ((1 << size) - 1);
  const advance = symbol >> 9 === 0 ? END_OF_BLOCK : symbol >> 9;
  return ((size === 0 ? 0 : extend(raw, size)) << 16) | (advance << 6) | bits;
}

/** Builds the table of values of zigzag indices 1, 2 and 4, of a table of single symbols and their values. */
export function buildLowTable(valueTable: usize, lowTable: usize): void {
  for (let window: usize = 0; window < 1 << VALUE_BITS; window++)
    store<u32>(lowTable + (window << 2), lowEntry(window, valueTable));
}

function lowEntry(window: usize, valueTable: usize): u32 {
  let low: u32 = 1 << 24;
  let zigzag = 0;
  let bits = 0;
  while (zigzag < 4) {
    const rest = (window << (<usize>bits)) & ((1 << VALUE_BITS) - 1);
    const entry = load<i32>(valueTable + (rest << 2));
    const value = entry >> 16;
    bits += entry & 63;
    if (entry === 0 || bits > VALUE_BITS || value < i8.MIN_VALUE || value > i8.MAX_VALUE) return 0;
    zigzag += (entry & 0xffff) >> 6;
    // The bytes are at 0, 1 and 2. Zigzag index 3 is not needed, nor is what is beyond.
    if (zigzag === 1 || zigzag === 2 || zigzag === 4)
      low |= (<u32>(value & 255)) << (<u32>((zigzag >> 1) << 3));
  }
  return low;
}

/**
 * Decodes an AC symbol of any length and its value.
 * @returns `value << 16 | advance << 6 | bits`, or 0 for an invalid code or symbol.
 */
export function decodeAcValue(window: u64, table: i32): i32 {
  const found = decodeSymbol(window, table);
  if (found < 0) return 0;
  const entry = skipEntry(found >> 8, found & 255);
  const size = (found >> 8) & 15;
  if (entry === 0 || size === 0) return entry;
  return (extend(<i32>((window << (found & 255)) >>> (64 - size)), size) << 16) | entry;
}
