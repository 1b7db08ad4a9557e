// What a scan needs to know of its components, and the blocks of its MCUs, as the caller says it.

import {
  BLOCK_BYTES,
  BLOCKS,
  COMPONENT_BYTES,
  COMPONENTS,
  COSINES,
  DC,
  DC_BYTES,
  KEPT,
  KEPT_BYTES,
  MANY,
  MANY_BYTES,
  VALUES,
  VALUES_BYTES,
} from './memory-map';

// A component: offsets of 32-bit fields.
/** Where its samples go: `SIZE` x `SIZE` for each block, one byte each; in a progressive scan one DC of two bytes. */
export const PLANE: usize = 0;
/** Bytes of a row of samples. */
export const STRIDE: usize = 4;
export const SIZE: usize = 8;
/** Sampling factors. */
export const ACROSS: usize = 12;
export const DOWN: usize = 16;
/** Addresses of its DC table, and of its tables of many symbols and of values. */
export const DC_TABLE: usize = 20;
export const MANY_TABLE: usize = 24;
export const VALUE_TABLE: usize = 28;
/** The quantisation of DC. */
export const DC_STEP: usize = 32;
/** The zigzag place of the last coefficient that is kept. */
export const LAST_KEPT: usize = 36;
/** The numbers of its tables, as `huffman.ts` counts them. */
export const DC_CODE: usize = 40;
export const AC_CODE: usize = 44;
/** The DC of its last block. */
export const PREDICTED: usize = 48;
/** The address of its weights. */
export const WEIGHTS: usize = 52;

// A block of an MCU: its component's address, its place in the MCU, and where its samples go next.
export const OF: usize = 0;
export const LEFT: usize = 4;
export const ABOVE: usize = 8;
export const TARGET: usize = 12;

/** Says where the samples of a component go, and how many are made of a block (`size` x `size`). */
export function setPlane(index: i32, plane: usize, stride: i32, size: i32): void {
  const part = COMPONENTS + <usize>index * COMPONENT_BYTES;
  store<u32>(part, <u32>plane, PLANE);
  store<i32>(part, stride, STRIDE);
  store<i32>(part, size, SIZE);
}

/** Says how a component is coded: its sampling factors, quantisation of DC, and the numbers of its tables, each 0 to 3. */
export function setCoding(index: i32, across: i32, down: i32, dcStep: i32, dc: i32, ac: i32): void {
  const part = COMPONENTS + <usize>index * COMPONENT_BYTES;
  store<i32>(part, across, ACROSS);
  store<i32>(part, down, DOWN);
  store<i32>(part, dcStep, DC_STEP);
  store<i32>(part, dc, DC_CODE);
  store<i32>(part, 4 + ac, AC_CODE);
  store<u32>(part, <u32>(DC + <usize>dc * DC_BYTES), DC_TABLE);
  store<u32>(part, <u32>(MANY + <usize>ac * MANY_BYTES), MANY_TABLE);
  store<u32>(part, <u32>(VALUES + <usize>ac * VALUES_BYTES), VALUE_TABLE);
  store<u32>(part, <u32>(KEPT + <usize>index * KEPT_BYTES), WEIGHTS);
  store<i32>(part, 0, LAST_KEPT);
  memory.fill(KEPT + <usize>index * KEPT_BYTES, 0, KEPT_BYTES);
}

/** Keeps the coefficient at a zigzag place: it counts `weight` times, as frequency `u` across and `v` down. In rising order. */
export function keep(index: i32, zigzag: i32, u: i32, v: i32, weight: f32): void {
  const kept = KEPT + <usize>index * KEPT_BYTES + ((<usize>zigzag) << 3);
  store<f32>(kept, weight);
  store<i32>(kept, (v << 4) | (u << 2), 4);
  store<i32>(COMPONENTS + <usize>index * COMPONENT_BYTES, zigzag, LAST_KEPT);
}

/** Sets sample `x`, 0 to 3, of frequency `u` of the inverse transform. */
export function setCosine(u: i32, x: i32, value: f32): void {
  store<f32>(COSINES + <usize>((u << 4) | (x << 2)), value);
}

/** Sets a block of the MCUs: its component, and its place among that component's blocks. */
export function setBlock(index: i32, component: i32, left: i32, above: i32): void {
  const block = BLOCKS + <usize>index * BLOCK_BYTES;
  store<u32>(block, <u32>(COMPONENTS + <usize>component * COMPONENT_BYTES), OF);
  store<i32>(block, left, LEFT);
  store<i32>(block, above, ABOVE);
}
