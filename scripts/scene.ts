// Seeded paintings that stand in for photographs: the same name, size and seed give the same pixels everywhere.
// Knows nothing of files, formats or sharp; lengths are in picture heights, colours in sRGB 0-255.

export type Rgb = readonly [number, number, number];

/** Interleaved 8-bit samples; `channels` is 4 when the picture has transparency. */
export interface Picture {
  width: number;
  height: number;
  channels: 3 | 4;
  data: Uint8Array;
}

interface Palette {
  zenith: Rgb;
  horizon: Rgb;
  sun: Rgb;
  land: Rgb;
  near: Rgb;
}

const PALETTES = {
  dawn: palette([86, 122, 178], [252, 206, 168], [255, 226, 170], [64, 84, 122], [20, 32, 40]),
  noon: palette([46, 106, 186], [196, 222, 240], [255, 250, 228], [60, 92, 104], [26, 48, 30]),
  dusk: palette([52, 56, 110], [255, 148, 84], [255, 206, 120], [84, 52, 92], [24, 16, 34]),
  mist: palette([138, 158, 172], [226, 230, 226], [255, 250, 236], [70, 96, 98], [22, 40, 38]),
  night: palette([5, 9, 28], [24, 52, 78], [60, 100, 120], [16, 30, 46], [3, 6, 10]),
  sand: palette([52, 112, 188], [238, 226, 206], [255, 244, 214], [214, 150, 92], [128, 62, 34]),
};
export type Light = keyof typeof PALETTES;

const WHITE: Rgb = [255, 255, 255];
const MEADOW = [rgb(0x78aa3c), rgb(0xbed66e), rgb(0x3c783c), rgb(0xf0bed2)];
const PETALS = [rgb(0xfaecf0), rgb(0xf478a0), rgb(0xfa963c), rgb(0x966edc)];

function rgb(hex: number): Rgb {
  return [hex >> 16, (hex >> 8) & 255, hex & 255];
}

function palette(zenith: Rgb, horizon: Rgb, sun: Rgb, land: Rgb, near: Rgb): Palette {
  return { zenith, horizon, sun, land, near };
}

/** Uniform in [0, 1). mulberry32 by Tommy Ettinger: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A fixed random value in [0, 1) for a lattice point. Mixer: lowbias32, https://nullprogram.com/blog/2018/07/31/ */
function lattice(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 374761393) ^ Math.imul(y, 668265263) ^ Math.imul(seed, 1274126177);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/** Value noise in [0, 1): smooth between random values on a unit lattice. */
function noise(x: number, y: number, seed: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const s = (x - left) * (x - left) * (3 - 2 * (x - left));
  const t = (y - top) * (y - top) * (3 - 2 * (y - top));
  const a = lattice(left, top, seed);
  const b = lattice(left, top + 1, seed);
  const upper = a + (lattice(left + 1, top, seed) - a) * s;
  return upper + (b + (lattice(left + 1, top + 1, seed) - b) * s - upper) * t;
}

/** Fractional Brownian motion: `octaves` of value noise, each twice as fine and half as strong; in [0, 1). */
export function fbm(x: number, y: number, octaves: number, seed: number): number {
  let sum = 0;
  let strength = 0.5;
  for (let octave = 0; octave < octaves; octave++) {
    sum += strength * noise(x, y, seed + octave);
    // The turn and the offset keep the lattices of the octaves from lining up.
    const across = 1.6 * x + 1.2 * y + 17.3;
    y = 1.6 * y - 1.2 * x + 5.1;
    x = across;
    strength /= 2;
  }
  return sum / (1 - 2 * strength);
}

