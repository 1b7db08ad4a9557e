// One scan, an MCU row at a time: a caller that comes back for each row is given the optimised code as soon as the engine
// has it. What is not read is skipped: of a block, all coefficients after the last that a reduced image needs.

import { END_OF_BLOCK, longDifference, meaning, symbolAt, valueAt } from './huffman';
import {
  AC_BITS,
  BLOCK_BYTES,
  BLOCKS,
  COEFFICIENTS,
  COMPONENT_BYTES,
  COMPONENTS,
  COSINES,
  DC,
  DC_BITS,
  DC_BYTES,
  KEPT,
  KEPT_BYTES,
  MANY,
  MANY_BYTES,
  VALUE_BITS,
  VALUES,
  VALUES_BYTES,
} from './memory-map';

// A component: offsets of 32-bit fields.
/** Where its samples go: `SIZE` x `SIZE` for each block, one byte each; in a progressive scan one DC of two bytes. */
const PLANE: usize = 0;
/** Bytes of a row of samples. */
const STRIDE: usize = 4;
const SIZE: usize = 8;
/** Sampling factors. */
const ACROSS: usize = 12;
const DOWN: usize = 16;
/** Addresses of its DC table, and of its tables of many symbols and of values. */
const DC_TABLE: usize = 20;
const MANY_TABLE: usize = 24;
const VALUE_TABLE: usize = 28;
/** The quantisation of DC. */
const DC_STEP: usize = 32;
/** The zigzag place of the last coefficient that is kept. */
const LAST_KEPT: usize = 36;
/** The numbers of its tables, as `huffman.ts` counts them. */
const DC_CODE: usize = 40;
const AC_CODE: usize = 44;
/** The DC of its last block. */
const PREDICTED: usize = 48;
/** The address of its weights. */
const WEIGHTS: usize = 52;

// A block of an MCU: its component's address, its place in the MCU, and where its samples go next.
const OF: usize = 0;
const LEFT: usize = 4;
const ABOVE: usize = 8;
const TARGET: usize = 12;

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

function clamped(sample: i32): u8 {
  return <u8>min(255, max(0, sample + 128));
}

/** `memory.fill` would be a call out of the module. */
function forgetCoefficients(): void {
  const zero = i32x4.splat(0);
  v128.store(COEFFICIENTS, zero);
  v128.store(COEFFICIENTS, zero, 16);
  v128.store(COEFFICIENTS, zero, 32);
  v128.store(COEFFICIENTS, zero, 48);
}

/** Four floats, half a step above what they are to be rounded to, as four bytes in the first lane. */
function rounded(samples: v128): v128 {
  const whole = i32x4.trunc_sat_f32x4_s(f32x4.floor(samples));
  const narrow = i16x8.narrow_i32x4_s(whole, whole);
  return i8x16.narrow_i16x8_u(narrow, narrow);
}

/** The samples of the four lowest coefficients. */
function invertTwo(target: usize, stride: usize): void {
  const across = f32x4.mul(v128.load32_splat(COEFFICIENTS, 4), f32x4(1, -1, 1, -1));
  const down = f32x4.mul(v128.load32_splat(COEFFICIENTS, 16), f32x4(1, 1, -1, -1));
  const both = f32x4.mul(v128.load32_splat(COEFFICIENTS, 20), f32x4(1, -1, -1, 1));
  const dc = f32x4.add(v128.load32_splat(COEFFICIENTS), f32x4.splat(128.5));
  const samples = rounded(f32x4.add(f32x4.add(dc, across), f32x4.add(down, both)));
  v128.store16_lane(target, samples, 0);
  v128.store16_lane(target + stride, samples, 1);
}

/** The samples of the sixteen lowest coefficients. */
function invertFour(target: usize, stride: usize): void {
  const c0 = v128.load(COEFFICIENTS);
  const c1 = v128.load(COEFFICIENTS, 16);
  const c2 = v128.load(COEFFICIENTS, 32);
  const c3 = v128.load(COEFFICIENTS, 48);
  for (let y: usize = 0; y < 4; y++) {
    const cosine = COSINES + (y << 2);
    const row = f32x4.add(
      f32x4.add(c0, f32x4.mul(c1, v128.load32_splat(cosine, 16))),
      f32x4.add(f32x4.mul(c2, v128.load32_splat(cosine, 32)), f32x4.mul(c3, v128.load32_splat(cosine, 48))),
    );
    const samples = f32x4.add(
      f32x4.add(
        f32x4.add(i32x4.shuffle(row, row, 0, 0, 0, 0), f32x4.splat(128.5)),
        f32x4.mul(i32x4.shuffle(row, row, 1, 1, 1, 1), v128.load(COSINES, 16)),
      ),
      f32x4.add(
        f32x4.mul(i32x4.shuffle(row, row, 2, 2, 2, 2), v128.load(COSINES, 32)),
        f32x4.mul(i32x4.shuffle(row, row, 3, 3, 3, 3), v128.load(COSINES, 48)),
      ),
    );
    v128.store32_lane(target + y * stride, rounded(samples), 0);
  }
}

/** Reads `mcus` MCUs of a progressive scan of DCs (ITU-T T.81, G.1.2.1): the first, without their `low` last bits. */
export function readDcRow(row: i32, mcus: i32, low: i32): bool {
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
      const bits = window(at);
      let entry = <i32>(
        load<i16>(<usize>load<u32>(part, DC_TABLE) + ((<usize>(bits >>> (64 - DC_BITS))) << 1))
      );
      if ((entry & 63) === 0) {
        entry = longDifference(bits, entry, load<i32>(part, DC_CODE));
        if (entry === i32.MIN_VALUE) return false;
      }
      at += entry & 63;
      if (at > intervalEnd) return false;
      const dc = load<i32>(part, PREDICTED) + (entry >> 6);
      if ((dc + LARGEST_DC) >>> 0 > 2 * LARGEST_DC) return false;
      store<i32>(part, dc, PREDICTED);
      const target = <usize>load<u32>(block, TARGET);
      store<i16>(target, <i16>(dc << low));
      store<u32>(block, <u32>(target + <usize>(load<i32>(part, ACROSS) << 1)), TARGET);
    }
  }
  position = at;
  return true;
}

/** Reads `mcus` MCUs of a refinement (G.1.2.1.1): the bit `low` of each DC. */
export function refineDcRow(row: i32, mcus: i32, low: i32): bool {
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
      const bit = <i32>(load<u8>(top - 1 - <usize>(at >>> 3)) >> <u8>(7 - (at & 7))) & 1;
      at += 1;
      if (at > intervalEnd) return false;
      const target = <usize>load<u32>(block, TARGET);
      store<i16>(target, <i16>(<i32>load<i16>(target) | (bit << low)));
      store<u32>(block, <u32>(target + <usize>(load<i32>(part, ACROSS) << 1)), TARGET);
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
