// Decodes blocks whose first bits are known to samples, in the order of the MCUs: what the reduced image needs of each. The rest of a block
// has been skipped by a chain, and so is known to be valid.

import { bitsFrom, nextBits } from './bits';
import { NOTE_BYTES } from './chains/chains';
import {
  AC_TABLE_NUMBER,
  AC_VALUE_TABLE,
  BLOCK_SIZE,
  COMPONENT,
  DC_QUANTISER,
  DC_TABLE,
  DC_TABLE_NUMBER,
  LAST_KEPT,
  LOW_TABLE,
  LOW_WEIGHT_TABLE,
  PREDICTOR,
  resetPredictors,
  STEP,
  STRIDE,
  setTargets,
  TARGET,
  WEIGHT_TABLE,
} from './components';
import { decodeAcValue, decodeLongDifference, differenceEntry } from './huffman';
import { clearCoefficients, idct2x2, idct4x4, isOutOfRange, lowIdct2x2, toSample } from './idct';
import { BLOCK_BYTES, BLOCKS, COEFFICIENTS, VALUE_BITS } from './memory-map';

/** MCUs of a row. */
let columns: i32 = 0;
/** The next block: row and column of its MCU, and its entry in BLOCKS. */
let row: i32 = 0;
let column: i32 = 0;
let next: usize = BLOCKS;
/** End of the list of the blocks of an MCU. */
let blocksEnd: usize = BLOCKS;
/** Blocks that are still to be decoded. */
export let blocksLeft: i32 = 0;

/** Begins with the first block. @param blocks Of an MCU. @param mcuColumns MCUs of a row. @param mcuRows Rows of MCUs. */
export function beginBlocks(blocks: i32, mcuColumns: i32, mcuRows: i32): void {
  columns = mcuColumns;
  row = 0;
  column = 0;
  next = BLOCKS;
  blocksEnd = BLOCKS + <usize>blocks * BLOCK_BYTES;
  blocksLeft = blocks * mcuColumns * mcuRows;
  resetPredictors();
  setTargets(blocksEnd, 0, 1);
}

/** The number of the next block in its MCU. */
export function nextBlock(): i32 {
  return <i32>((next - BLOCKS) / BLOCK_BYTES);
}

/** Decodes the next `count` blocks, of which there are notes. False if one is damaged. */
export function decodeBlocks(notes: usize, count: i32): bool {
  let block = next;
  blocksLeft -= count;
  for (const end = notes + <usize>count * NOTE_BYTES; notes < end; notes += NOTE_BYTES) {
    const at = load<i32>(notes);
    if (at < 0) return false;
    const component = <usize>load<u32>(block, COMPONENT);
    let entry = differenceEntry(at, <usize>load<u32>(component, DC_TABLE));
    if ((entry & 63) === 0)
      entry = decodeLongDifference(bitsFrom(at), entry, load<i32>(component, DC_TABLE_NUMBER));
    const dc = load<i32>(component, PREDICTOR) + (entry >> 6);
    store<i32>(component, dc, PREDICTOR);
    const dequantised = dc * load<i32>(component, DC_QUANTISER);
    if (isOutOfRange(dequantised)) return false;

    const target = <usize>load<u32>(block, TARGET);
    store<u32>(block, <u32>target + load<u32>(component, STEP), TARGET);
    const size = load<i32>(component, BLOCK_SIZE);
    if (size === 1) {
      store<u8>(target, toSample((dequantised + 4) >> 3));
    } else {
      const acAt = at - (entry & 63);
      const stride = <usize>load<u32>(component, STRIDE);
      const low = lowEntryAt(component, acAt);
      if (low !== 0) {
        lowIdct2x2(target, stride, dequantised, low, <usize>load<u32>(component, LOW_WEIGHT_TABLE));
      } else {
        decodeCoefficients(component, acAt, dequantised);
        if (size === 2) idct2x2(target, stride);
        else idct4x4(target, stride);
      }
    }

    block += BLOCK_BYTES;
    if (block === blocksEnd) {
      block = BLOCKS;
      column += 1;
      if (column === columns) {
        column = 0;
        row += 1;
        setTargets(blocksEnd, row, 1);
      }
    }
  }
  next = block;
  return true;
}

/** The entry of the low table for a block, or 0 if it has none. @param at Position of its AC coefficients. */
function lowEntryAt(component: usize, at: i32): usize {
  const table = <usize>load<u32>(component, LOW_TABLE);
  if (table === 0) return 0;
  const entry = table + (nextBits(at, VALUE_BITS) << 2);
  return load<u32>(entry) === 0 ? 0 : entry;
}

/** Decodes the coefficients that are kept of a block. @param at Position of its AC coefficients. */
function decodeCoefficients(component: usize, at: i32, dequantised: i32): void {
  clearCoefficients();
  store<f32>(COEFFICIENTS, <f32>dequantised * 0.125);
  const keptEnd = (load<i32>(component, LAST_KEPT) + 1) << 6;
  const valueTable = <usize>load<u32>(component, AC_VALUE_TABLE);
  const weights = <usize>load<u32>(component, WEIGHT_TABLE);
  let bits = bitsFrom(at);
  // The sum of entries: the zigzag index of the next coefficient << 6 | the bits consumed since `at`.
  let sum = 1 << 6;
  while (sum < keptEnd) {
    let entry = load<i32>(valueTable + ((<usize>(bits >>> (64 - VALUE_BITS))) << 2));
    if (entry === 0) {
      at -= sum & 63;
      sum &= ~63;
      bits = bitsFrom(at);
      entry = decodeAcValue(bits, load<i32>(component, AC_TABLE_NUMBER));
    }
    sum += entry & 0xffff;
    if (sum >= 65 << 6) break;
    const weight = weights + ((<usize>((sum >>> 6) - 1)) << 3);
    const to = COEFFICIENTS + <usize>load<u32>(weight, 4);
    store<f32>(to, <f32>(entry >> 16) * load<f32>(weight));
    bits <<= <u64>entry;
    if ((sum & 63) > 57 - VALUE_BITS) {
      at -= sum & 63;
      sum &= ~63;
      bits = bitsFrom(at);
    }
  }
}
