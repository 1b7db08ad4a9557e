// The reading of one image: scan by scan into planes.

import { Declined, type Header, type Scan } from './header.js';
import { Arena, type Module } from './module.js';
import { layOut, type Plane, type Planes, type Samples, toSamples } from './planes.js';
import { Progression } from './progression.js';
import { chooseCoefficients, type SampleSize } from './scaling.js';

/** Blocks of 64 samples in a byte of data at the most, with chroma at the lowest resolution and one block for every bit. */
const MOST_PIXELS_A_BYTE = 8 * 64 * 2;

/** Reads the image of a file once. */
export class ScanReader {
  readonly #module: Module;
  readonly #bytes: Uint8Array;
  readonly #header: Header;
  readonly #arena: Arena;
  readonly #image: Planes;

  /**
   * @param size Samples that luma makes of a block.
   * @throws {Declined}
   */
  constructor(module: Module, bytes: Uint8Array, header: Header, size: SampleSize) {
    this.#module = module;
    this.#bytes = bytes;
    this.#header = header;
    this.#arena = new Arena(module);
    // A block takes a bit or more: what promises more is not given the memory for it.
    const { width, height, components } = header.frame;
    if (components.length * width * height > MOST_PIXELS_A_BYTE * bytes.length)
      throw new Declined('more pixels than its data can hold');
    this.#image = layOut(header.frame, header.quantisation, size, this.#arena);
  }

