// A manifest's file as lines, with the position of each, read piece by piece.

import fs from 'node:fs';

/** Where a complete line is in its file. */
export interface LinePosition {
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Bytes, without the newline. */
  readonly length: number;
}

/** A complete line, without its newline. */
export interface Line extends LinePosition {
  readonly text: string;
}

const CHUNK_BYTES = 1 << 18;
const NEWLINE = 0x0a;

/** As text a larger block would not be in V8's young generation, which takes more memory and time. */
const BLOCK_BYTES = 1 << 16;

/** Complete lines, each with its newline. */
export interface Block {
  /** Valid until the next block is read. */
  readonly bytes: Buffer;
  /** Bytes from the start of the file. */
  readonly offset: number;
}

/** The complete lines from `start` on, in blocks. An incomplete last line, one without a newline, is ignored. */
export function* readBlocks(descriptor: number, start: number): Generator<Block> {
  let buffer = Buffer.allocUnsafe(2 * BLOCK_BYTES);
  let filled = 0;
  for (let offset = start; ; ) {
    if (buffer.length - filled < BLOCK_BYTES) buffer = Buffer.concat([buffer], 2 * buffer.length);
    const count = fs.readSync(descriptor, buffer, filled, BLOCK_BYTES, offset + filled);
    if (count === 0) return;
    filled += count;
    // What was there before has no newline.
    const end = buffer.subarray(filled - count, filled).lastIndexOf(NEWLINE) + 1;
    if (end === 0) continue;
    const length = filled - count + end;
    yield { bytes: buffer.subarray(0, length), offset };
    buffer.copyWithin(0, length, filled);
    filled -= length;
    offset += length;
  }
}

/** Every complete line. */
export function* readLines(descriptor: number): Generator<Line> {
  for (const { bytes, offset } of readBlocks(descriptor, 0)) {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      yield { text: bytes.toString('utf8', start, end), offset: offset + start, length: end - start };
      start = end + 1;
    }
  }
}

/** Some forty lines: the next one is often near, and reading them costs hardly more than reading one. */
const WINDOW_BYTES = 1 << 14;

/** Reads single lines of a file whose existing lines do not move. */
export class LineReader {
  readonly #descriptor: number;
  readonly #window = Buffer.allocUnsafe(WINDOW_BYTES);
  #windowStart = 0;
  #end = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** The line at a position from {@link readLines}, without its newline. */
  read({ offset, length }: LinePosition): string {
    if (length > WINDOW_BYTES / 2) {
      const bytes = Buffer.allocUnsafe(length);
      readExactly(this.#descriptor, bytes, offset);
      return bytes.toString('utf8');
    }
    if (offset < this.#windowStart || offset + length > this.#end) {
      this.#windowStart = Math.max(0, offset - WINDOW_BYTES / 4);
      this.#end =
        this.#windowStart + fs.readSync(this.#descriptor, this.#window, 0, WINDOW_BYTES, this.#windowStart);
      if (offset + length > this.#end) throw new Error(`expected ${length} bytes at ${offset}`);
    }
    return this.#window.toString('utf8', offset - this.#windowStart, offset - this.#windowStart + length);
  }
}

/** The lines at these positions, each with its newline, in chunks whose memory is reused. Adjacent lines are read together. */
export function* copyLines(descriptor: number, positions: Iterable<LinePosition>): Generator<Buffer> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let filled = 0;
  for (const { start, end } of joined(positions)) {
    for (let from = start; from < end; ) {
      const piece = chunk.subarray(filled, filled + Math.min(chunk.length - filled, end - from));
      readExactly(descriptor, piece, from);
      from += piece.length;
      filled += piece.length;
      if (filled < chunk.length) continue;
      yield chunk;
      filled = 0;
    }
  }
  yield chunk.subarray(0, filled);
}

/** Adjacent lines, joined. */
function* joined(positions: Iterable<LinePosition>): Generator<{ start: number; end: number }> {
  let [start, end] = [0, 0];
  for (const { offset, length } of positions) {
    if (offset !== end) {
      if (end > start) yield { start, end };
      start = offset;
    }
    end = offset + length + 1;
  }
  if (end > start) yield { start, end };
}

function readExactly(descriptor: number, bytes: Buffer, offset: number): void {
  const count = fs.readSync(descriptor, bytes, 0, bytes.length, offset);
  if (count !== bytes.length) throw new Error(`expected ${bytes.length} bytes at ${offset}, got ${count}`);
}
