// A manifest's file as lines, with the place of each, read without holding the file.

import fs from 'node:fs';

/** A whole line, its newline left out. */
export interface Line {
  readonly text: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Bytes, without the newline. */
  readonly length: number;
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

/** The line at a place that {@link readLines} told, with its newline. */
export function readLineAt(descriptor: number, { offset, length }: Omit<Line, 'text'>): string {
  const bytes = Buffer.allocUnsafe(length + 1);
  const count = fs.readSync(descriptor, bytes, 0, length + 1, offset);
  if (count !== length + 1) throw new Error(`expected ${length + 1} bytes at ${offset}, got ${count}`);
  return bytes.toString('utf8');
}