  /**
   * @param first The first scan; the header has been read up to its data.
   * @throws {Declined}
   */
  read(first: Scan): Samples {
    if (this.#header.frame.isProgressive) this.#readProgressive(first);
    else this.#readSequential(first);
    return toSamples(this.#module, this.#image, this.#arena);
  }

  #readSequential(scan: Scan): void {
    const { at, end } = this.#copy(scan.data);
    const parts = scan.components.map((part) => ({ ...part, ...this.#plane(part.index) }));
    for (const dc of new Set(parts.map((part) => part.dc))) this.#makeDc(dc);
    for (const ac of new Set(parts.map((part) => part.ac)))
      this.#makeAc(
        ac,
        parts.some((part) => part.ac === ac && part.size > 1),
      );
    for (const { index, steps, size } of parts) {
      this.#setPart(scan, index, 1);
      for (const { zigzag, u, v, weight } of chooseCoefficients(size, steps))
        this.#module.keep(index, zigzag, u, v, weight);
    }
    const marker = this.#start(scan, at, end);
    for (let row = 0; row < this.#image.mcus.down; row += 1)
      if (this.#module.readRow(row, this.#image.mcus.across) === 0) throw new Declined('damaged data');
    if (this.#module.isUsedUp() === 0) throw new Declined('more data than pixels');
    if (this.#header.nextScan(scan.data + marker - at) !== undefined)
      throw new Declined('several sequential scans');
  }

  /** Of the scans only those of DCs are read (T.81, G.1.1.1); over the others it jumps to their end. */
  #readProgressive(first: Scan): void {
    const { at: copied, end } = this.#copy(first.data);
    const progression = new Progression(this.#image.planes.length);
    for (const { dcs, stride, rows } of this.#image.planes)
      new Uint8Array(this.#module.memory.buffer, dcs, 2 * stride * rows).fill(0);
    for (let scan: Scan | undefined = first; scan !== undefined; ) {
      const { first: coefficient, data } = scan;
      const present = scan;
      progression.take(present);
      const from = data - first.data + copied;
      const marker =
        coefficient === 0
          ? this.#arena.lend(() => this.#readDcs(present, from, end))
          : this.#module.nextMarker(from, end);
      if (marker === 0) throw new Declined('no end of the image');
      scan = this.#header.nextScan(first.data + marker - copied);
    }
    if (!progression.hasDcs) throw new Declined('not all of the DCs');
    for (const { dcs, at, stride, rows, steps } of this.#image.planes)
      if (this.#module.settleDc(dcs, at, stride * rows, steps[0] ?? 0) === 0)
        throw new Declined('damaged data');
  }

  #readDcs(scan: Scan, from: number, end: number): number {
    const { components, high, low } = scan;
    for (const { index, dc } of components) {
      if (high === 0) this.#makeDc(dc);
      this.#setPart(scan, index, 2);
    }
    const marker = this.#start(scan, from, end);
    const { across, down } = this.#mcusOf(scan);
    for (let row = 0; row < down; row += 1)
      if (this.#module.readDcRow(row, across, low, high !== 0) === 0) throw new Declined('damaged data');
    if (this.#module.isUsedUp() === 0) throw new Declined('more data than pixels');
    return marker;
  }

  /** Copies the file from `from` on. */
  #copy(from: number): { at: number; end: number } {
    const rest = this.#bytes.subarray(from);
    const at = this.#arena.take(rest.length);
    new Uint8Array(this.#module.memory.buffer, at, rest.length).set(rest);
    return { at, end: at + rest.length };
  }

  #makeDc(id: number): void {
    this.#copyCode(id);
    if (this.#module.makeDc(id) === 0) throw new Declined('a damaged Huffman table');
  }

  #makeAc(id: number, values: boolean): void {
    this.#copyCode(4 + id);
    if (this.#module.makeAc(id, values) === 0) throw new Declined('a damaged Huffman table');
  }

  #copyCode(table: number): void {
    const code = this.#header.codes[table];
    if (code === undefined) throw new Declined('no Huffman table');
    new Uint8Array(this.#module.memory.buffer, this.#module.codeAt(table), code.length).set(code);
  }

  /** Says where a component of a scan goes and how it is coded. `bytes`: 1 for samples, 2 for DCs. */
  #setPart({ components }: Scan, index: number, bytes: 1 | 2): void {
    const { at, dcs, stride, size, steps } = this.#plane(index);
    const { across, down } = this.#factors(components.length, index);
    const part = components.find((each) => each.index === index);
    this.#module.setPlane(index, bytes === 1 ? at : dcs, bytes * stride, size);
    this.#module.setCoding(index, across, down, steps[0] ?? 0, part?.dc ?? 0, part?.ac ?? 0);
  }

  /** Sampling factors in a scan: a component that is alone in it has none (T.81, A.2.2). */
  #factors(components: number, index: number): { readonly across: number; readonly down: number } {
    return components === 1 ? { across: 1, down: 1 } : this.#plane(index);
  }

  /** Removes the stuffing of a scan, and sets its MCUs. Returns where the marker's code is that ends it. */
  #start(scan: Scan, from: number, end: number): number {
    const { restartInterval } = this.#header;
    const { across, down } = this.#mcusOf(scan);
    const intervals = restartInterval === 0 ? 1 : Math.ceil((across * down) / restartInterval);
    const segments = this.#arena.take(4 * intervals);
    // What stands below the data is read beyond its end, and belongs to nothing else.
    const stream = this.#arena.take(end - from);
    const marker = this.#module.unstuff(from, end, stream + end - from, segments, intervals);
    if (marker === 0 || this.#module.intervals.value !== intervals)
      throw new Declined('data that does not end well');
    const blocks = this.#setBlocks(scan);
    this.#module.begin(stream + end - from, segments, blocks, restartInterval);
    return marker;
  }

  #setBlocks(scan: Scan): number {
    let block = 0;
    for (const { index } of scan.components) {
      const { across, down } = this.#factors(scan.components.length, index);
      for (let above = 0; above < down; above += 1)
        for (let left = 0; left < across; left += 1) this.#module.setBlock(block++, index, left, above);
    }
    return block;
  }

  /** MCUs of a scan: of one component alone they are its blocks. */
  #mcusOf({ components }: Scan): { readonly across: number; readonly down: number } {
    const [only] = components;
    return components.length === 1 && only !== undefined ? this.#plane(only.index).blocks : this.#image.mcus;
  }

  #plane(index: number): Plane {
    const plane = this.#image.planes[index];
    if (plane === undefined) throw new Declined('a damaged scan header');
    return plane;
  }
}
