// Reads a JPEG at an eighth, a quarter or half of its size, and of its data only what that takes. What it does not know, and what
// looks damaged, it declines. It knows nothing of the rest of the program.

import { Declined, Header, type Scan } from './header.js';
import { grow, type Module, withModule } from './module.js';
import { chooseCoefficients, type SampleSize } from './scaling.js';

/** How much smaller an image is read than it is: each side divided by it, rounded up. */
export type Shrink = 2 | 4 | 8;

const SIZES: Readonly<Record<Shrink, SampleSize>> = { 8: 1, 4: 2, 2: 4 };

/** Vector loads and stores go so far beyond what they are to read or write, and no block is longer than 250 bytes. */
const SLACK_BYTES = 512;

/** An image that was read. */
export interface Samples {
  /** Grey (`channels` 1) or RGB (3), a byte each, rows without gaps. The next read uses the same memory again. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** A component while its image is read. */
interface Plane {
  readonly across: number;
  readonly down: number;
  readonly steps: Uint8Array;
  /** Samples that are made of a block, across and down. */
  readonly size: SampleSize;
  /** Blocks that the image has, without those that fill up an MCU. */
  readonly blocks: { readonly across: number; readonly down: number };
  /** Samples. */
  readonly width: number;
  readonly height: number;
  readonly at: number;
  /** Bytes. */
  readonly stride: number;
  /** Where its DCs are put together, when several scans have them. */
  readonly dcs: number;
}

/** One JPEG file, of which the header has been read. */
export class Jpeg {
  readonly #bytes: Uint8Array;
  readonly #header: Header;
  readonly #first: Scan;

  /**
   * @param bytes The whole file.
   * @throws {Declined}
   */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#header = new Header(bytes);
    const first = this.#header.nextScan();
    if (first === undefined) throw new Declined('no scan');
    this.#first = first;
  }

  /** Pixels, as stored. */
  get width(): number {
    return this.#header.frame.width;
  }

  /** Pixels, as stored. */
  get height(): number {
    return this.#header.frame.height;
  }

  /** By EXIF, 1 to 8. */
  get orientation(): number {
    return this.#header.orientation;
  }

  /** ICC profile. */
  get profile(): Buffer | undefined {
    return this.#header.profile;
  }

  /** Bytes that {@link read} takes at the most: the file twice, and the samples. */
  memoryNeed(shrink: Shrink): number {
    const pixels = Math.ceil(this.width / shrink + 16) * Math.ceil(this.height / shrink + 16);
    return 2 * this.#bytes.length + pixels * 3 * (this.#header.frame.isProgressive ? 4 : 2);
  }

  /**
   * The image, smaller. It can be read once.
   * @throws {Declined}
   */
  read(shrink: Shrink): Samples {
    const { isProgressive } = this.#header.frame;
    if (isProgressive && shrink !== 8) throw new Declined('a progressive image at more than an eighth');
    const size = SIZES[shrink];
    return withModule((module) => new Reading(module, this.#bytes, this.#header, size).read(this.#first));
  }
}

class Reading {
  readonly #module: Module;
  readonly #bytes: Uint8Array;
  readonly #header: Header;
  readonly #mcus: { readonly across: number; readonly down: number };
  readonly #planes: readonly Plane[];
  readonly #width: number;
  readonly #height: number;
  #heap: number;

  constructor(module: Module, bytes: Uint8Array, header: Header, size: SampleSize) {
    this.#module = module;
    this.#bytes = bytes;
    this.#header = header;
    this.#heap = module.heap();
    const { width, height, components, isProgressive } = header.frame;
    const [most] = components;
    const [across, down] = [most?.across ?? 1, most?.down ?? 1];
    this.#mcus = { across: Math.ceil(width / (8 * across)), down: Math.ceil(height / (8 * down)) };
    this.#width = Math.ceil((width * size) / 8);
    this.#height = Math.ceil((height * size) / 8);
    this.#planes = components.map((component, index) => {
      const steps = header.quantisation[component.quantisation];
      if (steps === undefined) throw new Declined('no quantisation table');
      const doubled = index > 0 && !isProgressive && across === 2 && down === 2 && size < 4;
      const partSize = doubled ? (size === 1 ? 2 : 4) : size;
      const own = {
        width: Math.ceil((width * component.across) / across),
        height: Math.ceil((height * component.down) / down),
      };
      const stride = this.#mcus.across * component.across * partSize;
      const rows = this.#mcus.down * component.down * partSize;
      return {
        across: component.across,
        down: component.down,
        steps,
        size: partSize,
        blocks: { across: Math.ceil(own.width / 8), down: Math.ceil(own.height / 8) },
        width: Math.ceil((own.width * partSize) / 8),
        height: Math.ceil((own.height * partSize) / 8),
        stride,
        at: this.#take(stride * rows),
        dcs: isProgressive ? this.#take(2 * stride * rows) : 0,
      };
    });
  }

