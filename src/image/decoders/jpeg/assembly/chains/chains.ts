// Chains: decoders that work at one scan in several places at once. They are interleaved in one thread, because a single one waits for
// its own lookups most of the time. A chain only skips, and notes where each block starts; what it finds is decoded by blocks.ts.
//
// A note has 8 bytes: the position of the first bit of a block, and four bytes without meaning, because a state is noted wherever it is
// entered, also in the middle of a block. The note of a block that cannot be decoded is negative.

import { bitsFrom, windowAt } from '../bits';
import { AC_TABLE_NUMBER, COMPONENT, DC_TABLE_NUMBER } from '../components';
import { decodeSymbol, END_OF_BLOCK, MAX_DC_SIZE, skipEntry } from '../huffman';
import {
  AC_SKIP_TABLE_BYTES,
  AC_SKIP_TABLES,
  BLOCK_BYTES,
  BLOCKS,
  CHAIN_BYTES,
  CHAIN_COUNT,
  CHAINS,
  LOOK_TABLE_BYTES,
  PARKED_DATA,
  PARKED_ENTRY,
  PARKED_NOTE,
  PARKED_STATE,
  STATES,
  STATES_BYTES,
} from '../memory-map';
import { COEFFICIENTS, END, NOTES, NOTES_END, PIECE, POSITION, STATE } from './chain-fields';
import {
  AC_COEFFICIENTS,
  advanceOf,
  asLast,
  bitsOf,
  continuesMask,
  dcSkipTable,
  EXCEPTION,
  stateBytesOf,
} from './skip-tables';
import { runChains } from './unrolled';

export const NOTE_BYTES: usize = 8;
/** Set in the note of a block that cannot be decoded. */
const DAMAGED: i32 = i32.MIN_VALUE;
/** Bytes of a block's two states. */
const STATE_BYTES: usize = 8;
/** Blocks that a chain may go beyond the last state of the cycle before it is stopped: more than the looks of a turn. */
const TURN_BLOCKS: usize = 16;
/** Bytes of their notes. */
export const OVERRUN_BYTES: usize = TURN_BLOCKS * NOTE_BYTES;

/** Blocks of an MCU. */
let mcuBlocks: i32 = 0;
/** Bytes of the states after which they repeat. */
let cycleBytes: usize = 0;

/** Writes the states for the MCU in BLOCKS, and parks all chains. @param blocks Blocks of an MCU. */
export function beginChains(blocks: i32): void {
  mcuBlocks = blocks;
  const mcuBytes = <usize>blocks * STATE_BYTES;
  cycleBytes = ((STATES_BYTES - TURN_BLOCKS * STATE_BYTES) / mcuBytes) * mcuBytes;
  for (let at: usize = 0; at < STATES_BYTES; at += STATE_BYTES) {
    const block = BLOCKS + ((at % mcuBytes) / STATE_BYTES) * BLOCK_BYTES;
    const component = <usize>load<u32>(block, COMPONENT);
    const ac = load<i32>(component, AC_TABLE_NUMBER) - 4;
    store<u32>(STATES + at, <u32>dcSkipTable(load<i32>(component, DC_TABLE_NUMBER), ac));
    store<u32>(STATES + at, <u32>(AC_SKIP_TABLES + <usize>ac * AC_SKIP_TABLE_BYTES + LOOK_TABLE_BYTES), 4);
  }
  store<u64>(PARKED_DATA, 0);
  store<u16>(PARKED_ENTRY, 1 << 15);
  store<u32>(PARKED_STATE, <u32>PARKED_ENTRY);
  for (let chain = CHAINS; chain < CHAINS + CHAIN_COUNT * CHAIN_BYTES; chain += CHAIN_BYTES) park(chain);
}

/** Lets a chain do nothing: its only look changes nothing. */
export function park(chain: usize): void {
  store<i32>(chain, (<i32>PARKED_DATA) << 3, POSITION);
  store<u32>(chain, <u32>PARKED_STATE, STATE);
  store<i32>(chain, 0, COEFFICIENTS);
  store<u32>(chain, <u32>(PARKED_NOTE - PARKED_STATE), NOTES);
  store<i32>(chain, 0, END);
  store<u32>(chain, 0, PIECE);
}

/** Lets a chain work from `position`, where the first block of an MCU starts, or is taken to start, to `end`. */
export function start(
  chain: usize,
  piece: usize,
  position: i32,
  end: i32,
  notes: usize,
  notesEnd: usize,
): void {
  store<i32>(chain, position, POSITION);
  store<u32>(chain, <u32>STATES, STATE);
  store<i32>(chain, 0, COEFFICIENTS);
  store<u32>(chain, <u32>(notes - STATES), NOTES);
  store<i32>(chain, end, END);
  store<u32>(chain, <u32>piece, PIECE);
  store<u32>(chain, <u32>notesEnd, NOTES_END);
  store<i32>(notes, position);
}

