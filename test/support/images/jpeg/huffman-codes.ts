// Huffman codes for the tests' own encoder, each with every symbol of an 8-bit image.

import { codeOfLengths, type HuffmanCode } from './bit-writer.js';

/** Codes of DC and AC for all components, or for each one its own. */
export interface Codes {
  readonly dc: readonly HuffmanCode[];
  readonly ac: readonly HuffmanCode[];
}

const DC_SYMBOLS = [...Array(12).keys()];
/** Every AC symbol (T.81, table F.1): end of block, sixteen zeros, and each run before each size. */
const AC_SYMBOLS = [
  0x00,
  0xf0,
  ...[...Array(16).keys()].flatMap((run) => [...Array(10).keys()].map((size) => (run << 4) | (size + 1))),
];

function codeOf(symbols: readonly number[], length: (symbol: number) => number): HuffmanCode {
  return codeOfLengths(new Map(symbols.map((symbol) => [symbol, length(symbol)])));
}

/** With no zeros before it a large value takes 12 bits together with its code, a small one 13; all others take 15 and more. */
function fillingLength(symbol: number): number {
  if (symbol === 0 || symbol > 10) return 15;
  return (symbol > 4 ? 12 : 13) - symbol;
}

/** DC codes of the greatest length, and AC symbols that fill a look-up of 12 or 13 bits to the last one. */
const filling: Codes = { dc: [codeOf(DC_SYMBOLS, () => 16)], ac: [codeOf(AC_SYMBOLS, fillingLength)] };

/** A block of a flat area takes two bits. */
const dense: Codes = {
  dc: [codeOf(DC_SYMBOLS, (symbol) => (symbol === 0 ? 1 : 5))],
  ac: [codeOf(AC_SYMBOLS, (symbol) => (symbol === 0 ? 1 : 9))],
};

/** A block of a flat area takes two bits, and every other symbol is longer than a look-up. */
const long: Codes = {
  dc: dense.dc,
  ac: [codeOf(AC_SYMBOLS, (symbol) => (symbol === 0 ? 1 : 16))],
};

/** A large value and the end of a block after it take 12 bits. */
function largeLength(symbol: number): number {
  if (symbol === 0) return 1;
  return symbol === 8 || symbol === 9 ? 3 : 11;
}

/** Short codes of large values. */
const large: Codes = { dc: dense.dc, ac: [codeOf(AC_SYMBOLS, largeLength)] };

/** All symbols of a kind have codes of one length: lengths tell nothing about the place in a block. */
const even: Codes = { dc: [codeOf(DC_SYMBOLS, () => 4)], ac: [codeOf(AC_SYMBOLS, () => 8)] };

/** Three components, and different tables for each. */
const three: Codes = {
  dc: [filling, dense, even].flatMap(({ dc }) => dc),
  ac: [filling, even, dense].flatMap(({ ac }) => ac),
};

export const CODES = { filling, dense, large, long, even, three } satisfies Record<string, Codes>;