  read(first: Scan): Samples {
    if (this.#header.frame.isProgressive) this.#readProgressive(first);
    else this.#readSequential(first);
    return this.#finish();
  }

  #readSequential(scan: Scan): void {
    const { at, end } = this.#copy(scan.data);
    for (const { index, dc, ac } of scan.components) {
      const { steps, size } = this.#plane(index);
      this.#makeCode(dc, false);
      this.#makeCode(4 + ac, size > 1);
      this.#prepare(index, dc, ac, 1);
      for (const { zigzag, u, v, weight } of chooseCoefficients(size, steps))
        this.#module.keep(index, zigzag, u, v, weight);
    }
    const marker = this.#start(scan, at, end);
    for (let row = 0; row < this.#mcus.down; row += 1)
      if (this.#module.readRow(row, this.#mcus.across) === 0) throw new Declined('damaged data');
    if (this.#module.isUsedUp() === 0) throw new Declined('more data than pixels');
    if (this.#header.nextScan(scan.data + marker - at) !== undefined)
      throw new Declined('several sequential scans');
  }

  /** Of the scans only those of DCs are read (T.81, G.1.1.1); over the others it jumps to their end. */
  #readProgressive(first: Scan): void {
    const { at: copied, end } = this.#copy(first.data);
    const heap = this.#heap;
    const left = this.#planes.map(() => -1);
    for (const { dcs, stride, down, size } of this.#planes)
      new Uint8Array(this.#module.memory.buffer, dcs, 2 * stride * this.#mcus.down * down * size).fill(0);
    for (let scan: Scan | undefined = first; scan !== undefined; ) {
      const from = scan.data - first.data + copied;
      this.#heap = heap;
      const marker =
        scan.first === 0 ? this.#readDcs(scan, from, end, left) : this.#module.nextMarker(from, end);
      if (marker === 0) throw new Declined('no end of the image');
      scan = this.#header.nextScan(first.data + marker - copied);
    }
    if (left.some((bits) => bits !== 0)) throw new Declined('not all of the DCs');
    for (const { dcs, at, stride, down, size, steps } of this.#planes) {
      const count = stride * this.#mcus.down * down * size;
      if (this.#module.settleDc(dcs, at, count, steps[0] ?? 0) === 0) throw new Declined('damaged data');
    }
  }

  /** @param left For each component, the bits of its DCs that are still to come; -1 before its first scan. */
  #readDcs(scan: Scan, from: number, end: number, left: number[]): number {
    const { components, last, high, low } = scan;
    if (last !== 0) throw new Declined('DCs and others in one progressive scan');
    for (const { index, dc, ac } of components) {
      const isNext = high === 0 ? left[index] === -1 : left[index] === high && low === high - 1;
      if (!isNext || low > 13) throw new Declined('progressive scans in disorder');
      left[index] = low;
      if (high === 0) this.#makeCode(dc, false);
      this.#prepare(index, dc, ac, 2);
    }
    const marker = this.#start(scan, from, end);
    const { across, down } = this.#mcusOf(scan);
    for (let row = 0; row < down; row += 1) {
      const read = high === 0 ? this.#module.readDcRow : this.#module.refineDcRow;
      if (read(row, across, low) === 0) throw new Declined('damaged data');
    }
    if (this.#module.isUsedUp() === 0) throw new Declined('more data than pixels');
    return marker;
  }

  /** Copies the file from `from` on. */
  #copy(from: number): { at: number; end: number } {
    const rest = this.#bytes.subarray(from);
    const at = this.#take(rest.length);
    new Uint8Array(this.#module.memory.buffer, at, rest.length).set(rest);
    return { at, end: at + rest.length };
  }

  #makeCode(table: number, values: boolean): void {
    const code = this.#header.codes[table];
    if (code === undefined) throw new Declined('no Huffman table');
    new Uint8Array(this.#module.memory.buffer, this.#module.codeAt(table), code.length).set(code);
    const made = table < 4 ? this.#module.makeDc(table) : this.#module.makeAc(table - 4, values);
    if (made === 0) throw new Declined('a damaged Huffman table');
  }

  #prepare(index: number, dc: number, ac: number, bytes: 1 | 2): void {
    const { at, dcs, stride, size, across, down, steps } = this.#plane(index);
    this.#module.setPlane(index, bytes === 1 ? at : dcs, bytes * stride, size);
    this.#module.setCoding(index, across, down, steps[0] ?? 0, dc, ac);
  }

  /** Removes the stuffing of a scan, and sets its MCUs. Returns where the marker's code is that ends it. */
  #start(scan: Scan, from: number, end: number): number {
    const { restartInterval } = this.#header;
    const { across, down } = this.#mcusOf(scan);
    const intervals = restartInterval === 0 ? 1 : Math.ceil((across * down) / restartInterval);
    const segments = this.#take(4 * intervals);
    // What stands below the data is read beyond its end, and belongs to nothing else.
    const stream = this.#take(end - from);
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
      const { across, down } = scan.components.length === 1 ? { across: 1, down: 1 } : this.#plane(index);
      for (let above = 0; above < down; above += 1)
        for (let left = 0; left < across; left += 1) this.#module.setBlock(block++, index, left, above);
    }
    return block;
  }

  /** MCUs of a scan: of one component alone they are its blocks. */
  #mcusOf({ components }: Scan): { readonly across: number; readonly down: number } {
    const [only] = components;
    return components.length === 1 && only !== undefined ? this.#plane(only.index).blocks : this.#mcus;
  }

  #plane(index: number): Plane {
    const plane = this.#planes[index];
    if (plane === undefined) throw new Declined('a damaged scan header');
    return plane;
  }

  #finish(): Samples {
    const [luma, cb, cr] = this.#planes;
    const [width, height] = [this.#width, this.#height];
    if (luma === undefined) throw new Declined('no component');
    const channels = cb === undefined || cr === undefined ? 1 : 3;
    const pixels = this.#take(width * height * channels);
    if (cb === undefined || cr === undefined) {
      const memory = new Uint8Array(this.#module.memory.buffer);
      for (let y = 0; y < height; y += 1)
        memory.copyWithin(pixels + y * width, luma.at + y * luma.stride, luma.at + y * luma.stride + width);
    } else {
      const rows = [this.#take(width), this.#take(2 * width), this.#take(2 * width)];
      for (let y = 0; y < height; y += 1) {
        const [blue, red] = [cb, cr].map((plane, i) =>
          this.#chromaRow(plane, luma, y, rows[0] ?? 0, rows[i + 1] ?? 0),
        );
        this.#module.toRgb(luma.at + y * luma.stride, blue ?? 0, red ?? 0, pixels + y * width * 3, width);
      }
    }
    const data = new Uint8Array(this.#module.memory.buffer, pixels, width * height * channels);
    return { data, width, height, channels };
  }

  /** Where a row of chroma is at luma's resolution. */
  #chromaRow(plane: Plane, luma: Plane, y: number, between: number, wide: number): number {
    let row = plane.at + y * plane.stride;
    if (luma.down * luma.size === 2 * plane.size) {
      const own = y >> 1;
      const [near, far] = [-1, 1].map((step) => {
        const other = own + (y % 2 === 0 ? step : -step);
        return plane.at + Math.max(0, Math.min(plane.height - 1, other)) * plane.stride;
      });
      this.#module.between(plane.at + own * plane.stride, near ?? 0, far ?? 0, between, plane.width);
      row = between;
    }
    if (luma.across * luma.size === plane.size) return row;
    this.#module.widen(row, wide, plane.width);
    return wide;
  }

  /** An address with room for `bytes`, and slack on both sides. */
  #take(bytes: number): number {
    const at = (this.#heap + SLACK_BYTES + 15) & ~15;
    this.#heap = at + bytes;
    if (!grow(this.#module, this.#heap + SLACK_BYTES)) throw new Declined('more memory than it may have');
    return at;
  }
}
