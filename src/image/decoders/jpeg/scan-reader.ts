// Decodes the scans of one image to planes.

import { Declined } from '../declined.js';
import type { Header, Scan } from './header/header.js';
import { Arena, type Module, PART } from './module.js';
import { allocatePlanes, type Grid, type PlanarImage, type Plane, type Samples, toPixels } from './planes.js';
import { Progression } from './progression.js';
import { type BlockSize, chooseCoefficients } from './scaling.js';

/** A block of 64 samples takes at least one bit. Twice as many, because 4:2:0 codes half of the samples that are counted. */
const MAX_SAMPLES_PER_BYTE = 8 * 64 * 2;

/** Of each instance, what its lookup tables were built of. */
const builtTables = new WeakMap<Module, Map<string, Buffer>>();

/** Reads the image of a file. May be used once. */
export class ScanReader {
  readonly #module: Module;
  readonly #bytes: Uint8Array;
  readonly #header: Header;
  readonly #arena: Arena;
  readonly #image: PlanarImage;

  /**
   * @param blockSize Of luma.
   * @throws {Declined}
   */
  constructor(module: Module, bytes: Uint8Array, header: Header, blockSize: BlockSize) {
    this.#module = module;
    this.#bytes = bytes;
    this.#header = header;
    this.#arena = new Arena(module);
    // Checked before memory is allocated for a size that the file only claims.
    const { width, height, components } = header.frame;
    if (components.length * width * height > MAX_SAMPLES_PER_BYTE * bytes.length)
      throw new Declined('more pixels than its data can hold');
    this.#image = allocatePlanes(header.frame, header.quantisationTables, blockSize, this.#arena);
  }

  /**
   * @param firstScan The scan whose header was read last.
   * @throws {Declined}
   */
  read(firstScan: Scan): Samples {
    if (this.#header.frame.isProgressive) this.#readProgressive(firstScan);
    else this.#readSequential(firstScan);
    return toPixels(this.#module, this.#image, this.#arena);
  }

  #readSequential(scan: Scan): void {
    const { start, end } = this.#copyToModule(scan.dataOffset);
    const components = scan.components.map((component) => ({
      ...component,
      ...this.#plane(component.index),
    }));
    for (const id of new Set(components.map(({ dcTable }) => dcTable))) this.#buildDcTable(id);
    for (const id of new Set(components.map(({ acTable }) => acTable)))
      this.#buildAcTables(
        id,
        components.some(({ acTable, blockSize }) => acTable === id && blockSize > 1),
      );
    for (const { index, dcTable, acTable, quantisationTable, blockSize } of components) {
      this.#buildDcSkipTable(dcTable, acTable);
      this.#setComponent(scan, index, 1);
      for (const { zigzag, u, v, weight } of chooseCoefficients(blockSize, quantisationTable))
        this.#module.keepCoefficient(index, zigzag, u, v, weight);
    }
    const { marker, top, segmentEnds } = this.#unstuff(scan, start, end);
    const blocks = this.#setBlocks(scan);
    const { columns, rows } = this.#image.mcus;
    const noteBytes = this.#module.scanNoteBytes(
      segmentEnds,
      blocks,
      this.#header.restartInterval,
      columns * rows,
    );
    this.#module.beginSequential(top, this.#arena.allocate(noteBytes), columns, rows);
    let part = this.#module.decodePart();
    while (part === PART.continues) part = this.#module.decodePart();
    if (part === PART.damaged) throw new Declined('damaged entropy-coded data');
    if (this.#module.isSequentialConsumed() === 0)
      throw new Declined('entropy-coded data after the last MCU');
    if (this.#header.nextScan(scan.dataOffset + marker - start) !== undefined)
      throw new Declined('several sequential scans');
  }

  /** Decodes the DC scans, which code nothing else (T.81, G.1.1.1), and skips the AC scans. */
  #readProgressive(firstScan: Scan): void {
    const { start, end } = this.#copyToModule(firstScan.dataOffset);
    const progression = new Progression(this.#image.planes.length);
    for (const { dcs, stride, rows } of this.#image.planes)
      new Uint8Array(this.#module.memory.buffer, dcs, 2 * stride * rows).fill(0);
    for (let next: Scan | undefined = firstScan; next !== undefined; ) {
      const scan = next;
      progression.add(scan);
      const from = scan.dataOffset - firstScan.dataOffset + start;
      const marker =
        scan.spectralStart === 0
          ? this.#arena.scoped(() => this.#readDcScan(scan, from, end))
          : this.#module.nextMarker(from, end);
      if (marker === 0) throw new Declined('no marker after an AC scan');
      next = this.#header.nextScan(firstScan.dataOffset + marker - start);
    }
    if (!progression.isDcComplete) throw new Declined('incomplete DC coefficients');
    for (const { dcs, samples, stride, rows, quantisationTable } of this.#image.planes)
      if (this.#module.dequantiseDc(dcs, samples, stride * rows, quantisationTable[0] ?? 0) === 0)
        throw new Declined('damaged entropy-coded data');
  }

  /** Returns the address of the second byte of the marker that ends the scan. */
  #readDcScan(scan: Scan, from: number, end: number): number {
    const { components, approximationHigh, approximationLow } = scan;
    const isRefinement = approximationHigh !== 0;
    for (const { index, dcTable } of components) {
      // Refinement bits are not Huffman-coded.
      if (!isRefinement) this.#buildDcTable(dcTable);
      this.#setComponent(scan, index, 2);
    }
    const { marker, top, segmentEnds } = this.#unstuff(scan, from, end);
    this.#module.beginDcScan(top, segmentEnds, this.#setBlocks(scan), this.#header.restartInterval);
    const { columns, rows } = this.#mcusOf(scan);
    for (let row = 0; row < rows; row += 1)
      if (this.#module.decodeDcMcuRow(row, columns, approximationLow, isRefinement) === 0)
        throw new Declined('damaged entropy-coded data');
    if (this.#module.isDcSegmentConsumed() === 0) throw new Declined('entropy-coded data after the last MCU');
    return marker;
  }

  /** Copies the file from `offset` on to the module's memory. Returns its addresses there. */
  #copyToModule(offset: number): { start: number; end: number } {
    const rest = this.#bytes.subarray(offset);
    const start = this.#arena.allocate(rest.length);
    new Uint8Array(this.#module.memory.buffer, start, rest.length).set(rest);
    return { start, end: start + rest.length };
  }

  #buildDcTable(id: number): void {
    this.#built(`DC ${id}`, [this.#huffmanTable(id)], () => {
      this.#copyHuffmanTable(id);
      return this.#module.buildDcTable(id) !== 0;
    });
  }

  #buildAcTables(id: number, needsValues: boolean): void {
    this.#built(`AC ${id}`, [this.#huffmanTable(4 + id), Uint8Array.of(Number(needsValues))], () => {
      this.#copyHuffmanTable(4 + id);
      return this.#module.buildAcTables(id, needsValues) !== 0;
    });
  }

