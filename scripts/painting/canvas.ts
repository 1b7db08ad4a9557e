// What is painted on, and how it becomes 8-bit samples. Lengths are in picture heights, colours in sRGB 0-255.

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
  light: Float32Array;
  /** How much of each pixel is painted, 0-1: what becomes the alpha channel of a cut-out. */
  cover: Float32Array;
}

export function blankCanvas(width: number, height: number): Canvas {
  return {
    width,
    height,
    light: new Float32Array(width * height * 3),
    cover: new Float32Array(width * height),
  };
}

export function blend({ light, cover }: Canvas, pixel: number, colour: Rgb, alpha: number): void {
  if (alpha <= 0) return;
  const at = pixel * 3;
  const keep = 1 - alpha;
  light[at] = (light[at] ?? 0) * keep + colour[0] * alpha;
  light[at + 1] = (light[at + 1] ?? 0) * keep + colour[1] * alpha;
  light[at + 2] = (light[at + 2] ?? 0) * keep + colour[2] * alpha;
  const covered = cover[pixel] ?? 0;
  cover[pixel] = covered + (1 - covered) * alpha;
}

/** Visits the rows from `top` to `bottom`, in picture heights. */
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

/** Rounds to 8 bits with a little seeded noise, so that smooth skies do not show bands. */
export function develop({ width, height, light, cover }: Canvas, channels: 3 | 4, seed: number): Picture {
  const data = new Uint8ClampedArray(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const dither = lattice(pixel, 9, seed) - 0.5;
    const covered = cover[pixel] ?? 0;
    // The paint went on a black canvas: dividing by the cover takes the black out of soft edges.
    const unmixed = covered > 0 ? 1 / covered : 0;
    for (let c = 0; c < 3; c++) {
      data[pixel * channels + c] = (light[pixel * 3 + c] ?? 0) * unmixed + dither;
    }
    if (channels === 4) data[pixel * 4 + 3] = covered * 255;
  }
  return { width, height, channels, data: new Uint8Array(data.buffer) };
}

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
