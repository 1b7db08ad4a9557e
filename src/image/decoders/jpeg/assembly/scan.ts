// One scan, an MCU row at a time: a caller that comes back for each row is given the optimised code as soon as the engine
// has it. What is not read is skipped: of a block, all coefficients after the last that a reduced image needs.

import {
  ABOVE,
  AC_CODE,
  ACROSS,
  DC_CODE,
  DC_STEP,
  DC_TABLE,
  DOWN,
  LAST_KEPT,
  LEFT,
  MANY_TABLE,
  OF,
  PLANE,
  PREDICTED,
  SIZE,
  STRIDE,
  TARGET,
  VALUE_TABLE,
  WEIGHTS,
} from './components';
import { END_OF_BLOCK, longDifference, meaning, symbolAt, valueAt } from './huffman';
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
import { clamped, forgetCoefficients, invertFour, invertTwo } from './transform';

/** An unscaled DC beyond this is no image's: 8 bits give 1024, and rounding at most half a step of 255. */
const LARGEST_DC: i32 = 2048;

/** The first byte of the data is below it. */
let top: usize = 0;
/** The bit that comes next. */
let position: i32 = 0;
/** The blocks of an MCU end here. */
let blocksEnd: usize = BLOCKS;
/** MCUs of a restart interval, and those until the next; far more than any image has when there are no intervals. */
let interval: i32 = i32.MAX_VALUE;
let untilRestart: i32 = 0;
/** Where the ends of the intervals are noted, and where the present one ends. */
let segments: usize = 0;
let intervalEnd: i32 = 0;

/** Starts a scan whose data was unstuffed. `restart` is 0 for no restart intervals. */
export function begin(streamTop: usize, segmentList: usize, blocks: i32, restart: i32): void {
  top = streamTop;
  position = 0;
  blocksEnd = BLOCKS + <usize>blocks * BLOCK_BYTES;
  interval = restart === 0 ? i32.MAX_VALUE : restart;
  untilRestart = interval;
  segments = segmentList;
  intervalEnd = (<i32>load<u32>(segments)) << 3;
  forget();
}

function forget(): void {
  for (let part = COMPONENTS; part < COMPONENTS + 3 * COMPONENT_BYTES; part += COMPONENT_BYTES) {
    store<i32>(part, 0, PREDICTED);
  }
}

/** Whether the present interval is used up to its padding. */
export function isUsedUp(): bool {
  return position <= intervalEnd && position > intervalEnd - 8;
}

/** Goes on to the next interval. False when this one has too much data or too little. */
function restart(): bool {
  if (!isUsedUp()) return false;
  position = intervalEnd;
  segments += 4;
  intervalEnd = (<i32>load<u32>(segments)) << 3;
  untilRestart = interval;
  forget();
  return true;
}

/** The next bits, 57 of them or more, at the top. */
function window(at: i32): u64 {
  return load<u64>(top - 8 - <usize>(at >>> 3)) << (at & 7);
}

/** Places the blocks of an MCU at the start of a row of samples that are `bytes` wide. */
function place(row: i32, bytes: i32): void {
  for (let block = BLOCKS; block < blocksEnd; block += BLOCK_BYTES) {
    const part = <usize>load<u32>(block, OF);
    const size = load<i32>(part, SIZE);
    const y = (row * load<i32>(part, DOWN) + load<i32>(block, ABOVE)) * size;
    const x = load<i32>(block, LEFT) * size * bytes;
    store<i32>(block, load<i32>(part, PLANE) + y * load<i32>(part, STRIDE) + x, TARGET);
  }
}

/**
 * Reads `mcus` MCUs of a sequential scan. False when the data is not what it should be.
 *
 * The time goes by the chain from one look into a table to the next: the entry says how far to shift for the next look. So bits
 * are fetched anew while a look is under way that does without them, and a block's last bits serve the first look of the next.
 * Of the 57 that a fetch gives, a DC and two looks leave 21. Where they were fetched a look ahead, 44 are there at the first
 * of three looks. A block that ends at the first or second look leaves 18 or more, one that ends at the third 44: enough for
 * DC_BITS.
 */
