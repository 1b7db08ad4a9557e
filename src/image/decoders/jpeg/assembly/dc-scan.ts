// Decodes a DC scan of a progressive image, one row of MCUs a call, because V8 switches from baseline to optimised WebAssembly code only at
// a call.

import { bitsFrom, isConsumed, nextBits, positionOf } from './bits';
import {
  COMPONENT,
  DC_TABLE,
  DC_TABLE_NUMBER,
  H,
  PREDICTOR,
  resetPredictors,
  setTargets,
  TARGET,
} from './components';
import { decodeLongDifference, differenceEntry } from './huffman';
import { isOutOfRange, toSample } from './idct';
import { BLOCK_BYTES, BLOCKS } from './memory-map';

/** The unstuffed data, in reverse, begins below this address. */
let top: usize = 0;
/** Where the next MCU starts. */
let position: i32 = 0;
/** End of the list of the blocks of an MCU. */
let blocksEnd: usize = BLOCKS;
/** MCUs per restart interval, and MCUs left in the current one. Without restart intervals more than any image has. */
let restartInterval: i32 = i32.MAX_VALUE;
let mcusLeft: i32 = 0;
/** Address of the current entropy-coded segment's entry in the list of ends, and the position where the segment ends. */
let segmentEntry: usize = 0;
let segmentEnd: i32 = 0;

/**
 * Starts a DC scan.
 * @param dataTop The `top` given to `unstuff`.
 * @param segmentEnds The list that `unstuff` has written.
 * @param blocks Blocks of an MCU.
 * @param interval MCUs per restart interval; 0: no restart intervals.
 */
export function beginDcScan(dataTop: usize, segmentEnds: usize, blocks: i32, interval: i32): void {
  top = dataTop;
  position = positionOf(top, 0);
  blocksEnd = BLOCKS + <usize>blocks * BLOCK_BYTES;
  restartInterval = interval === 0 ? i32.MAX_VALUE : interval;
  mcusLeft = restartInterval;
  segmentEntry = segmentEnds;
  segmentEnd = positionOf(top, load<i32>(segmentEntry) << 3);
  resetPredictors();
}

/** Whether at most padding (less than a byte) is left of the current entropy-coded segment. */
export function isDcSegmentConsumed(): bool {
  return isConsumed(position, segmentEnd);
}

/** Starts the next restart interval. False if the current entropy-coded segment is too long or too short. */
function restart(): bool {
  if (!isDcSegmentConsumed()) return false;
  position = segmentEnd;
  segmentEntry += 4;
  segmentEnd = positionOf(top, load<i32>(segmentEntry) << 3);
  mcusLeft = restartInterval;
  resetPredictors();
  return true;
}

/**
 * Decodes a row of `mcus` MCUs of a progressive DC scan (T.81, G.1.2.1) to DCs of two bytes. False if the data is damaged.
 * @param low Successive approximation bit position (Al).
 * @param isRefinement Whether the scan adds bit `low` to the DCs. Else it codes DCs without their `low` lowest bits.
 */
export function decodeDcMcuRow(mcuRow: i32, mcus: i32, low: i32, isRefinement: bool): bool {
  setTargets(blocksEnd, mcuRow, 2);
  let at = position;
  for (let mcu = 0; mcu < mcus; mcu++) {
    if (mcusLeft === 0) {
      position = at;
      if (!restart()) return false;
      at = position;
    }
    mcusLeft -= 1;
    for (let block = BLOCKS; block < blocksEnd; block += BLOCK_BYTES) {
      const component = <usize>load<u32>(block, COMPONENT);
      const target = <usize>load<u32>(block, TARGET);
      store<u32>(block, <u32>(target + <usize>(load<i32>(component, H) << 1)), TARGET);
      if (isRefinement) {
        store<i16>(target, load<i16>(target) | <i16>((<i32>nextBits(at, 1)) << low));
        at -= 1;
      } else {
        let entry = differenceEntry(at, <usize>load<u32>(component, DC_TABLE));
        if ((entry & 63) === 0)
          entry = decodeLongDifference(bitsFrom(at), entry, load<i32>(component, DC_TABLE_NUMBER));
        if (entry === i32.MIN_VALUE) return false;
        at -= entry & 63;
        const dc = load<i32>(component, PREDICTOR) + (entry >> 6);
        if (isOutOfRange(dc)) return false;
        store<i32>(component, dc, PREDICTOR);
        store<i16>(target, <i16>(dc << low));
      }
      if (at < segmentEnd) return false;
    }
  }
  position = at;
  return true;
}

/** Dequantises `count` DCs at `from` to samples at `to`, which may be the same address. False if one is out of range. */
export function dequantiseDc(from: usize, to: usize, count: i32, quantiser: i32): bool {
  for (let i: usize = 0; i < <usize>count; i++) {
    const dequantised = <i32>load<i16>(from + (i << 1)) * quantiser;
    if (isOutOfRange(dequantised)) return false;
    store<u8>(to + i, toSample((dequantised + 4) >> 3));
  }
  return true;
}
