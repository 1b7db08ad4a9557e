// The parameters of a scan, set by the caller: its components, the coefficients to decode, and the blocks of an MCU.

import {
  AC_VALUE_TABLE_BYTES,
  AC_VALUE_TABLES,
  BLOCK_BYTES,
  BLOCKS,
  COEFFICIENTS,
  COMPONENT_BYTES,
  COMPONENTS,
  COSINES,
  DC_TABLE_BYTES,
  DC_TABLES,
  LOW_TABLES,
  LOW_WEIGHTS,
  LOW_WEIGHTS_BYTES,
  NOT_KEPT,
  WEIGHTS,
  WEIGHTS_BYTES,
} from './memory-map';

// Byte offsets of a component's fields, 32 bits each.
/** Address of its output: for each block BLOCK_SIZE x BLOCK_SIZE samples of one byte, or (progressive) one DC of two bytes. */
export const PLANE: usize = 0;
/** Bytes of an output row. */
export const STRIDE: usize = 4;
/** Samples per side that a block is reconstructed to: 1, 2 or 4. */
export const BLOCK_SIZE: usize = 8;
/** Horizontal and vertical sampling factors. */
export const H: usize = 12;
export const V: usize = 16;
/** Addresses of its lookup tables. */
export const DC_TABLE: usize = 20;
export const AC_VALUE_TABLE: usize = 24;
/** Address of its table of low coefficients; 0: it has none. */
export const LOW_TABLE: usize = 28;
/** The quantisation value of DC. */
export const DC_QUANTISER: usize = 32;
/** Zigzag index of the last coefficient to decode. */
export const LAST_KEPT: usize = 36;
/** Numbers of its Huffman tables: DC 0 to 3, AC 4 to 7. */
export const DC_TABLE_NUMBER: usize = 40;
export const AC_TABLE_NUMBER: usize = 44;
/** DC of its previous block (PRED of T.81, F.2.1.3.1). */
export const PREDICTOR: usize = 48;
/** Address of its weights. */
export const WEIGHT_TABLE: usize = 52;
/** Bytes from an output to that of the same block of the next MCU. */
export const STEP: usize = 56;
/** Address of its weights for the table of low coefficients. */
export const LOW_WEIGHT_TABLE: usize = 60;

// Byte offsets of the fields of a block of the MCU: the address of its component, its column and row among that component's blocks in
// the MCU, and the address of its next output.
export const COMPONENT: usize = 0;
export const COLUMN: usize = 4;
export const ROW: usize = 8;
export const TARGET: usize = 12;

/** Sets a component's output, and the samples per side that a block is reconstructed to. */
export function setPlane(index: i32, plane: usize, stride: i32, blockSize: i32): void {
  const component = COMPONENTS + <usize>index * COMPONENT_BYTES;
  store<u32>(component, <u32>plane, PLANE);
  store<i32>(component, stride, STRIDE);
  store<i32>(component, blockSize, BLOCK_SIZE);
}

/**
 * Sets a component's sampling factors, the quantisation value of DC and its Huffman tables, each 0 to 3. No AC is kept yet. Call after
 * {@link setPlane}.
 */
export function setComponent(index: i32, h: i32, v: i32, dcQuantiser: i32, dcTable: i32, acTable: i32): void {
  const component = COMPONENTS + <usize>index * COMPONENT_BYTES;
  store<i32>(component, h, H);
  store<i32>(component, v, V);
  store<i32>(component, dcQuantiser, DC_QUANTISER);
  store<i32>(component, dcTable, DC_TABLE_NUMBER);
  store<i32>(component, 4 + acTable, AC_TABLE_NUMBER);
  store<u32>(component, <u32>(DC_TABLES + <usize>dcTable * DC_TABLE_BYTES), DC_TABLE);
  store<u32>(component, <u32>(AC_VALUE_TABLES + <usize>acTable * AC_VALUE_TABLE_BYTES), AC_VALUE_TABLE);
  store<u32>(component, <u32>(WEIGHTS + <usize>index * WEIGHTS_BYTES), WEIGHT_TABLE);
  store<i32>(component, h * load<i32>(component, BLOCK_SIZE), STEP);
  // Luma seldom has all low coefficients within a window.
  const hasLow = index > 0 && load<i32>(component, BLOCK_SIZE) === 2;
  store<u32>(component, hasLow ? <u32>(LOW_TABLES + <usize>acTable * AC_VALUE_TABLE_BYTES) : 0, LOW_TABLE);
  store<u32>(component, <u32>(LOW_WEIGHTS + <usize>index * LOW_WEIGHTS_BYTES), LOW_WEIGHT_TABLE);
  store<i32>(component, 0, LAST_KEPT);
  const weights = WEIGHTS + <usize>index * WEIGHTS_BYTES;
  for (let at = weights; at < weights + WEIGHTS_BYTES; at += 8)
    store<u32>(at, <u32>(NOT_KEPT - COEFFICIENTS), 4);
}

/**
 * Marks an AC coefficient for decoding, with its weight and its frequencies `u` across and `v` down (0 to 3). Call in ascending
 * zigzag order. Those left out in between are written to NOT_KEPT.
 */
export function keepCoefficient(index: i32, zigzag: i32, u: i32, v: i32, weight: f32): void {
  const entry = WEIGHTS + <usize>index * WEIGHTS_BYTES + ((<usize>zigzag) << 3);
  store<f32>(entry, weight);
  store<i32>(entry, (v << 4) | (u << 2), 4);
  store<i32>(COMPONENTS + <usize>index * COMPONENT_BYTES, zigzag, LAST_KEPT);
  if (zigzag === 1 || zigzag === 2 || zigzag === 4)
    store<f32>(LOW_WEIGHTS + <usize>index * LOW_WEIGHTS_BYTES + ((<usize>zigzag >> 1) << 2), weight);
}

/** Sets sample `x` (0 to 3) of basis function `u` of the 4-point inverse DCT. */
export function setCosine(u: i32, x: i32, value: f32): void {
  store<f32>(COSINES + <usize>((u << 4) | (x << 2)), value);
}

/** Sets block `index` of an MCU: its component, and its column and row among that component's blocks. */
export function setBlock(index: i32, component: i32, column: i32, row: i32): void {
  const block = BLOCKS + <usize>index * BLOCK_BYTES;
  store<u32>(block, <u32>(COMPONENTS + <usize>component * COMPONENT_BYTES), COMPONENT);
  store<i32>(block, column, COLUMN);
  store<i32>(block, row, ROW);
}

/** Sets the output address of each block for the first MCU of a row. `bytes`: of a sample. */
export function setTargets(end: usize, mcuRow: i32, bytes: i32): void {
  for (let block = BLOCKS; block < end; block += BLOCK_BYTES) {
    const component = <usize>load<u32>(block, COMPONENT);
    const size = load<i32>(component, BLOCK_SIZE);
    const y = (mcuRow * load<i32>(component, V) + load<i32>(block, ROW)) * size;
    const x = load<i32>(block, COLUMN) * size * bytes;
    store<i32>(block, load<i32>(component, PLANE) + y * load<i32>(component, STRIDE) + x, TARGET);
  }
}

/** Sets the predictors of all components to 0 (T.81, F.2.1.3.1). */
export function resetPredictors(): void {
  for (
    let component = COMPONENTS;
    component < COMPONENTS + 3 * COMPONENT_BYTES;
    component += COMPONENT_BYTES
  ) {
    store<i32>(component, 0, PREDICTOR);
  }
}
