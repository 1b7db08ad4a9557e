// Sums of blocks of samples: one channel of a picture on its way to a smaller one, tile by tile, in a band of rows.

import type { Channel } from './libheif/heif-image.js';

/** Where a channel's blocks lie, in samples of this channel. */
export interface Blocks {
  /** The first sample of the first block. */
  readonly left: number;
  readonly top: number;
  /** Samples of a block. */
  readonly width: number;
  readonly height: number;
  /** Number of blocks. */
  readonly columns: number;
  readonly rows: number;
}

/** One channel. A block may lie in several tiles. */
export class BoxPlane {
  /** The sums of the blocks of the band, row by row. */
  readonly sums: Uint32Array;
  readonly #blocks: Blocks;
  readonly #bandRows: number;
  /** The first row of blocks in the band. */
  #firstRow = 0;

  /** @param bandRows Rows of samples that are added before rows are released. */
  constructor(blocks: Blocks, bandRows: number) {
    this.#blocks = blocks;
    this.#bandRows = Math.min(blocks.rows, Math.ceil(bandRows / blocks.height) + 2);
    this.sums = new Uint32Array(this.#bandRows * blocks.columns);
  }

  /** Samples of a block. */
  get area(): number {
    return this.#blocks.width * this.#blocks.height;
  }

  /** Where a row of blocks starts in `sums`. It must be in the band. */
  rowAt(row: number): number {
    return (row - this.#firstRow) * this.#blocks.columns;
  }

  /** Adds the samples of a tile. @param x The first sample of the tile. @param y The first row of the tile. */
  add(channel: Channel, x: number, y: number): void {
    const { left, top, width, height, columns, rows } = this.#blocks;
    const [startX, endX] = [Math.max(x, left), Math.min(x + channel.width, left + columns * width)];
    const [startY, endY] = [Math.max(y, top), Math.min(y + channel.height, top + rows * height)];
    if (startX >= endX) return;
    const firstColumn = Math.floor((startX - left) / width);
    const firstCount = Math.min((firstColumn + 1) * width - (startX - left), endX - startX);
    for (let sampleY = startY; sampleY < endY; sampleY += 1) {
      const row = Math.floor((sampleY - top) / height);
      const from = (sampleY - y) * channel.stride + startX - x;
      const to = this.rowAt(row) + firstColumn;
      addRow(channel.samples, from, endX - startX, this.sums, to, width, firstCount);
    }
  }

  /** Ends with all rows of blocks before this one. */
  release(row: number): void {
    const { columns } = this.#blocks;
    const released = Math.min(row - this.#firstRow, this.#bandRows) * columns;
    if (released <= 0) return;
    this.sums.copyWithin(0, released);
    this.sums.fill(0, this.sums.length - released);
    this.#firstRow = row;
  }
}

/**
 * Adds a row of samples to the sums of their blocks.
 * @param width Samples of a block in this row.
 * @param firstCount Samples of the first block.
 */
function addRow(
  samples: Uint8Array | Uint16Array,
  from: number,
  count: number,
  sums: Uint32Array,
  to: number,
  width: number,
  firstCount: number,
): void {
  const end = from + count;
  let blockEnd = from + firstCount;
  let block = to;
  for (let at = from; at < end; ) {
    let sum = 0;
    for (; at < blockEnd; at += 1) sum += samples[at] ?? 0;
    sums[block] = (sums[block] ?? 0) + sum;
    block += 1;
    blockEnd = Math.min(blockEnd + width, end);
  }
}