/** Runs all chains until one has ended its piece, or has no room for more notes. Returns its address. */
export function runToEnd(): usize {
  const cycleEnd = <u32>(STATES + cycleBytes);
  while (true) {
    // A chain that stops ends the turn of all.
    for (let chain = CHAINS; chain < CHAINS + CHAIN_COUNT * CHAIN_BYTES; chain += CHAIN_BYTES) {
      if (isEnded(chain, cycleEnd)) return chain;
    }
    const chain = CHAINS + <usize>runChains(cycleEnd) * CHAIN_BYTES;
    if (load<u32>(chain, STATE) < cycleEnd && load<i32>(chain, POSITION) >= load<i32>(chain, END))
      skipSymbol(chain);
  }
}

/** Whether a chain has ended its piece, or has no room for more notes. At the end of the states it goes back to the first. */
function isEnded(chain: usize, cycleEnd: u32): bool {
  if (load<u32>(chain, STATE) >= cycleEnd) {
    store<u32>(chain, load<u32>(chain, STATE) - <u32>cycleBytes, STATE);
    store<u32>(chain, load<u32>(chain, NOTES) + <u32>cycleBytes, NOTES);
    if (cycleEnd + load<u32>(chain, NOTES) > load<u32>(chain, NOTES_END)) return true;
  }
  return load<i32>(chain, POSITION) < load<i32>(chain, END);
}

/** The address of the note of the block that a chain is in. */
export function noteOf(chain: usize): usize {
  return <usize>((load<u32>(chain, STATE) & ~(<u32>STATE_BYTES - 1)) + load<u32>(chain, NOTES));
}

/** Bytes for the notes of `blocks` blocks, with what a chain may write beyond them before it stops. */
export function noteBytes(blocks: i32): usize {
  return <usize>blocks * NOTE_BYTES + 2 * STATES_BYTES;
}

/** Skips the symbol of a chain whose look is an exception. Of a damaged block it skips a bit, and goes on with the next one. */
function skipSymbol(chain: usize): void {
  position = load<i32>(chain, POSITION);
  state = <usize>load<u32>(chain, STATE);
  coefficients = load<i32>(chain, COEFFICIENTS);
  if (!skipOne()) {
    const note = noteOf(chain);
    store<i32>(note, load<i32>(note) | DAMAGED);
    position -= 1;
    state = (state & ~(STATE_BYTES - 1)) + STATE_BYTES;
    coefficients = 0;
  }
  store<i32>(chain, position, POSITION);
  store<u32>(chain, <u32>state, STATE);
  store<i32>(chain, coefficients, COEFFICIENTS);
  store<i32>(state + load<u32>(chain, NOTES), position);
}

// Where `skipOne` starts, and where it has come to.
let position: i32 = 0;
let state: usize = 0;
let coefficients: i32 = 0;

/** Skips one symbol, of any length. False if there is no valid one. */
function skipOne(): bool {
  const window = bitsFrom(position);
  const component = <usize>(
    load<u32>(BLOCKS + (((state - STATES) / STATE_BYTES) % <usize>mcuBlocks) * BLOCK_BYTES, COMPONENT)
  );
  if ((state & 4) === 0) {
    const found = decodeSymbol(window, load<i32>(component, DC_TABLE_NUMBER));
    const size = found >> 8;
    if (found < 0 || size > MAX_DC_SIZE) return false;
    position -= (found & 255) + size;
    state += 4;
    return true;
  }
  const found = decodeSymbol(window, load<i32>(component, AC_TABLE_NUMBER));
  if (found < 0) return false;
  const entry = skipEntry(found >> 8, found & 255);
  if (entry === 0) return false;
  const advance = entry >> 6;
  if (advance !== END_OF_BLOCK) {
    coefficients += advance;
    if (coefficients > AC_COEFFICIENTS) return false;
  }
  position -= entry & 63;
  if (advance === END_OF_BLOCK || coefficients === AC_COEFFICIENTS) {
    state += 4;
    coefficients = 0;
  }
  return true;
}

/**
 * Skips block `block` of an MCU, which starts at a position.
 * @returns The position behind it, or -1 if it is damaged.
 */
export function skipBlock(from: i32, block: i32): i32 {
  let at = from;
  let to = STATES + <usize>block * STATE_BYTES;
  let skipped = 0;
  for (const end = to + STATE_BYTES; to < end; ) {
    const looked = <usize>load<u32>(to) + windowAt(at);
    let entry = <i32>load<i16>(looked);
    let sum = skipped + advanceOf(entry);
    if (sum >= AC_COEFFICIENTS) {
      entry = <i32>load<i16>(looked, LOOK_TABLE_BYTES);
      sum = skipped + advanceOf(entry);
      if (entry === EXCEPTION || sum > AC_COEFFICIENTS) {
        position = at;
        state = to;
        coefficients = skipped;
        if (!skipOne()) return -1;
        at = position;
        to = state;
        skipped = coefficients;
        continue;
      }
      if (sum === AC_COEFFICIENTS) entry = asLast(entry);
    }
    skipped = sum & continuesMask(entry);
    at -= bitsOf(entry);
    to += <usize>stateBytesOf(entry);
  }
  return at;
}
