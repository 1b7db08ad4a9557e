// Paints flowers and lights out of focus.

import { blend, type Canvas, eachPixel, mix, paintDisc, type Rgb } from './canvas.js';
import { fbm, lattice, mulberry32, smoothstep } from './noise.js';

/** Discs of light, out of focus, over a dark background. */
export function paintBokeh(
  canvas: Canvas,
  background: readonly [Rgb, Rgb],
  lights: readonly Rgb[],
  seed: number,
): void {
  const random = mulberry32(seed);
  eachPixel(canvas, [0, 1], (pixel, u, v) =>
    blend(
      canvas,
      pixel,
      mix(...background, smoothstep(0.2, 0.8, fbm(u * 1.4, v * 1.4, 3, seed) * 0.7 + v * 0.3)),
      1,
    ),
  );
  for (let disc = 0; disc < 110; disc++) {
    const colour = lights[Math.floor(random() * lights.length)] ?? background[1];
    const radius = 0.02 + 0.075 * random() ** 1.5;
    const at = [
      random() * (canvas.width / canvas.height),
      0.15 + 0.75 * (random() + random()) * 0.5,
    ] as const;
    paintDisc(canvas, at, radius, colour, 0.08 + 0.3 * random(), 0.003 + 0.012 * random());
  }
}

export interface Flower {
  centre: readonly [number, number];
  radius: number;
  /** Petals in each ring. */
  petals: number;
  /** Colour of a petal's tip. */
  tip: Rgb;
  /** Colour of a petal at the centre of the flower. */
  throat: Rgb;
  seed: number;
}

/** Rings of petals, from the outside in, and a centre of small grains. */
export function paintFlower(canvas: Canvas, { centre, radius, petals, tip, throat, seed }: Flower): void {
  for (let ring = 0; ring < 3; ring++) {
    const size = radius * (1 - 0.2 * ring);
    eachPixel(canvas, [centre[1] - radius * 1.1, centre[1] + radius * 1.1], (pixel, u, v) => {
      const distance = Math.hypot(u - centre[0], v - centre[1]) / size;
      if (distance > 1.1) return;
      const turn = (Math.atan2(v - centre[1], u - centre[0]) / (2 * Math.PI) + 1) * petals + ring * 0.5;
      const petal = Math.floor(turn);
      const across = Math.abs(turn - petal - 0.5) * 2;
      const length = 0.88 + 0.12 * lattice(petal % petals, ring, seed);
      const edge = length * (1 - 0.42 * across ** 3.2) - distance;
      const veins = 0.1 * fbm(turn * 9, distance * 1.5, 3, seed + ring);
      const colour = mix(throat, tip, smoothstep(0.1, 0.85, distance) - veins);
      const shade = mix(colour, mix(throat, [30, 10, 30], 0.6), 0.5 * across ** 4 + 0.12 * (2 - ring));
      blend(canvas, pixel, shade, smoothstep(0, 0.02, edge));
    });
  }
  paintDisc(canvas, centre, radius * 0.2, [250, 196, 60], 1, radius * 0.02);
  const random = mulberry32(seed);
  for (let grain = 0; grain < 260; grain++) {
    const [turn, out] = [random() * 2 * Math.PI, random() ** 0.6 * radius * 0.21];
    const at = [centre[0] + Math.cos(turn) * out, centre[1] + Math.sin(turn) * out] as const;
    paintDisc(canvas, at, radius * 0.014, mix([150, 80, 16], [255, 232, 130], random()), 0.8, radius * 0.006);
  }
}
