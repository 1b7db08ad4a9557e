// Sums of blocks of samples: one channel of a picture on its way to a smaller one, tile by tile, in a band of rows.

import type { Channel } from './libheif/heif-image.js';

/** Blocks along one side. Their borders need not lie between two samples: a sample on a border is shared. */
export interface Side {
  /** Where the first block starts, in samples of this channel. */
  readonly start: number;
  /** Samples of a block. */
  readonly step: number;
  /** Number of blocks. */
  readonly count: number;
}

/** One channel. A block may lie in several tiles. */
export interface Plane {
  /** The sums of the blocks of the band, row by row. */
  readonly sums: Float64Array | Uint16Array;
  /** Samples of a block. */
  readonly area: number;
  /** Where a row of blocks starts in `sums`. It must be in the band. */
  rowAt(row: number): number;
  /** Adds the samples of a tile. @param x The first sample of the tile. @param y The first row of the tile. */
  add(channel: Channel, x: number, y: number): void;
  /** Ends with all rows of blocks before this one. */
  release(row: number): void;
}

/** @param bandRows Rows of samples that are added before rows are released. */
export function createPlane(columns: Side, rows: Side, bandRows: number): Plane {
  return columns.step === 1 && rows.step === 1
    ? new CopyPlane(columns, rows, bandRows)
    : new BoxPlane(columns, rows, bandRows);
}

/** The rows of blocks that are held. */
class Band<T extends Float64Array | Uint16Array> {
  readonly sums: T;
  readonly #stride: number;
  readonly #rows: number;
  #first = 0;

  constructor(create: (length: number) => T, stride: number, rows: number) {
    this.sums = create(stride * rows);
    this.#stride = stride;
    this.#rows = rows;
  }

