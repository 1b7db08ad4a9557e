// The reader of before, kept as reference: do not optimise.
//
// The planes of an image, one for each component, and their conversion to pixels.

import { Declined } from '../../../../../src/image/decoders/declined.js';
import type { Frame } from '../../../../../src/image/decoders/jpeg/header/header.js';
import type { Samples } from '../../../../../src/image/decoders/jpeg/planes.js';
import type { BlockSize } from '../../../../../src/image/decoders/jpeg/scaling.js';
import type { Arena, Module } from './module.js';

/** The samples of one component. */
export interface Plane {
  /** Horizontal and vertical sampling factors. */
  readonly h: number;
  readonly v: number;
  /** In zigzag order. */
  readonly quantisationTable: Uint8Array;
  readonly blockSize: BlockSize;
  /** Samples of the image. */
  readonly width: number;
  readonly height: number;
  /** Bytes of a row: of whole MCUs. */
  readonly stride: number;
  /** Address of the samples. */
  readonly samples: number;
}

/** The planes of an image. */
export interface PlanarImage {
  readonly mcus: { readonly columns: number; readonly rows: number };
  readonly planes: readonly Plane[];
  /** Size of the reduced image, pixels. */
  readonly width: number;
  readonly height: number;
}

/** Allocates the planes of an image. @param blockSize Of luma. */
export function allocatePlanes(
  { width, height, components }: Frame,
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
    const size = index > 0 && maxH === 2 && maxV === 2 ? doubled(blockSize) : blockSize;
    const stride = mcus.columns * h * size;
    return {
      h,
      v,
      quantisationTable,
      blockSize: size,
      width: Math.ceil((Math.ceil((width * h) / maxH) * size) / 8),
      height: Math.ceil((Math.ceil((height * v) / maxV) * size) / 8),
      stride,
      samples: arena.allocate(stride * mcus.rows * v * size),
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
  const cbRow = upsampler(module, cb, luma, arena);
  const crRow = upsampler(module, cr, luma, arena);
  for (let y = 0; y < height; y += 1) {
    const row = luma.samples + y * luma.stride;
    if (channels === 3) module.ycbcrToRgb(row, cbRow(y), crRow(y), pixels + 3 * y * width, width);
    else new Uint8Array(module.memory.buffer).copyWithin(pixels + y * width, row, row + width);
  }
  const data = Buffer.from(new Uint8Array(module.memory.buffer, pixels, width * height * channels));
  return { data, width, height, channels };
}

/** Returns the address of a row of a chroma plane, upsampled to the size of luma; valid until the next call. */
function upsampler(
  module: Module,
  plane: Plane | undefined,
  luma: Plane,
  arena: Arena,
): (y: number) => number {
  if (plane === undefined) return () => 0;
  const { samples, stride, width, height, blockSize } = plane;
  const rowBuffer = arena.allocate(width);
  const wideBuffer = arena.allocate(2 * width);
  return (y) => {
    let row = samples + y * stride;
    if (luma.v * luma.blockSize > blockSize) {
      const own = y >> 1;
      const [near, far] = y % 2 === 0 ? [own - 1, own + 1] : [own + 1, own - 1];
      const address = (index: number) => samples + Math.max(0, Math.min(height - 1, index)) * stride;
      row = rowBuffer;
      module.upsampleVertically(samples + own * stride, address(near), address(far), row, width);
    }
    if (luma.h * luma.blockSize <= blockSize) return row;
    module.upsampleHorizontally(row, wideBuffer, width);
    return wideBuffer;
  };
}
