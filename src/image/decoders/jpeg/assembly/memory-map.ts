// The layout of the module's memory: tables at fixed addresses, and from HEAP on what the caller allocates.
//
// A lookup table is indexed by a window: the next bits of the data. In the DC and value tables the lowest 6 bits of an entry, `bits`, are
// the length of what is decoded: the code and the value after it.

/** Window of the symbol and skip tables. */
export const SKIP_BITS: i32 = 13;
/** Window of the AC value tables. */
export const VALUE_BITS: i32 = 12;
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

/** Per component: the weights of zigzag indices 1, 2 and 4, and 0 (floats). */
export const LOW_WEIGHTS: usize = 896;
export const LOW_WEIGHTS_BYTES: usize = 16;

/** Where a coefficient that is not kept is written. */
export const NOT_KEPT: usize = 960;

/** Huffman tables as in a DHT segment: 16 counts (BITS), then the symbols (HUFFVAL). 0 to 3: DC, 4 to 7: AC. */
export const HUFFMAN_SPECS: usize = 1024;
export const HUFFMAN_SPEC_BYTES: usize = 512;

/**
 * Per Huffman table and code length from 1 to 16 bits: the first 16-bit window above the codes of that length
 * (MAXCODE + 1, left-aligned), and VALPTR - MINCODE (T.81, F.2.2.3). Four bytes each.
 */
export const CODE_LIMITS: usize = 5120;
export const CODE_LIMITS_BYTES: usize = 256;

/** Per component and zigzag index: a weight (float), and the byte offset in COEFFICIENTS at which the weighted value is stored. */
export const WEIGHTS: usize = 7168;
export const WEIGHTS_BYTES: usize = 512;

/** `difference << 6 | bits`, two bytes; `bits` is 0 where the window is too short: see {@link buildDcTable}. */
export const DC_TABLES: usize = 9216;
export const DC_TABLE_BYTES: usize = 2 << DC_BITS;

/**
 * One symbol of each DC (0 to 3) and AC (4 to 7) Huffman table: `advance << 9 | bits << 4 | code length`, two bytes; 0 where the window
 * holds no code. `advance`: zigzag positions; 0 for EOB and in a DC table.
 */
export const SYMBOL_TABLES: usize = DC_TABLES + 4 * DC_TABLE_BYTES;
export const SYMBOL_TABLE_BYTES: usize = 2 << SKIP_BITS;

/** A table of looks, and one of single symbols after it: entries of two bytes for each window. See skip-tables.ts. */
export const LOOK_TABLE_BYTES: usize = 2 << SKIP_BITS;

/** Per AC Huffman table: looks for windows of 0 to SKIP_BITS bits, those of n bits from byte 2 << n on; then single symbols. */
export const AC_SKIP_TABLES: usize = SYMBOL_TABLES + 8 * SYMBOL_TABLE_BYTES;
export const AC_SKIP_TABLE_BYTES: usize = 3 * LOOK_TABLE_BYTES;

/** Per DC Huffman table, and of these per AC Huffman table: looks at the start of a block; then single symbols. */
export const DC_SKIP_TABLES: usize = AC_SKIP_TABLES + 4 * AC_SKIP_TABLE_BYTES;
export const DC_SKIP_TABLE_BYTES: usize = 2 * LOOK_TABLE_BYTES;

/** One symbol and its value: `value << 16 | advance << 6 | bits`, four bytes; 0 where the window is too short. */
export const AC_VALUE_TABLES: usize = DC_SKIP_TABLES + 16 * DC_SKIP_TABLE_BYTES;
export const AC_VALUE_TABLE_BYTES: usize = 4 << VALUE_BITS;

/**
 * Per AC Huffman table, all that a block of 2 x 2 samples needs, in four bytes: the values of zigzag indices 1, 2 and 4, and 1; or 0 where
 * the window is too short, or a value longer than a byte.
 */
export const LOW_TABLES: usize = AC_VALUE_TABLES + 4 * AC_VALUE_TABLE_BYTES;

/** The chains; fields in chain-fields.ts. */
export const CHAINS: usize = LOW_TABLES + 4 * AC_VALUE_TABLE_BYTES;
export const CHAIN_BYTES: usize = 32;
export const CHAIN_COUNT: usize = 4;

/** The pieces that chains work at or have finished; fields in pieces.ts. */
export const PIECES: usize = CHAINS + CHAIN_COUNT * CHAIN_BYTES;
export const PIECE_BYTES: usize = 32;
export const PIECE_COUNT: usize = 8;

/** What a parked chain reads, and where it writes. */
export const PARKED_DATA: usize = PIECES + PIECE_COUNT * PIECE_BYTES;
export const PARKED_ENTRY: usize = PARKED_DATA + 8;
export const PARKED_STATE: usize = PARKED_DATA + 16;
export const PARKED_NOTE: usize = PARKED_DATA + 24;

/**
 * The states of a chain, in coding order: for each block of the MCU the addresses of its DC and its AC skip table, four bytes each. The
 * MCU is repeated, so that a chain seldom has to go back to the first.
 */
export const STATES: usize = PARKED_DATA + 32;
export const STATES_BYTES: usize = 4096;

/** Blocks that were found one by one: a note for each, as chains.ts writes them. */
export const FOUND_NOTES: usize = STATES + STATES_BYTES;
export const MAX_FOUND: i32 = 64;

export const HEAP: usize = FOUND_NOTES + 8 * (<usize>MAX_FOUND + 1);
