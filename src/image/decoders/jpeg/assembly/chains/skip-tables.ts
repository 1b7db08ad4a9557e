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

import { buildLimits, buildLowTable, buildValueTable, fillSymbols } from '../huffman';
import {
  AC_SKIP_TABLE_BYTES,
  AC_SKIP_TABLES,
  AC_VALUE_TABLE_BYTES,
  AC_VALUE_TABLES,
  DC_SKIP_TABLE_BYTES,
  DC_SKIP_TABLES,
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
  fillSymbols(4 + id);
  const table = acSkipTable(id);
  for (let known = 0; known <= SKIP_BITS; known++)
    fillLooks(table + ((<usize>2) << known), known, 4 + id, table);
}

/** Builds the skip table of components whose Huffman tables are DC `dc` and AC `ac` (0 to 3). The latter's skip table must be built. */
export function buildDcSkipTable(dc: i32, ac: i32): void {
  fillSymbols(dc);
  fillLooks(dcSkipTable(dc, ac), SKIP_BITS, dc, acSkipTable(ac));
}

function acSkipTable(id: i32): usize {
  return AC_SKIP_TABLES + <usize>id * AC_SKIP_TABLE_BYTES;
}

/** The address of the skip table of a DC and an AC Huffman table, 0 to 3 each. */
export function dcSkipTable(dc: i32, ac: i32): usize {
  return DC_SKIP_TABLES + <usize>(4 * dc + ac) * DC_SKIP_TABLE_BYTES;
}

/**
 * Fills the entries of all windows of `known` bits: each that of its first symbol, with the AC symbols that follow as `acTable` skips them;
 * and behind the longest ones those of single symbols.
 * @param table Huffman table of the first symbol (0 to 3: DC, 4 to 7: AC).
 */
function fillLooks(to: usize, known: i32, table: i32, acTable: usize): void {
  const symbols = SYMBOL_TABLES + <usize>table * SYMBOL_TABLE_BYTES;
  for (let window = 0; window < 1 << known; ) {
    const symbol = <i32>load<u16>(symbols + ((<usize>(window << (SKIP_BITS - known))) << 1));
    const entry = symbol === 0 || (symbol & 15) > known ? EXCEPTION : symbolLook(symbol, table >= 4);
    const left = known - bitsOf(entry);
    const isAlone = entry === EXCEPTION || endsBlock(entry) || left < 0;
    // The windows that begin with this symbol and value come one after the other, in the order of what follows.
    const count = entry === EXCEPTION || left < 0 ? 1 : 1 << left;
    const rests = acTable + ((<usize>2) << left);
    for (let i: usize = 0; i < <usize>count; i++) {
      const at = to + ((<usize>window + i) << 1);
      store<i16>(at, <i16>(isAlone ? entry : followed(entry, <i32>load<i16>(rests + (i << 1)))));
      if (known === SKIP_BITS) store<i16>(at, <i16>entry, LOOK_TABLE_BYTES);
    }
    window += count;
  }
}

/** The entry of a single symbol. */
function symbolLook(symbol: i32, isAc: bool): i32 {
  const bits = (symbol >> 4) & 31;
  const advance = symbol >> 9;
  if (!isAc) return CONTINUES | NEXT_STATE | bits;
  return advance === 0 ? NEXT_STATE | bits : CONTINUES | (advance << 9) | bits;
}

/** The entry of a symbol that does not end a block and of what follows it. */
function followed(entry: i32, rest: i32): i32 {
  if (rest === EXCEPTION || advanceOf(entry) + advanceOf(rest) >= AC_COEFFICIENTS) return entry;
  // Each field is the sum of both, and fits: 24 bits, 2 states, 62 zigzag positions at most. The block continues if the rest does.
  return (entry & ~CONTINUES) + rest;
}
