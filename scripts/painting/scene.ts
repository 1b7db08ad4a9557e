// Seeded scenes in place of photographs: the same name, light, size and seed give the same pixels on every machine.
// It knows nothing of files, formats or sharp.

import { blankCanvas, type Canvas, mix, type Picture, toPicture } from './canvas.js';
import { type Flower, paintBokeh, paintFlower } from './flower.js';
import { paintDunes, paintNightSky, paintRidges, paintSky, paintWater, type Sky } from './landscape.js';
import { mulberry32 } from './noise.js';
import { type Light, MEADOW, PALETTES, PETALS, rgb, WHITE } from './palette.js';

const SCENES = {
  mountains(canvas: Canvas, light: Light, random: () => number): void {
    const { sky, seed } = skyAndSeed(canvas, light, random, 0.62);
    paintSky(canvas, sky);
    const ridges = { palette: sky.palette, from: 0.44, to: 0.93, layers: 6, rough: 0.42, alpine: true, seed };
    paintRidges(canvas, ridges);
  },
  lake(canvas: Canvas, light: Light, random: () => number): void {
    const { sky, seed } = skyAndSeed(canvas, light, random, 0.6);
    paintSky(canvas, sky);
    const ridges = { palette: sky.palette, from: 0.42, to: 0.6, layers: 4, rough: 0.36, alpine: true, seed };
    paintRidges(canvas, ridges);
    paintWater(canvas, sky, 0.62, 0.1);
  },
  sea(canvas: Canvas, light: Light, random: () => number): void {
    const { sky } = skyAndSeed(canvas, light, random, 0.56);
    paintSky(canvas, { ...sky, sun: [sky.sun[0], 0.44], clouds: 0.9 });
    paintWater(canvas, sky, 0.56, 0.5);
  },
  dunes(canvas: Canvas, _light: Light, random: () => number): void {
    const { sky, seed } = skyAndSeed(canvas, 'sand', random, 0.5);
    paintSky(canvas, { ...sky, clouds: 0.2 });
    paintDunes(canvas, sky.palette, seed);
  },
  aurora(canvas: Canvas, _light: Light, random: () => number): void {
    const { sky: base, seed } = skyAndSeed(canvas, 'night', random, 0.75);
    const sky: Sky = { ...base, sun: [-9, -9], clouds: 0 };
    paintSky(canvas, sky);
    paintNightSky(canvas, seed);
    const ridges = { palette: sky.palette, from: 0.72, to: 0.78, layers: 3, rough: 0.26, alpine: true, seed };
    paintRidges(canvas, ridges);
    paintWater(canvas, sky, 0.8, 0.16);
  },
  bokeh(canvas: Canvas, light: Light, random: () => number): void {
    const { near, land, sun, horizon } = PALETTES[light];
    paintBokeh(canvas, [near, mix(near, land, 0.6)], [sun, horizon, land, [255, 120, 90]], nextSeed(random));
  },
  flower(canvas: Canvas, _light: Light, random: () => number): void {
    paintBokeh(canvas, [rgb(0x18301a), rgb(0x4a6c32)], MEADOW, nextSeed(random));
    const aspect = canvas.width / canvas.height;
    paintFlower(canvas, randomFlower(random, [aspect * (0.35 + 0.3 * random()), 0.5], 0.36));
  },
  cutout(canvas: Canvas, _light: Light, random: () => number): void {
    paintFlower(canvas, randomFlower(random, [canvas.width / canvas.height / 2, 0.5], 0.45));
  },
};
export type SceneName = keyof typeof SCENES;

function nextSeed(random: () => number): number {
  return Math.floor(random() * 1e6);
}

function skyAndSeed(
  { width, height }: Canvas,
  light: Light,
  random: () => number,
  horizon: number,
): { sky: Sky; seed: number } {
  const sun = [(width / height) * (0.15 + 0.7 * random()), horizon * (0.3 + 0.4 * random())] as const;
  const sky = {
    palette: PALETTES[light],
    horizon,
    sun,
    clouds: 0.2 + 0.7 * random(),
    seed: nextSeed(random),
  };
  return { sky, seed: nextSeed(random) };
}

function randomFlower(random: () => number, centre: readonly [number, number], radius: number): Flower {
  const tip = PETALS[Math.floor(random() * PETALS.length)] ?? WHITE;
  return {
    centre,
    radius,
    petals: 9 + Math.floor(random() * 8),
    tip,
    throat: mix(tip, [150, 20, 80], 0.6),
    seed: nextSeed(random),
  };
}

/** Paints `width` x `height` pixels. `cutout` is the only scene with a transparent background. */
export function paintScene(
  name: SceneName,
  light: Light,
  width: number,
  height: number,
  seed: number,
): Picture {
  const canvas = blankCanvas(width, height);
  SCENES[name](canvas, light, mulberry32(seed));
  return toPicture(canvas, name === 'cutout' ? 4 : 3, seed);
}
