// Reads a sequential scan in pieces: chains skip several at once, and their blocks are decoded in order.
//
// With restart intervals a piece is one entropy-coded segment, whose start is known. Without, a piece starts at any byte, as if an MCU
// started there. Huffman-coded data synchronises by itself (Klein and Wiseman 2003): soon the chain's notes are those of the true blocks.
// From the end of the piece before, blocks are found one by one until one starts where the chain has noted a start of the same block of
// the MCU: all its later notes are true. If that does not happen in the piece, blocks are found one by one to its end.

import { isConsumed, positionOf } from '../bits';
import { beginBlocks, blocksLeft, decodeBlocks, nextBlock } from '../blocks';
import { resetPredictors } from '../components';
import {
  CHAIN_BYTES,
  CHAIN_COUNT,
  CHAINS,
  FOUND_NOTES,
  MAX_FOUND,
  PIECE_BYTES,
  PIECE_COUNT,
  PIECES,
} from '../memory-map';
import { PIECE } from './chain-fields';
import {
  beginChains,
  NOTE_BYTES,
  noteBytes,
  noteOf,
  OVERRUN_BYTES,
  park,
  runToEnd,
  skipBlock,
  start,
} from './chains';

/** Pieces whose notes are kept at once. */
const RING: i32 = <i32>PIECE_COUNT;
/** Bytes of data of a piece without restart intervals. */
const PIECE_DATA: i32 = 16384;
/** Bytes below which data is one piece. */
const MIN_DATA: i32 = 4096;
/** Bits of a block for which a piece has room, on average; of denser data the rest is found one by one. */
const MIN_BLOCK_BITS: i32 = 4;
/** Chains are given up when more pieces than these are missed: in which one did not synchronise, less those since in which one did. */
const MAX_MISSED: i32 = 4;

// Byte offsets of the fields of a piece: positions where it starts and ends, the first note and the one behind the last block, and whether
// its chain has ended.
const START: usize = 0;
const END: usize = 4;
const NOTES: usize = 8;
const NOTED: usize = 12;
const IS_DONE: usize = 16;

/** What {@link decodePart} returns. */
const DAMAGED: i32 = 0;
const CONTINUES: i32 = 1;
const FINISHED: i32 = 2;

let top: usize = 0;
let segmentEnds: usize = 0;
/** Bytes of the data, and of a piece of it. */
let dataBytes: i32 = 0;
let pieceBytes: i32 = 0;
/** Blocks of an MCU, and of a restart interval; 0: no restart intervals. */
let mcuBlocks: i32 = 0;
let intervalBlocks: i32 = 0;
let noteArea: usize = 0;
let noteAreaBytes: usize = 0;
let pieceCount: i32 = 0;
/** The next piece for a chain, and the next one to be decoded. */
let nextPiece: i32 = 0;
let nextDecoded: i32 = 0;
/** See {@link MAX_MISSED}. */
let missed: i32 = 0;
/** Where the next block starts, or the data after the last one. */
let position: i32 = 0;

/**
 * Sets how a scan is read.
 * @param ends The list that `unstuff` has written.
 * @param blocks Blocks of an MCU.
 * @param interval MCUs per restart interval; 0: no restart intervals.
 * @param mcus Of the scan.
 * @returns Bytes of memory for its notes.
 */
export function scanNoteBytes(ends: usize, blocks: i32, interval: i32, mcus: i32): usize {
  segmentEnds = ends;
  mcuBlocks = blocks;
  intervalBlocks = min(interval, mcus) * blocks;
  let most = intervalBlocks;
  if (interval > 0) {
    pieceCount = (mcus + interval - 1) / interval;
  } else {
    dataBytes = load<i32>(ends);
    pieceBytes = dataBytes < MIN_DATA ? max(1, dataBytes) : min(PIECE_DATA, (dataBytes + 3) / 4);
    pieceCount = max(1, (dataBytes + pieceBytes - 1) / pieceBytes);
    most = min((pieceBytes << 3) / MIN_BLOCK_BITS, mcus * blocks);
  }
  noteAreaBytes = noteBytes(most);
  return noteAreaBytes * <usize>min(RING, pieceCount);
}

/**
 * Starts the scan that {@link scanNoteBytes} was told of.
 * @param dataTop The `top` given to `unstuff`.
 * @param notes Memory for its notes.
 * @param columns MCUs of a row.
 */
export function beginSequential(dataTop: usize, notes: usize, columns: i32, rows: i32): void {
  top = dataTop;
  noteArea = notes;
  nextPiece = 0;
  nextDecoded = 0;
  missed = 0;
  position = positionOf(top, 0);
  beginChains(mcuBlocks);
  beginBlocks(mcuBlocks, columns, rows);
}

/** The position where a piece ends. */
function endOf(piece: i32): i32 {
  const bytes =
    intervalBlocks > 0
      ? load<i32>(segmentEnds + ((<usize>piece) << 2))
      : min(dataBytes, (piece + 1) * pieceBytes);
  return positionOf(top, bytes << 3);
}

