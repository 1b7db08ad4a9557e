// The planes of an image, one for each component, and their conversion to pixels.

import { Declined } from '../declined.js';
import type { Frame } from './header/header.js';
import type { Arena, Module } from './module.js';
import type { BlockSize } from './scaling.js';

/** A decoded image. */
export interface Samples {
  /** Grey (`channels` 1) or interleaved RGB (3), 8 bits, rows without padding. The next read overwrites it. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** A number of MCUs or blocks. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

/** The samples of one component. Addresses are in the module's memory. */
export interface Plane {
  /** Horizontal and vertical sampling factors. */
  readonly h: number;
  readonly v: number;
  /** In zigzag order. */
  readonly quantisationTable: Uint8Array;
  readonly blockSize: BlockSize;
  /** Blocks of the image, without those that pad it to whole MCUs. */
  readonly blocks: Grid;
  /** Samples of the image. */
  readonly width: number;
  readonly height: number;
  /** Allocated rows, and bytes of a row: of whole MCUs. */
  readonly rows: number;
  readonly stride: number;
  /** Address of the samples. */
  readonly samples: number;
  /** Address of the DCs of a progressive image, two bytes each, until all scans are read. */
  readonly dcs: number;
}

/** The planes of an image. */
export interface PlanarImage {
  /** MCUs of an interleaved scan. */
  readonly mcus: Grid;
  readonly planes: readonly Plane[];
  /** Size of the reduced image, pixels. */
  readonly width: number;
  readonly height: number;
}

/** Allocates the planes of an image. @param blockSize Of luma. */
export function allocatePlanes(
  { width, height, components, isProgressive }: Frame,
  quantisationTables: ReadonlyArray<Uint8Array | undefined>,
  blockSize: BlockSize,
  arena: Arena,
): PlanarImage {
  const [luma] = components;
  const [maxH, maxV] = [luma?.h ?? 1, luma?.v ?? 1];
  const mcus = { columns: Math.ceil(width / (8 * maxH)), rows: Math.ceil(height / (8 * maxV)) };
  const planes = components.map(({ h, v, quantisationTable: number }, index): Plane => {
    const quantisationTable = quantisationTables[number];
    if (quantisationTable === undefined) throw new Declined('no quantisation table');
    // 4:2:0: chroma blocks of twice the size make chroma as large as luma, without upsampling.
    const isDoubled = index > 0 && maxH === 2 && maxV === 2 && !isProgressive;
    const size = isDoubled ? doubled(blockSize) : blockSize;
    const stride = mcus.columns * h * size;
    const rows = mcus.rows * v * size;
    // Samples at full resolution (T.81, A.1.1).
    const [fullWidth, fullHeight] = [Math.ceil((width * h) / maxH), Math.ceil((height * v) / maxV)];
    return {
      h,
      v,
      quantisationTable,
      blockSize: size,
      blocks: { columns: Math.ceil(fullWidth / 8), rows: Math.ceil(fullHeight / 8) },
      width: Math.ceil((fullWidth * size) / 8),
      height: Math.ceil((fullHeight * size) / 8),
      rows,
      stride,
      samples: arena.allocate(stride * rows),
      dcs: isProgressive ? arena.allocate(2 * stride * rows) : 0,
    };
  });
  const reduced = (pixels: number) => Math.max(1, Math.floor((pixels * blockSize) / 8));
  return { mcus, planes, width: reduced(width), height: reduced(height) };
}

/** Not beyond 4: at half size, chroma blocks of 4 x 4 samples are upsampled. */
function doubled(size: BlockSize): BlockSize {
  return size === 1 ? 2 : 4;
}

/** Converts decoded planes to pixels: upsamples chroma and converts YCbCr to RGB, or copies grey. */
export function toPixels(module: Module, { planes, width, height }: PlanarImage, arena: Arena): Samples {
  const [luma, cb, cr] = planes;
  if (luma === undefined) throw new Declined('no component');
  const channels = cb === undefined || cr === undefined ? 1 : 3;
  const pixels = arena.allocate(width * height * channels);
  if (cb === undefined || cr === undefined) {
    const memory = new Uint8Array(module.memory.buffer);
    for (let y = 0; y < height; y += 1) {
      const row = luma.samples + y * luma.stride;
      memory.copyWithin(pixels + y * width, row, row + width);
    }
  } else {
    const cbRows = new ChromaUpsampler(module, cb, luma, arena);
    const crRows = new ChromaUpsampler(module, cr, luma, arena);
    for (let y = 0; y < height; y += 1) {
      const row = luma.samples + y * luma.stride;
      module.ycbcrToRgb(row, cbRows.row(y), crRows.row(y), pixels + y * width * 3, width);
    }
  }
  const data = new Uint8Array(module.memory.buffer, pixels, width * height * channels);
  return { data, width, height, channels };
}

/** Upsamples a chroma plane to the size of luma, row by row. */
class ChromaUpsampler {
  readonly #module: Module;
  readonly #plane: Plane;
  readonly #isHalfHeight: boolean;
  readonly #isHalfWidth: boolean;
  readonly #heightBuffer: number;
  readonly #widthBuffer: number;

  constructor(module: Module, plane: Plane, luma: Plane, arena: Arena) {
    this.#module = module;
    this.#plane = plane;
    this.#isHalfHeight = luma.v * luma.blockSize > plane.blockSize;
    this.#isHalfWidth = luma.h * luma.blockSize > plane.blockSize;
    this.#heightBuffer = arena.allocate(plane.width);
    this.#widthBuffer = arena.allocate(2 * plane.width);
  }

  /** The address of row `y` at luma's size; valid until the next call. */
  row(y: number): number {
    const { samples, stride, width, height } = this.#plane;
    let row = samples + y * stride;
    if (this.#isHalfHeight) {
      const own = y >> 1;
      const [near, far] = y % 2 === 0 ? [own - 1, own + 1] : [own + 1, own - 1];
      const address = (index: number) => samples + Math.max(0, Math.min(height - 1, index)) * stride;
      row = this.#heightBuffer;
      this.#module.upsampleVertically(samples + own * stride, address(near), address(far), row, width);
    }
    if (!this.#isHalfWidth) return row;
    this.#module.upsampleHorizontally(row, this.#widthBuffer, width);
    return this.#widthBuffer;
  }
}
