// Where the samples of each component are while an image is read, and how they become pixels.

import { Declined, type Frame } from './header.js';
import type { Arena, Module } from './module.js';
import type { SampleSize } from './scaling.js';

/** An image that was read. */
export interface Samples {
  /** Grey (`channels` 1) or RGB (3), a byte each, rows without gaps. The next read uses the same memory again. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** The samples of one component. */
export interface Plane {
  /** Sampling factors. */
  readonly across: number;
  readonly down: number;
  /** The quantisation, in zigzag order. */
  readonly steps: Uint8Array;
  /** Samples that are made of a block, across and down. */
  readonly size: SampleSize;
  /** Blocks that the image has, without those that fill up an MCU. */
  readonly blocks: { readonly across: number; readonly down: number };
  /** Samples that the image has. */
  readonly width: number;
  readonly height: number;
  /** Rows and bytes of a row, with what fills up an MCU. */
  readonly rows: number;
  readonly stride: number;
  /** Address of the samples. */
  readonly at: number;
  /** Address of the DCs of a progressive image, two bytes each, while scans put them together. */
  readonly dcs: number;
}

/** An image of planes. */
export interface Planes {
  /** MCUs of a scan of all components. */
  readonly mcus: { readonly across: number; readonly down: number };
  readonly planes: readonly Plane[];
  /** Pixels that it will have. */
  readonly width: number;
  readonly height: number;
}

/**
 * Finds room for the samples of an image.
 * @param size Samples that luma makes of a block.
 */
export function layOut(
  { width, height, components, isProgressive }: Frame,
  quantisation: ReadonlyArray<Uint8Array | undefined>,
  size: SampleSize,
  arena: Arena,
): Planes {
  const [luma] = components;
  const [across, down] = [luma?.across ?? 1, luma?.down ?? 1];
  const mcus = { across: Math.ceil(width / (8 * across)), down: Math.ceil(height / (8 * down)) };
  const planes = components.map((component, index): Plane => {
    const steps = quantisation[component.quantisation];
    if (steps === undefined) throw new Declined('no quantisation table');
    // Chroma of half the resolution both ways comes out as large as luma by twice the samples of a block.
    const isHalved = index > 0 && across === 2 && down === 2 && !isProgressive;
    const own = isHalved ? doubled(size) : size;
    const stride = mcus.across * component.across * own;
    const rows = mcus.down * component.down * own;
    const [wide, high] = [(width * component.across) / across, (height * component.down) / down].map(
      Math.ceil,
    );
    return {
      across: component.across,
      down: component.down,
      steps,
      size: own,
      blocks: { across: Math.ceil((wide ?? 0) / 8), down: Math.ceil((high ?? 0) / 8) },
      width: Math.ceil(((wide ?? 0) * own) / 8),
      height: Math.ceil(((high ?? 0) * own) / 8),
      rows,
      stride,
      at: arena.take(stride * rows),
      dcs: isProgressive ? arena.take(2 * stride * rows) : 0,
    };
  });
  const whole = (pixels: number) => Math.max(1, Math.floor((pixels * size) / 8));
  return { mcus, planes, width: whole(width), height: whole(height) };
}

function doubled(size: SampleSize): SampleSize {
  return size === 1 ? 2 : 4;
}

/** The pixels of planes that are complete. */
export function toSamples(module: Module, { planes, width, height }: Planes, arena: Arena): Samples {
  const [luma, cb, cr] = planes;
  if (luma === undefined) throw new Declined('no component');
  const channels = cb === undefined || cr === undefined ? 1 : 3;
  const pixels = arena.take(width * height * channels);
  if (cb === undefined || cr === undefined) {
    const memory = new Uint8Array(module.memory.buffer);
    for (let y = 0; y < height; y += 1) {
      const from = luma.at + y * luma.stride;
      memory.copyWithin(pixels + y * width, from, from + width);
    }
  } else {
    const blue = new ChromaRows(module, cb, luma, arena);
    const red = new ChromaRows(module, cr, luma, arena);
    for (let y = 0; y < height; y += 1)
      module.toRgb(luma.at + y * luma.stride, blue.row(y), red.row(y), pixels + y * width * 3, width);
  }
  const data = new Uint8Array(module.memory.buffer, pixels, width * height * channels);
  return { data, width, height, channels };
}

/** The rows of chroma at luma's resolution. */
class ChromaRows {
  readonly #module: Module;
  readonly #plane: Plane;
  readonly #isLower: boolean;
  readonly #isNarrower: boolean;
  readonly #between: number;
  readonly #wide: number;

  constructor(module: Module, plane: Plane, luma: Plane, arena: Arena) {
    this.#module = module;
    this.#plane = plane;
    this.#isLower = luma.down * luma.size > plane.size;
    this.#isNarrower = luma.across * luma.size > plane.size;
    this.#between = arena.take(plane.width);
    this.#wide = arena.take(2 * plane.width);
  }

  /** The address of row `y`, until the next row is asked for. */
  row(y: number): number {
    const { at, stride, width, height } = this.#plane;
    let row = at + y * stride;
    if (this.#isLower) {
      const own = y >> 1;
      const [near, far] = y % 2 === 0 ? [own - 1, own + 1] : [own + 1, own - 1];
      const clamped = (other: number) => at + Math.max(0, Math.min(height - 1, other)) * stride;
      row = this.#between;
      this.#module.between(at + own * stride, clamped(near), clamped(far), row, width);
    }
    if (!this.#isNarrower) return row;
    this.#module.widen(row, this.#wide, width);
    return this.#wide;
  }
}
