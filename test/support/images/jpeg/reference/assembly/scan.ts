// The reader of before, kept as reference: do not optimise.
//
// Decodes a sequential scan, one row of MCUs a call, each bit after the one before it.

import {
  AC_SKIP_TABLE,
  AC_TABLE_NUMBER,
  AC_VALUE_TABLE,
  BLOCK_SIZE,
  COLUMN,
  COMPONENT,
  DC_QUANTISER,
  DC_TABLE,
  DC_TABLE_NUMBER,
  H,
  LAST_KEPT,
  PLANE,
  PREDICTOR,
  ROW,
  STRIDE,
  TARGET,
  V,
  WEIGHT_TABLE,
} from './components';
import { decodeAcValue, decodeLongDifference, decodeSymbol, END_OF_BLOCK, skipEntry } from './huffman';
import { clearCoefficients, idct2x2, idct4x4, toSample } from './idct';
import {
  AC_BITS,
  BLOCK_BYTES,
  BLOCKS,
  COEFFICIENTS,
  COMPONENT_BYTES,
  COMPONENTS,
  DC_BITS,
  VALUE_BITS,
} from './memory-map';

/** A dequantised DC beyond this is damaged: 8-bit samples give 1024 at most, and quantisation adds 127 at most. */
const MAX_DC: i32 = 2048;

/** The unstuffed data, in reverse, begins below this address. */
let top: usize = 0;
/** Index of the next bit, from `top` downwards. */
let position: i32 = 0;
/** End of the list of the blocks of an MCU. */
let blocksEnd: usize = BLOCKS;
/** MCUs per restart interval, and MCUs left in the current one. Without restart intervals more than any image has. */
let restartInterval: i32 = i32.MAX_VALUE;
let mcusLeft: i32 = 0;
/** Address of the current entropy-coded segment's entry in the list of ends, and the index of the bit at which the segment ends. */
let segmentEntry: usize = 0;
let segmentEnd: i32 = 0;

/**
 * Starts a scan.
 * @param dataTop The `top` given to `unstuff`.
 * @param segmentEnds The list that `unstuff` has written.
 * @param blocks Blocks of an MCU.
 * @param interval MCUs per restart interval; 0: no restart intervals.
 */
export function beginScan(dataTop: usize, segmentEnds: usize, blocks: i32, interval: i32): void {
  top = dataTop;
  position = 0;
  blocksEnd = BLOCKS + <usize>blocks * BLOCK_BYTES;
  restartInterval = interval === 0 ? i32.MAX_VALUE : interval;
  mcusLeft = restartInterval;
  segmentEntry = segmentEnds;
  segmentEnd = (<i32>load<u32>(segmentEntry)) << 3;
  resetPredictors();
}

function resetPredictors(): void {
  for (
    let component = COMPONENTS;
    component < COMPONENTS + 3 * COMPONENT_BYTES;
    component += COMPONENT_BYTES
  ) {
    store<i32>(component, 0, PREDICTOR);
  }
}

/** Whether at most padding (less than a byte) is left of the current entropy-coded segment. */
export function isSegmentConsumed(): bool {
  return position <= segmentEnd && position > segmentEnd - 8;
}

/** Starts the next restart interval. False if the current entropy-coded segment is too long or too short. */
function restart(): bool {
  if (!isSegmentConsumed()) return false;
  position = segmentEnd;
  segmentEntry += 4;
  segmentEnd = (<i32>load<u32>(segmentEntry)) << 3;
  mcusLeft = restartInterval;
  resetPredictors();
  return true;
}

/** The bits from `at` on, left-aligned; at least 57 are valid. */
function bitsAt(at: i32): u64 {
  return load<u64>(top - 8 - <usize>(at >>> 3)) << (at & 7);
}

/** Whether a DC is beyond {@link MAX_DC} on either side, by one comparison: as u32, what is below the range is far above it. */
function isOutOfRange(dc: i32): bool {
  return <u32>(dc + MAX_DC) > <u32>(2 * MAX_DC);
}

/** Sets the output address of each block for the first MCU of a row. */
function setTargets(mcuRow: i32): void {
  for (let block = BLOCKS; block < blocksEnd; block += BLOCK_BYTES) {
    const component = <usize>load<u32>(block, COMPONENT);
    const size = load<i32>(component, BLOCK_SIZE);
    const y = (mcuRow * load<i32>(component, V) + load<i32>(block, ROW)) * size;
    const x = load<i32>(block, COLUMN) * size;
    store<i32>(block, load<i32>(component, PLANE) + y * load<i32>(component, STRIDE) + x, TARGET);
  }
}

/**
 * Decodes a row of `mcus` MCUs of a sequential scan to samples. False if the data is damaged.
 *
 * The loop is bound by the latency of its lookups: each needs the bit count in the entry of the one before. So a refill of the bit
 * buffer overlaps with a lookup that does not need the new bits, and the bits left at the end of a block serve the DC lookup of
 * the next one.
 *
 * A refill yields at least 57 bits. DC and two AC lookups leave 57 - 10 - 2 * 13 = 21 for the third. The refill overlaps with the
 * third, so at least 57 - 13 = 44 bits are left for the next three. A block that ends at the first or second of these leaves
 * 44 - 2 * 13 = 18 bits or more, one that ends at the third 44: enough for DC_BITS.
 */
