// The reader of before, kept as reference: do not optimise.
//
// Reads a sequential JPEG as our own reader did when it decoded each bit after the one before it. The header and the choice of
// coefficients are those of src/.

import { Declined } from '../../../../../src/image/decoders/declined.js';
import { Header, type Scan } from '../../../../../src/image/decoders/jpeg/header/header.js';
import type { Shrink } from '../../../../../src/image/decoders/jpeg/jpeg-file.js';
import type { Samples } from '../../../../../src/image/decoders/jpeg/planes.js';
import { type BlockSize, chooseCoefficients } from '../../../../../src/image/decoders/jpeg/scaling.js';
import { Arena, instance, type Module } from './module.js';
import { allocatePlanes, type PlanarImage, type Plane, toPixels } from './planes.js';

const BLOCK_SIZES: Readonly<Record<Shrink, BlockSize>> = { 8: 1, 4: 2, 2: 4 };
const MAX_SAMPLES_PER_BYTE = 8 * 64 * 2;

/**
 * Reads a file; undefined for a progressive one, which the reference does not read.
 * @throws {Declined}
 */
export function readByReference(bytes: Uint8Array, shrink: Shrink): Samples | undefined {
  const header = new Header(bytes);
  const scan = header.nextScan();
  if (scan === undefined) throw new Declined('no scan');
  if (header.frame.isProgressive) return undefined;
  return new ReferenceReader(bytes, header, BLOCK_SIZES[shrink]).read(scan);
}

/** Reads the image of a file. May be used once. */
class ReferenceReader {
  readonly #module: Module = instance();
  readonly #arena: Arena = new Arena(this.#module);
  readonly #bytes: Uint8Array;
  readonly #header: Header;
  readonly #image: PlanarImage;

  constructor(bytes: Uint8Array, header: Header, blockSize: BlockSize) {
    this.#bytes = bytes;
    this.#header = header;
    const { width, height, components } = header.frame;
    if (components.length * width * height > MAX_SAMPLES_PER_BYTE * bytes.length)
      throw new Declined('more pixels than its data can hold');
    this.#image = allocatePlanes(header.frame, header.quantisationTables, blockSize, this.#arena);
  }

  read(scan: Scan): Samples {
    const data = this.#bytes.subarray(scan.dataOffset);
    const start = this.#arena.allocate(data.length);
    new Uint8Array(this.#module.memory.buffer, start, data.length).set(data);
    this.#buildTables(scan);
    const marker = this.#beginScan(scan, start, start + data.length);
    const { columns, rows } = this.#image.mcus;
    for (let row = 0; row < rows; row += 1)
      if (this.#module.decodeMcuRow(row, columns) === 0) throw new Declined('damaged entropy-coded data');
    if (this.#module.isSegmentConsumed() === 0) throw new Declined('entropy-coded data after the last MCU');
    if (this.#header.nextScan(scan.dataOffset + marker - start) !== undefined)
      throw new Declined('several sequential scans');
    return toPixels(this.#module, this.#image, this.#arena);
  }

  #buildTables({ components }: Scan): void {
    const coded = components.map((component) => ({ ...component, ...this.#plane(component.index) }));
    for (const id of new Set(coded.map(({ dcTable }) => dcTable)))
      this.#buildTable(id, () => this.#module.buildDcTable(id));
    for (const id of new Set(coded.map(({ acTable }) => acTable))) {
      const needsValues = coded.some(({ acTable, blockSize }) => acTable === id && blockSize > 1);
      this.#buildTable(4 + id, () => this.#module.buildAcTables(id, needsValues));
    }
    for (const { index, h, v, samples, stride, blockSize, quantisationTable, dcTable, acTable } of coded) {
      const sampling: [number, number] = coded.length === 1 ? [1, 1] : [h, v];
      this.#module.setPlane(index, samples, stride, blockSize);
      this.#module.setComponent(index, ...sampling, quantisationTable[0] ?? 0, dcTable, acTable);
      for (const { zigzag, u, v, weight } of chooseCoefficients(blockSize, quantisationTable))
        this.#module.keepCoefficient(index, zigzag, u, v, weight);
    }
  }

  /** @param table 0 to 3: DC, 4 to 7: AC. */
  #buildTable(table: number, build: () => number): void {
    const spec = this.#header.huffmanTables[table];
    if (spec === undefined) throw new Declined('no Huffman table');
    const address = this.#module.huffmanSpecAddress(table);
    new Uint8Array(this.#module.memory.buffer, address, spec.length).set(spec);
    if (build() === 0) throw new Declined('a damaged Huffman table');
  }

  /** Unstuffs the data of the scan and sets up its MCUs. Returns the address of the second byte of the marker that ends it. */
  #beginScan(scan: Scan, from: number, end: number): number {
    const { restartInterval } = this.#header;
    const { columns, rows } = this.#image.mcus;
    const segmentCount = restartInterval === 0 ? 1 : Math.ceil((columns * rows) / restartInterval);
    const segmentEnds = this.#arena.allocate(4 * segmentCount);
    const top = this.#arena.allocate(end - from) + end - from;
    const marker = this.#module.unstuff(from, end, top, segmentEnds, segmentCount);
    if (marker === 0 || this.#module.segmentCount.value !== segmentCount)
      throw new Declined('a missing or misplaced marker in entropy-coded data');
    this.#module.beginScan(top, segmentEnds, this.#setBlocks(scan), restartInterval);
    return marker;
  }

  /** Returns the number of blocks in an MCU. */
  #setBlocks({ components }: Scan): number {
    let block = 0;
    for (const { index } of components) {
      const { h, v } = components.length === 1 ? { h: 1, v: 1 } : this.#plane(index);
      for (let row = 0; row < v; row += 1)
        for (let column = 0; column < h; column += 1) this.#module.setBlock(block++, index, column, row);
    }
    return block;
  }

  #plane(index: number): Plane {
    const plane = this.#image.planes[index];
    if (plane === undefined) throw new Declined('a damaged scan header');
    return plane;
  }
}
