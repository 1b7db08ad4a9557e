// Where everything is in the module's memory. Tables have fixed places; the rest is laid out by the caller from HEAP on.

/** Bits that one look into a table of AC symbols takes. */
export const AC_BITS: i32 = 13;
/** Bits that one look into a table of values takes. */
export const VALUE_BITS: i32 = 10;
/** Bits that one look into a DC table takes. */
export const DC_BITS: i32 = 10;

/** Three components of COMPONENT_BYTES each; see scan.ts. */
export const COMPONENTS: usize = 256;
export const COMPONENT_BYTES: usize = 64;

/** The blocks of one MCU in the order of their data; see scan.ts. */
export const BLOCKS: usize = 512;
export const BLOCK_BYTES: usize = 16;

/** Coefficients of one block: 4 x 4 floats, a row for each vertical frequency. */
export const COEFFICIENTS: usize = 768;

/** The inverse transform of four: for each frequency its four samples, as floats. */
export const COSINES: usize = 832;

/** As the file has them: 16 counts, then the symbols. Four DC tables, then four AC tables. */
export const CODES: usize = 1024;
export const CODES_BYTES: usize = 512;

/** For each length 1 to 16: the first 16-bit window beyond it, and where its symbols begin less its first code. */
export const LIMITS: usize = 5120;
export const LIMITS_BYTES: usize = 256;

/** For each component and zigzag place: a weight (float), and the byte in COEFFICIENTS that it is added to. */
export const KEPT: usize = 7168;
export const KEPT_BYTES: usize = 512;

/** Windows of DC_BITS to `difference << 6 | bits`, two bytes each; where it takes a longer look, no bits. */
export const DC: usize = 9216;
export const DC_BYTES: usize = 2 << DC_BITS;

/** Windows of AC_BITS to `advance << 6 | bits` of one symbol, two bytes each; 0 where it takes a longer look. */
export const SINGLE: usize = DC + 4 * DC_BYTES;
export const SINGLE_BYTES: usize = 2 << AC_BITS;

/** The same for as many whole symbols as fit. */
export const MANY: usize = SINGLE + 4 * SINGLE_BYTES;
export const MANY_BYTES: usize = 2 << AC_BITS;

/** Windows of VALUE_BITS to `value << 16 | advance << 6 | bits` of one symbol, four bytes each. */
export const VALUES: usize = MANY + 4 * MANY_BYTES;
export const VALUES_BYTES: usize = 4 << VALUE_BITS;

export const END: usize = VALUES + 4 * VALUES_BYTES;
