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
  readonly #columns: Side;
  readonly #rows: Side;
  /** The sample on the border before each block, and its part before that border; one more for the end. */
  readonly #samples: Int32Array;
  readonly #parts: Float64Array;
  /** The sums of one row of samples. */
  readonly #line: Float64Array;

  constructor(columns: Side, rows: Side, bandRows: number) {
    this.area = columns.step * rows.step;
    this.#columns = columns;
    this.#rows = rows;
    const held = Math.min(rows.count, Math.ceil(bandRows / rows.step) + 2);
    this.#band = new Band((length) => new Float64Array(length), columns.count, held);
    const borders = Array.from({ length: columns.count + 1 }, (_, block) => borderOf(columns, block));
    this.#samples = Int32Array.from(borders, ({ sample }) => sample);
    this.#parts = Float64Array.from(borders, ({ part }) => part);
    this.#line = new Float64Array(columns.count);
  }

  get sums(): Float64Array {
    return this.#band.sums;
  }

  rowAt(row: number): number {
    return this.#band.rowAt(row);
  }

  add(channel: Channel, x: number, y: number): void {
    const rows = this.#rows;
    const [first, last] = this.#columnsOf(x, x + channel.width);
    if (first > last) return;
    const end = Math.min(y + channel.height, Math.ceil(rows.start + rows.count * rows.step));
    let block = Math.max(0, Math.floor((y - rows.start) / rows.step) - 1);
    let border = borderOf(rows, block);
    let next = borderOf(rows, block + 1);
    for (let row = Math.max(y, Math.floor(rows.start)); row < end; row += 1) {
      while (block < rows.count - 1 && next.sample <= row) {
        block += 1;
        border = next;
        next = borderOf(rows, block + 1);
      }
      this.#sumRow(channel.samples, (row - y) * channel.stride - x, x, x + channel.width, first, last);
      const partBefore = row === border.sample ? border.part : 0;
      const weight = row === next.sample ? next.part : 1;
      if (partBefore > 0 && block > 0) this.#addLine(block - 1, partBefore, first, last);
      this.#addLine(block, weight - partBefore, first, last);
    }
  }

  /** The first and the last column of blocks that have a part of the samples from `x` up to `end`. */
  #columnsOf(x: number, end: number): readonly [first: number, last: number] {
    const { start, step, count } = this.#columns;
    const first = Math.floor((x - start) / step) - 1;
    const last = Math.ceil((end - start) / step);
    return [Math.max(0, first), Math.min(count - 1, last)];
  }

  /** Adds the line to a row of blocks. */
  #addLine(block: number, weight: number, first: number, last: number): void {
    const { sums } = this.#band;
    const line = this.#line;
    const at = this.rowAt(block);
    for (let column = first; column <= last; column += 1)
      sums[at + column] = (sums[at + column] ?? 0) + weight * (line[column] ?? 0);
  }

  /**
   * Sums a row of samples by columns of blocks, into the line.
   * @param offset Where the sample at 0 would be.
   * @param x The first sample.
   * @param end The one after the last.
   */
  #sumRow(
    samples: Uint8Array | Uint16Array,
    offset: number,
    x: number,
    end: number,
    first: number,
    last: number,
  ): void {
    const line = this.#line;
    const [borders, parts] = [this.#samples, this.#parts];
    let sample = Math.max(x, borders[first] ?? 0);
    let sum = 0;
    // What of the sum lies before the block.
    let before = sample === borders[first] ? (samples[offset + sample] ?? 0) * (parts[first] ?? 0) : 0;
    for (let block = first; block <= last; block += 1) {
      const border = borders[block + 1] ?? 0;
      const stop = border < end ? border : end;
      for (; sample < stop; sample += 1) sum += samples[offset + sample] ?? 0;
      const isWithin = border >= x && border < end;
      const after = isWithin ? sum + (samples[offset + border] ?? 0) * (parts[block + 1] ?? 0) : sum;
      line[block] = after - before;
      before = after;
    }
  }

  release(row: number): void {
    this.#band.release(row);
  }
}
