// The reader of before, kept as reference: do not optimise.
//
// The layout of the module's memory: tables at fixed addresses, and from HEAP on what the caller allocates.
//
// A lookup table is indexed by a window: the next bits of the data. The lowest 6 bits of an entry, `bits`, are the length of what is
// decoded: the code and the value after it.

/** Window of the AC symbol and AC skip tables. */
export const AC_BITS: i32 = 13;
/** Window of the AC value tables. */
export const VALUE_BITS: i32 = 10;
/** Window of the DC tables. */
export const DC_BITS: i32 = 10;

/** The three components; fields in components.ts. */
export const COMPONENTS: usize = 256;
export const COMPONENT_BYTES: usize = 64;

/** The blocks of one MCU in coding order; fields in components.ts. */
export const BLOCKS: usize = 512;
export const BLOCK_BYTES: usize = 16;

/** The low-frequency coefficients of one block: 4 x 4 floats, a row for each vertical frequency. */
export const COEFFICIENTS: usize = 768;

/** The basis functions of the 4-point inverse DCT: 4 samples (floats) for each frequency. */
export const COSINES: usize = 832;

/** Huffman tables as in a DHT segment: 16 counts (BITS), then the symbols (HUFFVAL). 0 to 3: DC, 4 to 7: AC. */
export const HUFFMAN_SPECS: usize = 1024;
export const HUFFMAN_SPEC_BYTES: usize = 512;

/**
 * Per Huffman table and code length from 1 to 16 bits: the first 16-bit window above the codes of that length
 * (MAXCODE + 1, left-aligned), and VALPTR - MINCODE (T.81, F.2.2.3). Four bytes each.
 */
export const CODE_LIMITS: usize = 5120;
export const CODE_LIMITS_BYTES: usize = 256;

/** Per component and zigzag index: a weight (float), and the byte offset in COEFFICIENTS to which the weighted value is added. */
export const WEIGHTS: usize = 7168;
export const WEIGHTS_BYTES: usize = 512;

/** `difference << 6 | bits`, two bytes; `bits` is 0 where the window is too short: see {@link buildDcTable}. */
export const DC_TABLES: usize = 9216;
export const DC_TABLE_BYTES: usize = 2 << DC_BITS;

/** One symbol: `advance << 6 | bits`, two bytes; 0 where the window is too short. `advance`: zigzag positions. */
export const AC_SYMBOL_TABLES: usize = DC_TABLES + 4 * DC_TABLE_BYTES;
export const AC_SYMBOL_TABLE_BYTES: usize = 2 << AC_BITS;

/** The same, summed over all complete symbols of the window. */
export const AC_SKIP_TABLES: usize = AC_SYMBOL_TABLES + 4 * AC_SYMBOL_TABLE_BYTES;
export const AC_SKIP_TABLE_BYTES: usize = 2 << AC_BITS;

/** One symbol and its value: `value << 16 | advance << 6 | bits`, four bytes; 0 where the window is too short. */
export const AC_VALUE_TABLES: usize = AC_SKIP_TABLES + 4 * AC_SKIP_TABLE_BYTES;
export const AC_VALUE_TABLE_BYTES: usize = 4 << VALUE_BITS;

export const HEAP: usize = AC_VALUE_TABLES + 4 * AC_VALUE_TABLE_BYTES;