function smoothstep(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

function mix(a: Rgb, b: Rgb, t: number): Rgb {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

interface Canvas {
  width: number;
  height: number;
  light: Float32Array;
  /** How much of each pixel is painted, 0-1: what becomes the alpha channel of a cut-out. */
  cover: Float32Array;
}

function blankCanvas(width: number, height: number): Canvas {
  return {
    width,
    height,
    light: new Float32Array(width * height * 3),
    cover: new Float32Array(width * height),
  };
}

function blend({ light, cover }: Canvas, pixel: number, colour: Rgb, alpha: number): void {
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
function eachPixel(
  { width, height }: Canvas,
  [top, bottom]: readonly [number, number],
  visit: (pixel: number, u: number, v: number) => void,
): void {
  const last = Math.min(height, Math.ceil(bottom * height));
  for (let y = Math.max(0, Math.floor(top * height)); y < last; y++) {
    for (let x = 0; x < width; x++) visit(y * width + x, x / height, y / height);
  }
}

interface Sky {
  palette: Palette;
  /** Where the ground begins. */
  horizon: number;
  sun: readonly [number, number];
  clouds: number;
  seed: number;
}

function paintSky(canvas: Canvas, { palette, horizon, sun, clouds, seed }: Sky): void {
  const lit = mix(palette.sun, WHITE, 0.35);
  eachPixel(canvas, [0, 1], (pixel, u, v) => {
    blend(canvas, pixel, mix(palette.zenith, palette.horizon, Math.min(1, v / horizon) ** 1.4), 1);
    const distance = Math.hypot(u - sun[0], v - sun[1]);
    blend(canvas, pixel, palette.sun, 0.75 * Math.exp(-distance * 5));
    if (v < horizon && clouds > 0) {
      // A flat layer of cloud seen from below: it closes up towards the horizon.
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

interface Ridges {
  palette: Palette;
  from: number;
  to: number;
  layers: number;
  rough: number;
  /** Snow on the far ridges and firs on the near ones. */
  alpine: boolean;
  seed: number;
}

/** The skyline of one ridge, a height for each column. */
function skyline(canvas: Canvas, { seed, rough, alpine }: Ridges, layer: number, near: number): Float32Array {
  return Float32Array.from({ length: canvas.width }, (_, x) => {
    const u = x / canvas.height;
    const peaks = 1 - Math.abs(2 * fbm(u * (2.6 - 1.2 * near) + layer * 31.7, layer * 7.1, 6, seed) - 1);
    const firs = alpine ? near ** 3 * 0.045 * fir(u * (90 - 40 * near) + layer * 13, seed + layer) : 0;
    return (peaks - 0.75) * rough * (1 - 0.45 * near) + firs;
  });
}

/** A row of fir trees as a saw-tooth of uneven teeth with ragged sides. */
function fir(x: number, seed: number): number {
  const tree = Math.floor(x);
  const side = Math.abs(x - tree - 0.3 - 0.4 * lattice(tree, 1, seed));
  return Math.max(0, 1 - side * 2.2) * (0.35 + 0.65 * lattice(tree, 2, seed)) + 0.18 * noise(x * 6, 3, seed);
}

/** Ridge behind ridge, the far ones paler: haze adds the sky's light with distance. */
function paintRidges(canvas: Canvas, ridges: Ridges): void {
  const { palette, from, to, layers, rough, alpine, seed } = ridges;
  const lines = Array.from({ length: layers }, (_, layer) => {
    const near = layers > 1 ? layer / (layers - 1) : 1;
    const base = from + (to - from) * near ** 1.3;
    return { near, base, tops: skyline(canvas, ridges, layer, near).map((height) => base - height) };
  });
  for (const [layer, { near, base, tops }] of lines.entries()) {
    const land = mix(mix(palette.horizon, palette.land, 0.3 + 0.6 * near), palette.near, near ** 2);
    // What a nearer ridge hides need not be painted.
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
      // Light from the left: the slope of the noise along x brightens or darkens.
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

/** Mirrors what is above `shore` into ruffled water below it, darker towards the viewer. */
function paintWater(canvas: Canvas, { palette, seed, sun }: Sky, shore: number, chop: number): void {
  const { width, height, light } = canvas;
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
    const colour: Rgb = [light[mirrored] ?? 0, light[mirrored + 1] ?? 0, light[mirrored + 2] ?? 0];
    blend(canvas, pixel, mix(colour, deep, 0.12 + 0.5 * (v - shore) + Math.max(0, wave) * chop), 1);
    const path = Math.exp(-(((u - sun[0]) / (0.05 + 0.3 * (v - shore))) ** 2));
    blend(canvas, pixel, palette.sun, chop * 1.5 * path * smoothstep(0.02, 0.14, wave));
  });
}

/** Dune crests with a lit and a shaded side, and wind ripples that grow towards the viewer. */
function paintDunes(canvas: Canvas, palette: Palette, seed: number): void {
  for (let layer = 0; layer < 5; layer++) {
    const near = layer / 4;
    const base = 0.5 + 0.4 * near ** 1.4;
    const span = 1.1 + near * 0.6;
    eachPixel(canvas, [base - 0.25, 1], (pixel, u, v) => {
      const crest = Math.abs(2 * fbm(u / span + layer * 9.3, layer * 3.3, 2, seed) - 1);
      const depth = v - base + (0.17 + 0.1 * near) * (1 - 2.4 * crest);
      const edge = Math.min(1, depth * canvas.height);
      if (edge <= 0) return;
      // The knife edge between sun and shade runs down from the crest in a bend.
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

/** Stars, each a soft dot, then curtains of northern light hung from a wavering line. */
function paintNightSky(canvas: Canvas, seed: number): void {
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

function paintDisc(
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

/** Discs of light out of focus over a dark ground, the farther ones fainter. */
function paintBokeh(canvas: Canvas, ground: readonly [Rgb, Rgb], lights: readonly Rgb[], seed: number): void {
  const random = mulberry32(seed);
  eachPixel(canvas, [0, 1], (pixel, u, v) =>
    blend(
      canvas,
      pixel,
      mix(...ground, smoothstep(0.2, 0.8, fbm(u * 1.4, v * 1.4, 3, seed) * 0.7 + v * 0.3)),
      1,
    ),
  );
  for (let disc = 0; disc < 110; disc++) {
    const colour = lights[Math.floor(random() * lights.length)] ?? ground[1];
    const radius = 0.02 + 0.075 * random() ** 1.5;
    const at = [
      random() * (canvas.width / canvas.height),
      0.15 + 0.75 * (random() + random()) * 0.5,
    ] as const;
    paintDisc(canvas, at, radius, colour, 0.08 + 0.3 * random(), 0.003 + 0.012 * random());
  }
}

interface Flower {
  at: readonly [number, number];
  radius: number;
  petals: number;
  tip: Rgb;
  throat: Rgb;
  seed: number;
}

/** Rings of petals, the outer first, around a grainy heart. */
function paintFlower(canvas: Canvas, { at, radius, petals, tip, throat, seed }: Flower): void {
  for (let ring = 0; ring < 3; ring++) {
    const size = radius * (1 - 0.2 * ring);
    eachPixel(canvas, [at[1] - radius * 1.1, at[1] + radius * 1.1], (pixel, u, v) => {
      const distance = Math.hypot(u - at[0], v - at[1]) / size;
      if (distance > 1.1) return;
      const turn = (Math.atan2(v - at[1], u - at[0]) / (2 * Math.PI) + 1) * petals + ring * 0.5;
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
  paintDisc(canvas, at, radius * 0.2, [250, 196, 60], 1, radius * 0.02);
  const random = mulberry32(seed);
  for (let grain = 0; grain < 260; grain++) {
    const [turn, out] = [random() * 2 * Math.PI, random() ** 0.6 * radius * 0.21];
    const where = [at[0] + Math.cos(turn) * out, at[1] + Math.sin(turn) * out] as const;
    paintDisc(
      canvas,
      where,
      radius * 0.014,
      mix([150, 80, 16], [255, 232, 130], random()),
      0.8,
      radius * 0.006,
    );
  }
}

const SCENES = {
  mountains(canvas: Canvas, light: Light, random: () => number): void {
    const { sky, seed } = outdoors(canvas, light, random, 0.62);
    paintSky(canvas, sky);
    const ridges = { palette: sky.palette, from: 0.44, to: 0.93, layers: 6, rough: 0.42, alpine: true, seed };
    paintRidges(canvas, ridges);
  },
  lake(canvas: Canvas, light: Light, random: () => number): void {
    const { sky, seed } = outdoors(canvas, light, random, 0.6);
    paintSky(canvas, sky);
    const ridges = { palette: sky.palette, from: 0.42, to: 0.6, layers: 4, rough: 0.36, alpine: true, seed };
    paintRidges(canvas, ridges);
    paintWater(canvas, sky, 0.62, 0.1);
  },
  sea(canvas: Canvas, light: Light, random: () => number): void {
    const { sky } = outdoors(canvas, light, random, 0.56);
    paintSky(canvas, { ...sky, sun: [sky.sun[0], 0.44], clouds: 0.9 });
    paintWater(canvas, sky, 0.56, 0.5);
  },
  dunes(canvas: Canvas, _light: Light, random: () => number): void {
    const { sky, seed } = outdoors(canvas, 'sand', random, 0.5);
    paintSky(canvas, { ...sky, clouds: 0.2 });
    paintDunes(canvas, sky.palette, seed);
  },
  aurora(canvas: Canvas, _light: Light, random: () => number): void {
    const { sky: evening, seed } = outdoors(canvas, 'night', random, 0.75);
    const sky: Sky = { ...evening, sun: [-9, -9], clouds: 0 };
    paintSky(canvas, sky);
    paintNightSky(canvas, seed);
    const ridges = { palette: sky.palette, from: 0.72, to: 0.78, layers: 3, rough: 0.26, alpine: true, seed };
    paintRidges(canvas, ridges);
    paintWater(canvas, sky, 0.8, 0.16);
  },
  bokeh(canvas: Canvas, light: Light, random: () => number): void {
    const { near, land, sun, horizon } = PALETTES[light];
    paintBokeh(canvas, [near, mix(near, land, 0.6)], [sun, horizon, land, [255, 120, 90]], pick(random));
  },
  flower(canvas: Canvas, _light: Light, random: () => number): void {
    paintBokeh(canvas, [rgb(0x18301a), rgb(0x4a6c32)], MEADOW, pick(random));
    const aspect = canvas.width / canvas.height;
    paintFlower(canvas, flowerOf(random, [aspect * (0.35 + 0.3 * random()), 0.5], 0.36));
  },
  cutout(canvas: Canvas, _light: Light, random: () => number): void {
    paintFlower(canvas, flowerOf(random, [canvas.width / canvas.height / 2, 0.5], 0.45));
  },
};
export type SceneName = keyof typeof SCENES;

function pick(random: () => number): number {
  return Math.floor(random() * 1e6);
}

function outdoors(
  { width, height }: Canvas,
  light: Light,
  random: () => number,
  horizon: number,
): { sky: Sky; seed: number } {
  const sun = [(width / height) * (0.15 + 0.7 * random()), horizon * (0.3 + 0.4 * random())] as const;
  const sky = { palette: PALETTES[light], horizon, sun, clouds: 0.2 + 0.7 * random(), seed: pick(random) };
  return { sky, seed: pick(random) };
}

function flowerOf(random: () => number, at: readonly [number, number], radius: number): Flower {
  const tip = PETALS[Math.floor(random() * PETALS.length)] ?? WHITE;
  return {
    at,
    radius,
    petals: 9 + Math.floor(random() * 8),
    tip,
    throat: mix(tip, [150, 20, 80], 0.6),
    seed: pick(random),
  };
}

/** Rounds to 8 bits with a little seeded noise, so that smooth skies do not show bands. */
function develop({ width, height, light, cover }: Canvas, channels: 3 | 4, seed: number): Picture {
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

/** Paints `width` x `height` pixels; a `cutout` is the one scene with a transparent ground. */
export function paintScene(
  name: SceneName,
  light: Light,
  width: number,
  height: number,
  seed: number,
): Picture {
  const canvas = blankCanvas(width, height);
  SCENES[name](canvas, light, mulberry32(seed));
  return develop(canvas, name === 'cutout' ? 4 : 3, seed);
}