export function decodeMcuRow(mcuRow: i32, mcus: i32): bool {
  setTargets(mcuRow);
  let at = position;
  let end = segmentEnd;
  let bits = bitsAt(at);
  for (let mcu = 0; mcu < mcus; mcu++) {
    if (mcusLeft === 0) {
      position = at;
      if (!restart()) return false;
      at = position;
      end = segmentEnd;
      bits = bitsAt(at);
    }
    mcusLeft -= 1;
    for (let block = BLOCKS; block < blocksEnd; block += BLOCK_BYTES) {
      const component = <usize>load<u32>(block, COMPONENT);
      const refill = bitsAt(at);
      let entry = <i32>(
        load<i16>(<usize>load<u32>(component, DC_TABLE) + ((<usize>(bits >>> (64 - DC_BITS))) << 1))
      );
      if ((entry & 63) === 0) {
        entry = decodeLongDifference(refill, entry, load<i32>(component, DC_TABLE_NUMBER));
        if (entry === i32.MIN_VALUE) return false;
        at += entry & 63;
        bits = bitsAt(at);
      } else {
        at += entry & 63;
        bits = refill << (<u64>entry);
      }
      const dc = load<i32>(component, PREDICTOR) + (entry >> 6);
      store<i32>(component, dc, PREDICTOR);
      const dequantised = dc * load<i32>(component, DC_QUANTISER);
      if (isOutOfRange(dequantised)) return false;

      // The sum of AC entries: the zigzag index of the next coefficient << 6 | the bits consumed since `at`.
      let sum = 1 << 6;
      const size = load<i32>(component, BLOCK_SIZE);
      if (size > 1) {
        clearCoefficients();
        store<f32>(COEFFICIENTS, <f32>dequantised * 0.125);
        const keptEnd = (load<i32>(component, LAST_KEPT) + 1) << 6;
        const valueTable = <usize>load<u32>(component, AC_VALUE_TABLE);
        const weights = <usize>load<u32>(component, WEIGHT_TABLE);
        while (sum < keptEnd) {
          entry = load<i32>(valueTable + ((<usize>(bits >>> (64 - VALUE_BITS))) << 2));
          if (entry === 0) {
            at += sum & 63;
            sum &= ~63;
            bits = bitsAt(at);
            entry = decodeAcValue(bits, load<i32>(component, AC_TABLE_NUMBER));
            if (entry === 0) return false;
          }
          sum += entry & 0xffff;
          if (sum >= 65 << 6) break;
          const weight = weights + ((<usize>((sum >>> 6) - 1)) << 3);
          const to = COEFFICIENTS + <usize>load<u32>(weight, 4);
          store<f32>(to, load<f32>(to) + <f32>(entry >> 16) * load<f32>(weight));
          bits <<= <u64>entry;
          if ((sum & 63) > 57 - DC_BITS - VALUE_BITS) {
            at += sum & 63;
            sum &= ~63;
            bits = bitsAt(at);
          }
        }
        at += sum & 63;
        sum &= ~63;
        bits = bitsAt(at);
      }

      if (sum < 64 << 6) {
        const skipTable = <usize>load<u32>(component, AC_SKIP_TABLE);
        while (true) {
          entry = <i32>load<u16>(skipTable + ((<usize>(bits >>> (64 - AC_BITS))) << 1));
          sum += entry;
          if (sum < 64 << 6) {
            bits <<= <u64>entry;
            entry = <i32>load<u16>(skipTable + ((<usize>(bits >>> (64 - AC_BITS))) << 1));
            sum += entry;
            if (sum < 64 << 6) {
              const ahead = bitsAt(at + (sum & 63));
              bits <<= <u64>entry;
              entry = <i32>load<u16>(skipTable + ((<usize>(bits >>> (64 - AC_BITS))) << 1));
              sum += entry;
              bits = ahead;
              if (sum < 64 << 6) {
                at += sum & 63;
                sum &= ~63;
                bits <<= <u64>entry;
                continue;
              }
            }
          }
          const next = sum >>> 6;
          if (next === 64 || (next > END_OF_BLOCK && next <= END_OF_BLOCK + 63)) {
            at += sum & 63;
            bits <<= <u64>entry;
            break;
          }
          // The window holds no complete symbol, or symbols beyond the end of the block: decode a single symbol.
          sum -= entry;
          at += sum & 63;
          const found = decodeSymbol(bitsAt(at), load<i32>(component, AC_TABLE_NUMBER));
          if (found < 0) return false;
          entry = skipEntry(found >> 8, found & 255);
          if (entry === 0) return false;
          at += entry & 63;
          bits = bitsAt(at);
          sum = (sum & ~63) + (entry & ~63);
          if (sum === 64 << 6 || sum > END_OF_BLOCK << 6) break;
          if (sum > 64 << 6) return false;
        }
      } else if (sum > 64 << 6 && sum < END_OF_BLOCK << 6) return false;
      if (at > end) return false;

      const target = <usize>load<u32>(block, TARGET);
      store<u32>(block, <u32>(target + <usize>(load<i32>(component, H) * size)), TARGET);
      if (size === 1) store<u8>(target, toSample((dequantised + 4) >> 3));
      else if (size === 2) idct2x2(target, <usize>load<u32>(component, STRIDE));
      else idct4x4(target, <usize>load<u32>(component, STRIDE));
    }
  }
  position = at;
  return true;
}
