// Paints skies, ridges, water, dunes and night skies.

import { blend, type Canvas, eachPixel, mix, paintDisc, type Rgb } from './canvas.js';
import { fbm, lattice, mulberry32, noise, smoothstep } from './noise.js';
import { type Palette, WHITE } from './palette.js';

export interface Sky {
  palette: Palette;
  /** Distance of the horizon from the top. */
  horizon: number;
  sun: readonly [number, number];
  clouds: number;
  seed: number;
}

export function paintSky(canvas: Canvas, { palette, horizon, sun, clouds, seed }: Sky): void {
  const lit = mix(palette.sun, WHITE, 0.35);
  eachPixel(canvas, [0, 1], (pixel, u, v) => {
    blend(canvas, pixel, mix(palette.zenith, palette.horizon, Math.min(1, v / horizon) ** 1.4), 1);
    const distance = Math.hypot(u - sun[0], v - sun[1]);
    blend(canvas, pixel, palette.sun, 0.75 * Math.exp(-distance * 5));
    if (v < horizon && clouds > 0) {
      // A flat layer of clouds seen from below: the pattern becomes finer towards the horizon.
      const far = 0.35 / (horizon - v + 0.12);
      const cloud = fbm((u - canvas.width / canvas.height / 2) * far * 1.6 + 40, far * 3.2, 5, seed);
      const thick = smoothstep(0.62 - clouds * 0.3, 0.95 - clouds * 0.3, cloud);
      const shade = mix(
        lit,
        mix(palette.zenith, palette.horizon, 0.5),
        smoothstep(0.15, 0.9, distance) * 0.7 * thick,
      );
      blend(canvas, pixel, shade, thick * 0.8 * smoothstep(0, 0.25, horizon - v));
    }
    blend(canvas, pixel, lit, smoothstep(0.034, 0.03, distance) + 0.5 * Math.exp(-distance * 22));
  });
}

export interface Ridges {
  palette: Palette;
  from: number;
  to: number;
  layers: number;
  rough: number;
  /** With snow on the far ridges and firs on the near ones. */
  alpine: boolean;
  seed: number;
}

/** The height of one ridge at each column. */
function skyline(canvas: Canvas, { seed, rough, alpine }: Ridges, layer: number, near: number): Float32Array {
  return Float32Array.from({ length: canvas.width }, (_, x) => {
    const u = x / canvas.height;
    const peaks = 1 - Math.abs(2 * fbm(u * (2.6 - 1.2 * near) + layer * 31.7, layer * 7.1, 6, seed) - 1);
    const firs = alpine ? near ** 3 * 0.045 * fir(u * (90 - 40 * near) + layer * 13, seed + layer) : 0;
    return (peaks - 0.75) * rough * (1 - 0.45 * near) + firs;
  });
}

/** The outline of a row of firs: one uneven, ragged triangle per tree. */
function fir(x: number, seed: number): number {
  const tree = Math.floor(x);
  const side = Math.abs(x - tree - 0.3 - 0.4 * lattice(tree, 1, seed));
  return Math.max(0, 1 - side * 2.2) * (0.35 + 0.65 * lattice(tree, 2, seed)) + 0.18 * noise(x * 6, 3, seed);
}

/** Ridges one behind another. Haze makes the far ones paler. */
export function paintRidges(canvas: Canvas, ridges: Ridges): void {
  const { palette, from, to, layers, rough, alpine, seed } = ridges;
  const lines = Array.from({ length: layers }, (_, layer) => {
    const near = layers > 1 ? layer / (layers - 1) : 1;
    const base = from + (to - from) * near ** 1.3;
    return { near, base, tops: skyline(canvas, ridges, layer, near).map((height) => base - height) };
  });
  for (const [layer, { near, base, tops }] of lines.entries()) {
    const land = mix(mix(palette.horizon, palette.land, 0.3 + 0.6 * near), palette.near, near ** 2);
    // Pixels that a nearer ridge hides are skipped.
    const nearer = lines.slice(layer + 1);
    const hidden = tops.map(
      (_, x) => Math.min(1, ...nearer.map((line) => line.tops[x] ?? 1)) + 1 / canvas.height,
    );
    eachPixel(canvas, [base - rough * 0.4 - 0.07, 1], (pixel, u, v) => {
      const column = pixel % canvas.width;
      const depth = v - (tops[column] ?? 0);
      const edge = Math.min(1, depth * canvas.height);
      if (edge <= 0 || v > (hidden[column] ?? 1)) return;
      const [x, y] = [u * 9 + layer * 5, v * 14 - depth * 6];
      // The light comes from the left: the slope of the noise along x makes a pixel brighter or darker.
      const relief =
        (fbm(x + 0.12, y, 4, seed + layer) - fbm(x, y, 4, seed + layer)) * 2.4 * (1 - 0.5 * near);
      const snow = alpine
        ? smoothstep(0.09, 0.02, depth + relief * 0.12) * smoothstep(0.6, 0.2, near) * 0.8
        : 0;
      const rock = mix(land, mix(palette.sun, WHITE, 0.3), snow);
      const shaded = mix(rock, relief > 0 ? palette.sun : palette.near, Math.min(0.5, Math.abs(relief)));
      const haze = smoothstep(0, 0.2, depth) * 0.75 * (1 - near);
      blend(canvas, pixel, mix(shaded, palette.horizon, haze), edge);
    });
  }
}

