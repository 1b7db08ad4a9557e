// The tables of the pass that only skips: what a chain does at a look (chains.ts).
//
// An entry has 16 bits:
//
//      15  14 ........ 9   8 7   6 5   4 ......... 0
//     +---+---------------+-----+-----+-------------+
//     | C |    advance    |  0  |  T  |    bits     |
//     +---+---------------+-----+-----+-------------+
//
// bits: by how many the position advances. T: by how many states (DC to AC is one, AC to the next block's DC another). advance: zigzag
// positions of the symbols that are skipped. C: the block continues. A look swallows every symbol whose code is in the window, and the
// last one's value may go beyond it. A window whose first symbol it cannot skip has the entry EXCEPTION, whose advance is beyond every
// block.

import {
  buildLimits,
  buildLowTable,
  buildValueTable,
  END_OF_BLOCK,
  MAX_DC_SIZE,
  skipEntry,
} from '../huffman';
import {
  AC_SKIP_TABLE_BYTES,
  AC_SKIP_TABLES,
  AC_VALUE_TABLE_BYTES,
  AC_VALUE_TABLES,
  DC_SKIP_TABLE_BYTES,
  DC_SKIP_TABLES,
  HUFFMAN_SPEC_BYTES,
  HUFFMAN_SPECS,
  LOOK_TABLE_BYTES,
  LOW_TABLES,
  SKIP_BITS,
  SYMBOL_TABLE_BYTES,
  SYMBOL_TABLES,
} from '../memory-map';

/** AC coefficients of a block. */
export const AC_COEFFICIENTS: i32 = 63;

const CONTINUES: i32 = 1 << 15;
/** As a signed number, as the chains load it. */
export const EXCEPTION: i32 = -(1 << 15) | (AC_COEFFICIENTS << 9);
const NEXT_STATE: i32 = 1 << 5;

/** Whether the block ends with the last symbol of an entry. */
function endsBlock(entry: i32): bool {
  return (entry & CONTINUES) === 0;
}

/** Bits by which an entry advances the position. */
export function bitsOf(entry: i32): i32 {
  return entry & 31;
}

/** Zigzag positions that it skips. */
export function advanceOf(entry: i32): i32 {
  return (entry >> 9) & 63;
}

/** Bytes from a state to the one after it. */
export function stateBytesOf(entry: i32): i32 {
  return (entry >> 3) & 12;
}

/** All bits if the block continues, else none. */
export function continuesMask(entry: i32): i32 {
  return entry >> 15;
}

/** The entry of a symbol with which the block ends. */
export function asLast(entry: i32): i32 {
  return bitsOf(entry) | NEXT_STATE;
}

/** Fills the symbol table of Huffman table `table` (0 to 3: DC, 4 to 7: AC), of valid symbols whose code fits into the window. */
function fillSymbols(table: i32): void {
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

/**
 * Builds the lookup tables of AC Huffman table `id` (0 to 3).
 * @param needsValues Whether some coefficients are to be decoded, not only skipped.
 * @returns False if the Huffman table is damaged.
 */
export function buildAcTables(id: i32, needsValues: bool): bool {
  if (!buildLimits(4 + id)) return false;
  buildAcSkipTable(id);
  if (needsValues) {
    const offset = <usize>id * AC_VALUE_TABLE_BYTES;
    buildValueTable(4 + id, AC_VALUE_TABLES + offset);
    buildLowTable(AC_VALUE_TABLES + offset, LOW_TABLES + offset);
  }
  return true;
}

/** Builds the skip table of AC Huffman table `id` (0 to 3), from the shortest windows on: what follows a symbol is a shorter window. */
function buildAcSkipTable(id: i32): void {
  const symbols = SYMBOL_TABLES + <usize>(4 + id) * SYMBOL_TABLE_BYTES;
  const table = AC_SKIP_TABLES + <usize>id * AC_SKIP_TABLE_BYTES;
  fillSymbols(4 + id);
  for (let known = 0; known <= SKIP_BITS; known++) {
    for (let window = 0; window < 1 << known; window++) {
      const symbol = <i32>load<u16>(symbols + ((<usize>(window << (SKIP_BITS - known))) << 1));
      const entry = symbol === 0 || (symbol & 15) > known ? EXCEPTION : acEntry(symbol);
      const at = table + ((<usize>2) << known) + ((<usize>window) << 1);
      store<i16>(at, <i16>(endsBlock(entry) ? entry : followed(entry, table, window, known)));
      if (known === SKIP_BITS) store<i16>(at, <i16>entry, LOOK_TABLE_BYTES);
    }
  }
}

/** Builds the skip table of a component whose Huffman tables are DC `dc` and AC `ac` (0 to 3), and the latter's skip table is built. */
export function buildDcSkipTable(component: i32, dc: i32, ac: i32): void {
  const symbols = SYMBOL_TABLES + <usize>dc * SYMBOL_TABLE_BYTES;
  const to = DC_SKIP_TABLES + <usize>component * DC_SKIP_TABLE_BYTES;
  const table = AC_SKIP_TABLES + <usize>ac * AC_SKIP_TABLE_BYTES;
  fillSymbols(dc);
  for (let window = 0; window < 1 << SKIP_BITS; window++) {
    const symbol = <i32>load<u16>(symbols + ((<usize>window) << 1));
    const entry = symbol === 0 ? EXCEPTION : CONTINUES | NEXT_STATE | (symbol >> 4);
    const at = to + ((<usize>window) << 1);
    store<i16>(at, <i16>followed(entry, table, window, SKIP_BITS));
    store<i16>(at, <i16>entry, LOOK_TABLE_BYTES);
  }
}

/** The entry of a single AC symbol. */
function acEntry(symbol: i32): i32 {
  const bits = (symbol >> 4) & 31;
  const advance = symbol >> 9;
  return advance === 0 ? NEXT_STATE | bits : CONTINUES | (advance << 9) | bits;
}

/** The entry of a window of `known` bits: that of its first symbol, with the AC symbols that follow as `table` skips them. */
function followed(entry: i32, table: usize, window: i32, known: i32): i32 {
  const left = known - bitsOf(entry);
  if (entry === EXCEPTION || left <= 0) return entry;
  const rest = <i32>load<i16>(table + ((<usize>2) << left) + ((<usize>(window & ((1 << left) - 1))) << 1));
  if (rest === EXCEPTION || advanceOf(entry) + advanceOf(rest) >= AC_COEFFICIENTS) return entry;
  // Each field is the sum of both, and fits: 24 bits, 2 states, 62 zigzag positions at most. The block continues if the rest does.
  return (entry & ~CONTINUES) + rest;
}
