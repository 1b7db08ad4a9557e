// A manifest's file as lines, with the place of each, read without holding the file.

import fs from 'node:fs';

/** Where a whole line stands in its file. */
export interface Place {
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Bytes, without the newline. */
  readonly length: number;
}

/** A whole line, its newline left out. */
export interface Line extends Place {
  readonly text: string;
}

const CHUNK_BYTES = 1 << 18;
const NEWLINE = 0x0a;

/** Every whole line; a torn last line, one without a newline, is not among them. */
export function* readLines(descriptor: number): Generator<Line> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for (let position = 0; ; ) {
    const count = fs.readSync(descriptor, chunk, 0, CHUNK_BYTES, position);
    if (count === 0) return;
    position += count;
    rest = Buffer.concat([rest, chunk.subarray(0, count)]);
    let start = 0;
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE, start)) {
      yield { text: rest.toString('utf8', start, end), offset, length: end - start };
      offset += end - start + 1;
      start = end + 1;
    }
    rest = rest.subarray(start);
  }
}

/** The line at a place that {@link readLines} told, without its newline. */
export function readLineAt(descriptor: number, { offset, length }: Place): string {
  const bytes = Buffer.allocUnsafe(length);
  readExactly(descriptor, bytes, offset);
  return bytes.toString('utf8');
}

/** The lines at these places, each with its newline, as chunks that are used again: neighbours are read at once. */
export function* copyLines(descriptor: number, places: Iterable<Place>): Generator<Buffer> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let filled = 0;
  for (const { start, end } of stretches(places)) {
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

/** Lines that follow one another in the file, joined. */
function* stretches(places: Iterable<Place>): Generator<{ start: number; end: number }> {
  let [start, end] = [0, 0];
  for (const { offset, length } of places) {
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