  rowAt(row: number): number {
    return (row - this.#first) * this.#stride;
  }

  release(row: number): void {
    const released = Math.min(row - this.#first, this.#rows) * this.#stride;
    if (released <= 0) return;
    this.sums.copyWithin(0, released);
    this.sums.fill(0, this.sums.length - released);
    this.#first = row;
  }
}

/** At full size: each block is one sample. */
class CopyPlane implements Plane {
  readonly area = 1;
  readonly #band: Band<Uint16Array>;
  readonly #columns: Side;
  readonly #rows: Side;

  constructor(columns: Side, rows: Side, bandRows: number) {
    this.#columns = columns;
    this.#rows = rows;
    const held = Math.min(rows.count, bandRows + 2);
    this.#band = new Band((length) => new Uint16Array(length), columns.count, held);
  }

  get sums(): Uint16Array {
    return this.#band.sums;
  }

  rowAt(row: number): number {
    return this.#band.rowAt(row);
  }

  add({ samples, width, height, stride }: Channel, x: number, y: number): void {
    const [left, top] = [this.#columns.start, this.#rows.start];
    const [startX, endX] = [Math.max(x, left), Math.min(x + width, left + this.#columns.count)];
    const [startY, endY] = [Math.max(y, top), Math.min(y + height, top + this.#rows.count)];
    for (let row = startY; row < endY; row += 1) {
      const from = (row - y) * stride - x;
      const to = this.rowAt(row - top) + startX - left;
      this.sums.set(samples.subarray(from + startX, from + Math.max(startX, endX)), to);
    }
  }

  release(row: number): void {
    this.#band.release(row);
  }
}

/** A border between two blocks: the sample on it, and the part of that sample that belongs to the block before. */
interface Border {
  readonly sample: number;
  readonly part: number;
}

function borderOf({ start, step }: Side, block: number): Border {
  const at = start + block * step;
  // Borders that lie between two samples but for the error of the arithmetic do so.
  const nearest = Math.round(at);
  if (Math.abs(at - nearest) < 1e-6) return { sample: nearest, part: 0 };
  return { sample: Math.floor(at), part: at - Math.floor(at) };
}

/** Smaller than full size. */
class BoxPlane implements Plane {
  readonly area: number;
  readonly #band: Band<Float64Array>;
  readonly #rows: Side;
  readonly #count: number;
  /** The sample on the border before each block, and its part before that border; one more for the end. */
  readonly #samples: Int32Array;
  readonly #parts: Float64Array;
  /** The sums of a row of samples: with one place more at each end, for what belongs to no block. */
  readonly #line: Float64Array;

  constructor(columns: Side, rows: Side, bandRows: number) {
    this.area = columns.step * rows.step;
    this.#rows = rows;
    this.#count = columns.count;
    const held = Math.min(rows.count, Math.ceil(bandRows / rows.step) + 2);
    this.#band = new Band((length) => new Float64Array(length), columns.count, held);
    const borders = Array.from({ length: columns.count + 1 }, (_, block) => borderOf(columns, block));
    this.#samples = Int32Array.from(borders, ({ sample }) => sample);
    this.#parts = Float64Array.from(borders, ({ part }) => part);
    this.#line = new Float64Array(columns.count + 2);
  }

  get sums(): Float64Array {
    return this.#band.sums;
  }

  rowAt(row: number): number {
    return this.#band.rowAt(row);
  }

  add(channel: Channel, x: number, y: number): void {
    const rows = this.#rows;
    const end = Math.min(y + channel.height, Math.ceil(rows.start + rows.count * rows.step));
    let block = Math.max(0, Math.floor((y - rows.start) / rows.step) - 1);
    for (let row = Math.max(y, Math.floor(rows.start)); row < end; row += 1) {
      while (block < rows.count - 1 && borderOf(rows, block + 1).sample <= row) block += 1;
      this.#sumRow(channel, (row - y) * channel.stride, x);
      this.#addRow(row, block);
    }
  }

  /** Adds the line to the block of a row of samples, and its part to the one before. */
  #addRow(row: number, block: number): void {
    const before = borderOf(this.#rows, block);
    const after = borderOf(this.#rows, block + 1);
    const partBefore = row === before.sample ? before.part : 0;
    const weight = row === after.sample ? after.part : 1;
    if (partBefore > 0 && block > 0) this.#addTo(block - 1, partBefore);
    this.#addTo(block, weight - partBefore);
  }

  #addTo(block: number, weight: number): void {
    const { sums } = this;
    const line = this.#line;
    const at = this.rowAt(block);
    for (let column = 0; column < this.#count; column += 1)
      sums[at + column] = (sums[at + column] ?? 0) + weight * (line[column + 1] ?? 0);
  }

  /** Sums a row of samples by columns of blocks. @param from Its first sample. @param x Where that one lies in the picture. */
  #sumRow({ samples, width }: Channel, from: number, x: number): void {
    const line = this.#line.fill(0);
    const [borders, parts] = [this.#samples, this.#parts];
    const end = x + width;
    const offset = from - x;
    for (let block = 0; block < this.#count; block += 1) {
      const start = borders[block] ?? 0;
      const next = borders[block + 1] ?? 0;
      if (next < x) continue;
      if (start >= end) break;
      let sum = 0;
      const stop = offset + Math.min(next, end);
      for (let at = offset + Math.max(start, x); at < stop; at += 1) sum += samples[at] ?? 0;
      // A sample on a border is counted to the block after it; its part is moved.
      if (start >= x) {
        const part = (samples[offset + start] ?? 0) * (parts[block] ?? 0);
        sum -= part;
        line[block] = (line[block] ?? 0) + part;
      }
      line[block + 1] = (line[block + 1] ?? 0) + sum;
    }
    this.#addEnd(samples, offset, x, end);
  }

  /** The part of the sample on the last border. */
  #addEnd(samples: Uint8Array | Uint16Array, offset: number, x: number, end: number): void {
    const last = this.#samples[this.#count] ?? 0;
    if (last < x || last >= end) return;
    const part = (samples[offset + last] ?? 0) * (this.#parts[this.#count] ?? 0);
    this.#line[this.#count] = (this.#line[this.#count] ?? 0) + part;
  }

  release(row: number): void {
    this.#band.release(row);
  }
}