/** Mirrors the picture above `shore` in rippled water below it, darker towards the bottom. */
export function paintWater(canvas: Canvas, { palette, seed, sun }: Sky, shore: number, chop: number): void {
  const { width, height, colour } = canvas;
  const deep = mix(palette.zenith, palette.near, 0.6);
  eachPixel(canvas, [shore, 1], (pixel, u, v) => {
    const far = 1 / (v - shore + 0.035);
    const wave = fbm((u - 0.7) * far * 2.2 + 60, far * 7, 4, seed + 50) - 0.5;
    const reach = chop * (0.25 + (v - shore) * 1.6);
    const from = Math.round((2 * shore - v + wave * reach) * height);
    const row = Math.min(Math.ceil(shore * height) - 1, Math.max(0, from));
    const column = Math.min(
      width - 1,
      Math.max(0, (pixel % width) + Math.round(wave * reach * 0.2 * height)),
    );
    const mirrored = (row * width + column) * 3;
    const above: Rgb = [colour[mirrored] ?? 0, colour[mirrored + 1] ?? 0, colour[mirrored + 2] ?? 0];
    blend(canvas, pixel, mix(above, deep, 0.12 + 0.5 * (v - shore) + Math.max(0, wave) * chop), 1);
    const path = Math.exp(-(((u - sun[0]) / (0.05 + 0.3 * (v - shore))) ** 2));
    blend(canvas, pixel, palette.sun, chop * 1.5 * path * smoothstep(0.02, 0.14, wave));
  });
}

/** Dune crests with a lit and a shaded side, and ripples that are larger in front. */
export function paintDunes(canvas: Canvas, palette: Palette, seed: number): void {
  for (let layer = 0; layer < 5; layer++) {
    const near = layer / 4;
    const base = 0.5 + 0.4 * near ** 1.4;
    const span = 1.1 + near * 0.6;
    eachPixel(canvas, [base - 0.25, 1], (pixel, u, v) => {
      const crest = Math.abs(2 * fbm(u / span + layer * 9.3, layer * 3.3, 2, seed) - 1);
      const depth = v - base + (0.17 + 0.1 * near) * (1 - 2.4 * crest);
      const edge = Math.min(1, depth * canvas.height);
      if (edge <= 0) return;
      // A sharp curved edge between sun and shade, down from the crest.
      const bend = fbm(
        (u + depth * 0.9 + 0.12 * Math.sin(depth * 9 + layer)) / span + layer * 9.3,
        8.1,
        2,
        seed + 7,
      );
      const shade = smoothstep(0.49, 0.52, bend) * (0.75 - 0.3 * smoothstep(0, 0.4, depth));
      const ripple = Math.sin((depth + 0.05 * fbm(u * 5, v * 9, 3, seed)) * (420 - 240 * near) + u * 14);
      const lit = mix(
        palette.land,
        palette.sun,
        0.25 + 0.2 * fbm(u * 3, v * 5, 3, seed) + 0.05 * ripple * near,
      );
      const sand = mix(lit, palette.near, Math.max(0, shade));
      blend(canvas, pixel, mix(sand, palette.horizon, (1 - near) * 0.45), edge);
    });
  }
}

/** Stars and curtains of northern lights. */
export function paintNightSky(canvas: Canvas, seed: number): void {
  const random = mulberry32(seed);
  const aspect = canvas.width / canvas.height;
  for (let star = 0; star < 900 * aspect; star++) {
    const radius = 0.0008 + 0.0016 * random() ** 6;
    const colour = mix([255, 224, 196], [206, 224, 255], random());
    paintDisc(
      canvas,
      [random() * aspect, random() * 0.8],
      radius,
      colour,
      0.25 + 0.75 * random() ** 2,
      0.002,
    );
  }
  eachPixel(canvas, [0, 0.85], (pixel, u, v) => {
    for (let curtain = 0; curtain < 3; curtain++) {
      const foot = 0.34 + 0.14 * curtain + 0.34 * (fbm(u * 1.3 + curtain * 3.7, curtain, 3, seed) - 0.5);
      const rays = 0.25 + 0.75 * fbm(u * 26 + 2 * foot, v * 0.6, 3, seed + curtain);
      const rise = foot - v;
      const glow = rise > 0 ? Math.exp(-rise * 7) : Math.exp(rise * 60);
      const bright = fbm(u * 1.7 + 9, curtain * 2.2, 2, seed + 3);
      blend(
        canvas,
        pixel,
        mix([90, 240, 150], [150, 70, 190], smoothstep(0.02, 0.3, rise)),
        glow * rays * bright * 0.8,
      );
    }
  });
}
