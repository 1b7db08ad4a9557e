// The exports of the WebAssembly module. It has no imports: it can reach only its own memory.

import { HEAP, HUFFMAN_SPEC_BYTES, HUFFMAN_SPECS } from './memory-map';

export { beginSequential, decodePart, isSequentialConsumed, scanNoteBytes } from './chains/pieces';
export { buildAcTables, buildDcSkipTable } from './chains/skip-tables';
export { upsampleHorizontally, upsampleVertically, ycbcrToRgb } from './colour';
export { keepCoefficient, setBlock, setComponent, setCosine, setPlane } from './components';
export { beginDcScan, decodeDcMcuRow, dequantiseDc, isDcSegmentConsumed } from './dc-scan';
export { buildDcTable } from './huffman';
export { nextMarker, segmentCount, unstuff } from './stuffing';

/** The address from which the caller may use the memory. */
export function heap(): usize {
  return HEAP;
}

/** Where the caller puts a Huffman table as in a DHT segment: 16 counts, then the symbols. 0 to 3: DC, 4 to 7: AC. */
export function huffmanSpecAddress(table: i32): usize {
  return HUFFMAN_SPECS + <usize>table * HUFFMAN_SPEC_BYTES;
}
