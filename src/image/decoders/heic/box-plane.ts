// Sums of blocks of samples: one channel of a picture on its way to a smaller one, tile by tile, in a band of rows.

import type { Channel } from './libheif/decoded.js';

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

/** Smaller than full size. A block's rows are added up first, sample by sample, and then its columns: that takes a third of the time. */
class BoxPlane implements Plane {
  readonly area: number;
  readonly #band: Band<Float64Array>;
  readonly #columns: Side;
  readonly #rows: Side;
  /** The sample on the border before each block, and its part before that border; one more for the end. */
  readonly #samples: Int32Array;
  readonly #parts: Float64Array;
  /** The sums of the rows of a block, for each sample of a tile's width. */
  #line = new Float64Array(0);

  constructor(columns: Side, rows: Side, bandRows: number) {
    this.area = columns.step * rows.step;
    this.#columns = columns;
    this.#rows = rows;
    const held = Math.min(rows.count, Math.ceil(bandRows / rows.step) + 2);
    this.#band = new Band((length) => new Float64Array(length), columns.count, held);
    const borders = Array.from({ length: columns.count + 1 }, (_, block) => borderOf(columns, block));
    this.#samples = Int32Array.from(borders, ({ sample }) => sample);
    this.#parts = Float64Array.from(borders, ({ part }) => part);
  }

  get sums(): Float64Array {
    return this.#band.sums;
  }

  rowAt(row: number): number {
    return this.#band.rowAt(row);
  }

  add(channel: Channel, x: number, y: number): void {
    if (this.#line.length < channel.width) this.#line = new Float64Array(channel.width);
    const rows = this.#rows;
    const [first, last] = blocksOf(rows, y, y + channel.height);
    let border = borderOf(rows, first);
    for (let block = first; block <= last; block += 1) {
      const next = borderOf(rows, block + 1);
      this.#line.fill(0);
      addBetween(channel, y, border, next, this.#line);
      this.#addLine(block, x, channel.width);
      border = next;
    }
  }

  /** Adds the line to a row of blocks, whose borders may lie within a sample. @param x The first sample of the line. */
  #addLine(row: number, x: number, width: number): void {
    const line = this.#line;
    const { sums } = this.#band;
    const at = this.rowAt(row);
    const [borders, parts] = [this.#samples, this.#parts];
    const [first, last] = blocksOf(this.#columns, x, x + width);
    let sample = Math.max(0, (borders[first] ?? 0) - x);
    let sum = 0;
    // What of the sum lies before the block.
    let before = sample + x === borders[first] ? (line[sample] ?? 0) * (parts[first] ?? 0) : 0;
    for (let block = first; block <= last; block += 1) {
      const border = (borders[block + 1] ?? 0) - x;
      const stop = border < width ? border : width;
      for (; sample < stop; sample += 1) sum += line[sample] ?? 0;
      const isWithin = border >= 0 && border < width;
      const after = isWithin ? sum + (line[border] ?? 0) * (parts[block + 1] ?? 0) : sum;
      sums[at + block] = (sums[at + block] ?? 0) + after - before;
      before = after;
    }
  }

  release(row: number): void {
    this.#band.release(row);
  }
}

/** The first and the last block that may have a part of the samples from `from` up to `end`; none if the last is less than the first. */
function blocksOf(
  { start, step, count }: Side,
  from: number,
  end: number,
): readonly [first: number, last: number] {
  const first = Math.floor((from - start) / step) - 1;
  const last = Math.ceil((end - start) / step);
  return [Math.max(0, first), Math.min(count - 1, last)];
}

/** Adds the rows between two borders to a line, those on a border by their part. @param y The first row of the channel. */
function addBetween(channel: Channel, y: number, top: Border, bottom: Border, line: Float64Array): void {
  const from = top.part > 0 ? top.sample + 1 : top.sample;
  addRows(channel, Math.max(0, from - y), Math.min(channel.height, bottom.sample - y), line);
  if (top.part > 0) addPart(channel, top.sample - y, 1 - top.part, line);
  if (bottom.part > 0) addPart(channel, bottom.sample - y, bottom.part, line);
}

/** Four rows at once, because most of the time goes into the line. */
function addRows({ samples, width, stride }: Channel, first: number, end: number, line: Float64Array): void {
  let row = first;
  for (; row + 4 <= end; row += 4) {
    const one = row * stride;
    const [two, three, four] = [one + stride, one + 2 * stride, one + 3 * stride];
    for (let x = 0; x < width; x += 1)
      line[x] =
        (line[x] ?? 0) +
        ((samples[one + x] ?? 0) +
          (samples[two + x] ?? 0) +
          (samples[three + x] ?? 0) +
          (samples[four + x] ?? 0));
  }
  for (; row < end; row += 1) {
    const at = row * stride;
    for (let x = 0; x < width; x += 1) line[x] = (line[x] ?? 0) + (samples[at + x] ?? 0);
  }
}

/** Adds a part of a row, if the channel has that row. */
function addPart(
  { samples, width, height, stride }: Channel,
  row: number,
  part: number,
  line: Float64Array,
): void {
  if (row < 0 || row >= height) return;
  const at = row * stride;
  for (let x = 0; x < width; x += 1) line[x] = (line[x] ?? 0) + part * (samples[at + x] ?? 0);
}
