// The canvas of the scenes, and its conversion to 8-bit samples. Lengths are in picture heights, colours in sRGB 0-255.

import { lattice, smoothstep } from './noise.js';

export type Rgb = readonly [number, number, number];

/** Interleaved 8-bit samples; `channels` is 4 when the picture has transparency. */
export interface Picture {
  width: number;
  height: number;
  channels: 3 | 4;
  data: Uint8Array;
}

export function mix(a: Rgb, b: Rgb, t: number): Rgb {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

export interface Canvas {
  width: number;
  height: number;
  /** Interleaved RGB, premultiplied by `alpha`. */
  colour: Float32Array;
  /** The alpha channel of a cut-out, 0-1. */
  alpha: Float32Array;
}

export function blankCanvas(width: number, height: number): Canvas {
  return {
    width,
    height,
    colour: new Float32Array(width * height * 3),
    alpha: new Float32Array(width * height),
  };
}

/** Paints `paint` over a pixel. */
export function blend(canvas: Canvas, pixel: number, paint: Rgb, alpha: number): void {
  if (alpha <= 0) return;
  const { colour } = canvas;
  const first = pixel * 3;
  const rest = 1 - alpha;
  colour[first] = (colour[first] ?? 0) * rest + paint[0] * alpha;
  colour[first + 1] = (colour[first + 1] ?? 0) * rest + paint[1] * alpha;
  colour[first + 2] = (colour[first + 2] ?? 0) * rest + paint[2] * alpha;
  const before = canvas.alpha[pixel] ?? 0;
  canvas.alpha[pixel] = before + (1 - before) * alpha;
}

/** Visits all pixels of the rows from `top` to `bottom`. `u` is the distance from the left edge, `v` from the top. */
export function eachPixel(
  { width, height }: Canvas,
  [top, bottom]: readonly [number, number],
  visit: (pixel: number, u: number, v: number) => void,
): void {
  const last = Math.min(height, Math.ceil(bottom * height));
  for (let y = Math.max(0, Math.floor(top * height)); y < last; y++) {
    for (let x = 0; x < width; x++) visit(y * width + x, x / height, y / height);
  }
}

/** Rounds to 8 bits, with seeded dither against banding in smooth skies. */
export function toPicture({ width, height, colour, alpha }: Canvas, channels: 3 | 4, seed: number): Picture {
  const data = new Uint8ClampedArray(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const dither = lattice(pixel, 9, seed) - 0.5;
    const opacity = alpha[pixel] ?? 0;
    const unpremultiply = opacity > 0 ? 1 / opacity : 0;
    for (let c = 0; c < 3; c++) {
      data[pixel * channels + c] = (colour[pixel * 3 + c] ?? 0) * unpremultiply + dither;
    }
    if (channels === 4) data[pixel * 4 + 3] = opacity * 255;
  }
  return { width, height, channels, data: new Uint8Array(data.buffer) };
}

/** Paints a disc with an edge that is `soft` wide. */
export function paintDisc(
  canvas: Canvas,
  [u, v]: readonly [number, number],
  radius: number,
  colour: Rgb,
  alpha: number,
  soft: number,
): void {
  const { width, height } = canvas;
  const reach = Math.ceil((radius + soft) * height) + 1;
  const [cx, cy] = [Math.round(u * height), Math.round(v * height)];
  for (let y = Math.max(0, cy - reach); y <= Math.min(height - 1, cy + reach); y++) {
    for (let x = Math.max(0, cx - reach); x <= Math.min(width - 1, cx + reach); x++) {
      const distance = Math.hypot(x / height - u, y / height - v);
      const rim = 0.75 + 0.25 * smoothstep(radius * 0.7, radius, distance);
      blend(canvas, y * width + x, colour, alpha * rim * smoothstep(radius + soft, radius - soft, distance));
    }
  }
}