export function readRow(row: i32, mcus: i32): bool {
  place(row, 1);
  let at = position;
  let end = intervalEnd;
  let bits = window(at);
  for (let mcu = 0; mcu < mcus; mcu++) {
    if (untilRestart === 0) {
      position = at;
      if (!restart()) return false;
      at = position;
      end = intervalEnd;
      bits = window(at);
    }
    untilRestart -= 1;
    for (let block = BLOCKS; block < blocksEnd; block += BLOCK_BYTES) {
      const part = <usize>load<u32>(block, OF);
      const fetched = window(at);
      let entry = <i32>(
        load<i16>(<usize>load<u32>(part, DC_TABLE) + ((<usize>(bits >>> (64 - DC_BITS))) << 1))
      );
      if ((entry & 63) === 0) {
        entry = longDifference(fetched, entry, load<i32>(part, DC_CODE));
        if (entry === i32.MIN_VALUE) return false;
        at += entry & 63;
        bits = window(at);
      } else {
        at += entry & 63;
        bits = fetched << (<u64>entry);
      }
      const dc = load<i32>(part, PREDICTED) + (entry >> 6);
      store<i32>(part, dc, PREDICTED);
      const scaled = dc * load<i32>(part, DC_STEP);
      if ((scaled + LARGEST_DC) >>> 0 > 2 * LARGEST_DC) return false;

      // The place of the next coefficient, above the bits that were used since `at`.
      let sum = 1 << 6;
      const size = load<i32>(part, SIZE);
      if (size > 1) {
        forgetCoefficients();
        store<f32>(COEFFICIENTS, <f32>scaled * 0.125);
        const beyond = (load<i32>(part, LAST_KEPT) + 1) << 6;
        const values = <usize>load<u32>(part, VALUE_TABLE);
        const weights = <usize>load<u32>(part, WEIGHTS);
        while (sum < beyond) {
          entry = load<i32>(values + ((<usize>(bits >>> (64 - VALUE_BITS))) << 2));
          if (entry === 0) {
            at += sum & 63;
            sum &= ~63;
            bits = window(at);
            entry = valueAt(bits, load<i32>(part, AC_CODE));
            if (entry === 0) return false;
          }
          sum += entry & 0xffff;
          if (sum >= 65 << 6) break;
          const kept = weights + ((<usize>((sum >>> 6) - 1)) << 3);
          const to = COEFFICIENTS + <usize>load<u32>(kept, 4);
          store<f32>(to, load<f32>(to) + <f32>(entry >> 16) * load<f32>(kept));
          bits <<= <u64>entry;
          if ((sum & 63) > 57 - DC_BITS - VALUE_BITS) {
            at += sum & 63;
            sum &= ~63;
            bits = window(at);
          }
        }
        at += sum & 63;
        sum &= ~63;
        bits = window(at);
      }

      if (sum < 64 << 6) {
        const many = <usize>load<u32>(part, MANY_TABLE);
        while (true) {
          entry = <i32>load<u16>(many + ((<usize>(bits >>> (64 - AC_BITS))) << 1));
          sum += entry;
          if (sum < 64 << 6) {
            bits <<= <u64>entry;
            entry = <i32>load<u16>(many + ((<usize>(bits >>> (64 - AC_BITS))) << 1));
            sum += entry;
            if (sum < 64 << 6) {
              const ahead = window(at + (sum & 63));
              bits <<= <u64>entry;
              entry = <i32>load<u16>(many + ((<usize>(bits >>> (64 - AC_BITS))) << 1));
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
          // The window has no whole symbol, or more than the block: one symbol by itself.
          sum -= entry;
          at += sum & 63;
          const found = symbolAt(window(at), load<i32>(part, AC_CODE));
          if (found < 0) return false;
          entry = meaning(found >> 8, found & 255);
          if (entry === 0) return false;
          at += entry & 63;
          bits = window(at);
          sum = (sum & ~63) + (entry & ~63);
          if (sum === 64 << 6 || sum > END_OF_BLOCK << 6) break;
          if (sum > 64 << 6) return false;
        }
      } else if (sum > 64 << 6 && sum < END_OF_BLOCK << 6) return false;
      if (at > end) return false;

      const target = <usize>load<u32>(block, TARGET);
      store<u32>(block, <u32>(target + <usize>(load<i32>(part, ACROSS) * size)), TARGET);
      if (size === 1) store<u8>(target, clamped((scaled + 4) >> 3));
      else if (size === 2) invertTwo(target, <usize>load<u32>(part, STRIDE));
      else invertFour(target, <usize>load<u32>(part, STRIDE));
    }
  }
  position = at;
  return true;
}

/**
 * Reads `mcus` MCUs of a progressive scan of DCs (ITU-T T.81, G.1.2.1). The first brings them without their `low` last bits; each
 * further one, which `refines` them, brings the bit `low`.
 */
export function readDcRow(row: i32, mcus: i32, low: i32, refines: bool): bool {
  place(row, 2);
  let at = position;
  for (let mcu = 0; mcu < mcus; mcu++) {
    if (untilRestart === 0) {
      position = at;
      if (!restart()) return false;
      at = position;
    }
    untilRestart -= 1;
    for (let block = BLOCKS; block < blocksEnd; block += BLOCK_BYTES) {
      const part = <usize>load<u32>(block, OF);
      const target = <usize>load<u32>(block, TARGET);
      store<u32>(block, <u32>(target + <usize>(load<i32>(part, ACROSS) << 1)), TARGET);
      const bits = window(at);
      if (refines) {
        at += 1;
        store<i16>(target, load<i16>(target) | <i16>((<i32>(bits >>> 63)) << low));
      } else {
        let entry = <i32>(
          load<i16>(<usize>load<u32>(part, DC_TABLE) + ((<usize>(bits >>> (64 - DC_BITS))) << 1))
        );
        if ((entry & 63) === 0) {
          entry = longDifference(bits, entry, load<i32>(part, DC_CODE));
          if (entry === i32.MIN_VALUE) return false;
        }
        at += entry & 63;
        const dc = load<i32>(part, PREDICTED) + (entry >> 6);
        if ((dc + LARGEST_DC) >>> 0 > 2 * LARGEST_DC) return false;
        store<i32>(part, dc, PREDICTED);
        store<i16>(target, <i16>(dc << low));
      }
      if (at > intervalEnd) return false;
    }
  }
  position = at;
  return true;
}

/** Turns `count` DCs at `from` into samples at `to`, which may be the same place. False when one is no image's. */
export function settleDc(from: usize, to: usize, count: i32, step: i32): bool {
  for (let i: usize = 0; i < <usize>count; i++) {
    const scaled = <i32>load<i16>(from + (i << 1)) * step;
    if ((scaled + LARGEST_DC) >>> 0 > 2 * LARGEST_DC) return false;
    store<u8>(to + i, clamped((scaled + 4) >> 3));
  }
  return true;
}
