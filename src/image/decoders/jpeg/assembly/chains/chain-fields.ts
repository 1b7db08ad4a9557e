// What a chain is in memory. chains.ts says what it does.

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