function pieceAt(piece: i32): usize {
  return PIECES + <usize>(piece % RING) * PIECE_BYTES;
}

/** Gives each parked chain a piece, as long as there is one, and room for its notes. */
function assign(): void {
  for (let chain = CHAINS; chain < CHAINS + CHAIN_COUNT * CHAIN_BYTES; chain += CHAIN_BYTES) {
    if (load<u32>(chain, PIECE) !== 0) continue;
    if (nextPiece === pieceCount || nextPiece === nextDecoded + RING) return;
    const piece = pieceAt(nextPiece);
    const from = nextPiece === 0 ? positionOf(top, 0) : endOf(nextPiece - 1);
    const notes = noteArea + <usize>(nextPiece % RING) * noteAreaBytes;
    store<i32>(piece, from, START);
    store<i32>(piece, endOf(nextPiece), END);
    store<u32>(piece, <u32>notes, NOTES);
    store<u32>(piece, <u32>notes, NOTED);
    nextPiece += 1;
    // Whoever finds all its blocks one by one needs no chain.
    const isGivenUp = missed > MAX_MISSED;
    store<u32>(piece, isGivenUp ? 1 : 0, IS_DONE);
    if (isGivenUp) return;
    start(chain, piece, from, load<i32>(piece, END), notes, notes + noteAreaBytes - OVERRUN_BYTES);
  }
}

/**
 * Decodes some more of a sequential scan. It returns often, because V8 switches from baseline to optimised WebAssembly code only at a
 * call.
 * @returns 0: the data is damaged. 1: there is more. 2: all blocks are decoded.
 */
export function decodePart(): i32 {
  assign();
  if (load<u32>(pieceAt(nextDecoded), IS_DONE) === 0) {
    const chain = runToEnd();
    const piece = <usize>load<u32>(chain, PIECE);
    store<u32>(piece, <u32>noteOf(chain), NOTED);
    store<u32>(piece, 1, IS_DONE);
    park(chain);
  }
  while (nextDecoded < nextPiece && load<u32>(pieceAt(nextDecoded), IS_DONE) !== 0) {
    const piece = pieceAt(nextDecoded);
    const isDecoded = intervalBlocks > 0 ? decodeSegment(piece) : decodePiece(piece);
    if (!isDecoded) return DAMAGED;
    nextDecoded += 1;
    if (blocksLeft === 0) return position < endOf(pieceCount - 1) ? DAMAGED : FINISHED;
    if (nextDecoded === pieceCount) return DAMAGED;
  }
  return CONTINUES;
}

/** Whether at most padding is left behind the last block. */
export function isSequentialConsumed(): bool {
  return isConsumed(position, endOf(pieceCount - 1));
}

/** Decodes a restart interval. False if it is damaged, or longer or shorter than its entropy-coded segment. */
function decodeSegment(piece: usize): bool {
  const notes = <usize>load<u32>(piece, NOTES);
  const wanted = min(intervalBlocks, blocksLeft);
  if (<i32>((<usize>load<u32>(piece, NOTED) - notes) / NOTE_BYTES) < wanted) return false;
  resetPredictors();
  if (!decodeBlocks(notes, wanted)) return false;
  position = noteAt(notes + <usize>wanted * NOTE_BYTES);
  return blocksLeft === 0 || isConsumed(position, load<i32>(piece, END));
}

/** The position of a note, also of a damaged block. */
function noteAt(note: usize): i32 {
  return load<i32>(note) & i32.MAX_VALUE;
}

/** Decodes the blocks that start in a piece, from `position` on. False if one is damaged. */
function decodePiece(piece: usize): bool {
  const end = load<i32>(piece, END);
  const first = <usize>load<u32>(piece, NOTES);
  const noted = <usize>load<u32>(piece, NOTED);
  let note = first;
  let block = nextBlock();
  let found = 0;
  let isTrue = false;
  while (position >= end && found < blocksLeft) {
    while (note < noted && (load<i32>(note) < 0 || load<i32>(note) > position)) note += NOTE_BYTES;
    const isSynchronised =
      note < noted &&
      load<i32>(note) === position &&
      <i32>((note - first) / NOTE_BYTES) % mcuBlocks === block;
    if (isSynchronised) {
      if (!decodeBlocks(FOUND_NOTES, found)) return false;
      found = 0;
      const count = min(<i32>((noted - note) / NOTE_BYTES), blocksLeft);
      if (!decodeBlocks(note, count)) return false;
      position = noteAt(note + <usize>count * NOTE_BYTES);
      note = noted;
      block = nextBlock();
      isTrue = true;
      continue;
    }
    store<i32>(FOUND_NOTES + <usize>found * NOTE_BYTES, position);
    found += 1;
    position = skipBlock(position, block);
    if (position < 0) return false;
    block = block + 1 === mcuBlocks ? 0 : block + 1;
    if (found === MAX_FOUND) {
      if (!decodeBlocks(FOUND_NOTES, found)) return false;
      found = 0;
    }
  }
  missed = isTrue ? max(missed - 1, 0) : missed + 1;
  return decodeBlocks(FOUND_NOTES, found);
}
