// A picture as the components of a JPEG: converted, sampled, transformed and quantised.

import { type Blocks, type SamplePlane, toBlocks } from './forward-transform.js';

/** 8-bit samples, interleaved: grey, RGB or CMYK. */
export interface Raw {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Sampling factors of each component. */
export type Sampling = ReadonlyArray<readonly [across: number, down: number]>;

/** Luma so many times as fine as chroma. */
export function sampled(across: number, down: number): Sampling {
  return [
    [across, down],
    [1, 1],
    [1, 1],
  ];
}

/** The samplings that our own reader supports. */
export const SAMPLINGS = {
  '4:4:4': sampled(1, 1),
  '4:2:2': sampled(2, 1),
  '4:4:0': sampled(1, 2),
  '4:2:0': sampled(2, 2),
} satisfies Record<string, Sampling>;

/** Quantisation in zigzag order, of the first component and of the others. */
export type Steps = readonly [first: readonly number[], others: readonly number[]];

export interface Component extends Blocks {
  readonly factors: readonly [across: number, down: number];
  /** Blocks without those that fill up an MCU. */
  readonly own: { readonly across: number; readonly down: number };
}

export interface Components {
  readonly mcus: { readonly across: number; readonly down: number };
  readonly components: readonly Component[];
}

/** Components take most of the time of encoding, and many files are made of the same ones. */
const made = new WeakMap<Raw, Map<string, Components>>();

/** Grey, YCbCr from RGB, or CMYK as it is. `raw` must not change afterwards. */
export function componentsOf(raw: Raw, sampling: Sampling, steps: Steps): Components {
  const ofRaw = made.get(raw) ?? new Map<string, Components>();
  made.set(raw, ofRaw);
  const key = JSON.stringify([sampling, steps]);
  const components = ofRaw.get(key) ?? makeComponents(raw, sampling, steps);
  ofRaw.set(key, components);
  return components;
}

function makeComponents(raw: Raw, sampling: Sampling, steps: Steps): Components {
  const widest = Math.max(...sampling.map(([across]) => across));
  const highest = Math.max(...sampling.map(([, down]) => down));
  const mcus = { across: Math.ceil(raw.width / (8 * widest)), down: Math.ceil(raw.height / (8 * highest)) };
  const components = sampling.map((factors, index): Component => {
    const plane = reduced(planeOf(raw, index), factors[0] / widest, factors[1] / highest);
    return {
      ...toBlocks(plane, mcus.across * factors[0], mcus.down * factors[1], steps[index === 0 ? 0 : 1]),
      factors,
      own: { across: Math.ceil(plane.width / 8), down: Math.ceil(plane.height / 8) },
    };
  });
  return { mcus, components };
}

/** Red, green and blue in Y, Cb and Cr (T.871, 7). */
const WEIGHTS = [
  [0.299, 0.587, 0.114],
  [-0.168736, -0.331264, 0.5],
  [0.5, -0.418688, -0.081312],
] as const;

function planeOf({ data, width, height, channels }: Raw, index: number): SamplePlane {
  const samples = new Float32Array(width * height);
  const [red, green, blue] = WEIGHTS[index] ?? [0, 0, 0];
  const middle = index === 0 ? 0 : 128;
  for (let at = 0; at < samples.length; at += 1) {
    const from = at * channels;
    samples[at] =
      channels === 3
        ? middle + red * (data[from] ?? 0) + green * (data[from + 1] ?? 0) + blue * (data[from + 2] ?? 0)
        : (data[from + index] ?? 0);
  }
  return { width, height, samples };
}

/** A plane at a fraction of its size, each sample the mean of those that it stands for. */
function reduced(plane: SamplePlane, across: number, down: number): SamplePlane {
  if (across === 1 && down === 1) return plane;
  const [width, height] = [Math.ceil(plane.width * across), Math.ceil(plane.height * down)];
  const samples = new Float32Array(width * height);
  for (let at = 0; at < samples.length; at += 1) {
    const [left, top] = [(at % width) / across, Math.floor(at / width) / down];
    let [sum, count] = [0, 0];
    for (let y = top; y < Math.min(plane.height, top + 1 / down); y += 1)
      for (let x = left; x < Math.min(plane.width, left + 1 / across); x += 1) {
        sum += plane.samples[y * plane.width + x] ?? 0;
        count += 1;
      }
    samples[at] = sum / count;
  }
  return { width, height, samples };
}
