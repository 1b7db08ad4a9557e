// Seeded noise: the same seed gives the same numbers on every machine.

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

/**
 * A random value in [0, 1) that depends only on the lattice point and the seed. Mixer: lowbias32, https://nullprogram.com/blog/2018/07/31/
 */
export function lattice(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 374761393) ^ Math.imul(y, 668265263) ^ Math.imul(seed, 1274126177);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/** Value noise in [0, 1): random values on a unit lattice, smoothly interpolated. */
export function noise(x: number, y: number, seed: number): number {
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
    // Rotation and offset: otherwise the lattices of the octaves would be aligned.
    const across = 1.6 * x + 1.2 * y + 17.3;
    y = 1.6 * y - 1.2 * x + 5.1;
    x = across;
    strength /= 2;
  }
  return sum / (1 - 2 * strength);
}

export function smoothstep(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