  #buildDcSkipTable(dcTable: number, acTable: number): void {
    this.#built(
      `skip ${dcTable} ${acTable}`,
      [this.#huffmanTable(dcTable), this.#huffmanTable(4 + acTable)],
      () => {
        this.#module.buildDcSkipTable(dcTable, acTable);
        return true;
      },
    );
  }

  /** Builds lookup tables, unless those that the instance has under this name were built of the same: a camera's photos often share them. */
  #built(name: string, of: readonly Uint8Array[], build: () => boolean): void {
    const tables = builtTables.get(this.#module) ?? new Map<string, Buffer>();
    builtTables.set(this.#module, tables);
    const key = Buffer.concat(of);
    if (tables.get(name)?.equals(key) === true) return;
    tables.delete(name);
    if (!build()) throw new Declined('a damaged Huffman table');
    tables.set(name, key);
  }

  #huffmanTable(table: number): Uint8Array {
    const spec = this.#header.huffmanTables[table];
    if (spec === undefined) throw new Declined('no Huffman table');
    return spec;
  }

  #copyHuffmanTable(table: number): void {
    const spec = this.#huffmanTable(table);
    const address = this.#module.huffmanSpecAddress(table);
    new Uint8Array(this.#module.memory.buffer, address, spec.length).set(spec);
  }

  /** Sets the output and the coding of a component in a scan. `bytes`: 1 for samples, 2 for DCs. */
  #setComponent({ components }: Scan, index: number, bytes: 1 | 2): void {
    const { samples, dcs, stride, blockSize, quantisationTable } = this.#plane(index);
    const { h, v } = this.#samplingIn(components.length, index);
    const component = components.find((each) => each.index === index);
    const { dcTable = 0, acTable = 0 } = component ?? {};
    this.#module.setPlane(index, bytes === 1 ? samples : dcs, bytes * stride, blockSize);
    this.#module.setComponent(index, h, v, quantisationTable[0] ?? 0, dcTable, acTable);
  }

  /** Sampling factors in a scan: 1 x 1 in a scan of a single component, which is not interleaved (T.81, A.2.2). */
  #samplingIn(componentCount: number, index: number): { readonly h: number; readonly v: number } {
    return componentCount === 1 ? { h: 1, v: 1 } : this.#plane(index);
  }

  /** Entropy-coded segments of a scan. */
  #segmentCount(scan: Scan): number {
    const { restartInterval } = this.#header;
    const { columns, rows } = this.#mcusOf(scan);
    return restartInterval === 0 ? 1 : Math.ceil((columns * rows) / restartInterval);
  }

  /**
   * Unstuffs the data of a scan.
   * @returns The address of the second byte of the marker that ends it, and what `unstuff` was given: the address below which the data
   * is, and that of the list of the segments' ends.
   */
  #unstuff(scan: Scan, from: number, end: number): { marker: number; top: number; segmentEnds: number } {
    const segmentCount = this.#segmentCount(scan);
    const segmentEnds = this.#arena.allocate(4 * segmentCount);
    // The unstuffed data is in reverse: reads beyond its end go below this address, to slack that no other allocation uses.
    const data = this.#arena.allocate(end - from);
    const top = data + end - from;
    const marker = this.#module.unstuff(from, end, top, segmentEnds, segmentCount);
    if (marker === 0 || this.#module.segmentCount.value !== segmentCount)
      throw new Declined('a missing or misplaced marker in entropy-coded data');
    return { marker, top, segmentEnds };
  }

  /** Returns the number of blocks in an MCU. */
  #setBlocks(scan: Scan): number {
    let block = 0;
    for (const { index } of scan.components) {
      const { h, v } = this.#samplingIn(scan.components.length, index);
      for (let row = 0; row < v; row += 1)
        for (let column = 0; column < h; column += 1) this.#module.setBlock(block++, index, column, row);
    }
    return block;
  }

  /** The MCUs of a scan. If it is not interleaved, they are the blocks of its component (T.81, A.2.2). */
  #mcusOf({ components }: Scan): Grid {
    const [only] = components;
    return components.length === 1 && only !== undefined ? this.#plane(only.index).blocks : this.#image.mcus;
  }

  #plane(index: number): Plane {
    const plane = this.#image.planes[index];
    if (plane === undefined) throw new Declined('a damaged scan header');
    return plane;
  }
}
