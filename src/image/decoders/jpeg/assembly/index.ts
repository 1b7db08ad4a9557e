// What the reader asks of the module. It imports nothing: its memory is all it can reach.

import { CODES, CODES_BYTES, END } from './memory-map';

export { between, toRgb, widen } from './colour';
export { keep, setBlock, setCoding, setCosine, setPlane } from './components';
export { makeAc, makeDc } from './huffman';
export { begin, isUsedUp, readDcRow, readRow, settleDc } from './scan';
export { intervals, nextMarker, unstuff } from './stuffing';

/** Where the caller's part of the memory begins. */
export function heap(): usize {
  return END;
}

/** Where a Huffman code is to be put as the file has it: 16 counts, then the symbols. 0 to 3: DC, 4 to 7: AC. */
export function codeAt(table: i32): usize {
  return CODES + <usize>table * CODES_BYTES;
}
