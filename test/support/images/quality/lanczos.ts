// What a thumbnail is compared with: all pixels of a photo, resized with Lanczos-3 in floating point. It shares no code with libvips, whose
// Lanczos-3 is preceded by a box filter.

/** 8-bit RGB or grey, interleaved. */
export interface Picture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

const LOBES = 3;

/** A picture in RGBA, opaque, as libraries that compare pictures take it. */
export interface Rgba {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/**
 * The picture at this size, which fits inside a square box: the longer side decides the scale of both, and what rounding adds to or takes
 * from the shorter one lies at its two ends in equal parts.
 */
export function lanczos(picture: Picture, width: number, height: number): Rgba {
  const { channels } = picture;
  const scale = picture.width >= picture.height ? picture.width / width : picture.height / height;
  const columns = weightsOf(picture.width, width, scale);
  const rows = weightsOf(picture.height, height, scale);
  const narrow = new Float32Array(width * picture.height * channels);
  columns.forEach(({ first, weights }, x) => {
    for (let y = 0; y < picture.height; y += 1)
      for (let channel = 0; channel < channels; channel += 1) {
        const from = (y * picture.width + first) * channels + channel;
        narrow[(y * width + x) * channels + channel] = weighted(picture.data, from, channels, weights);
      }
  });
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  rows.forEach(({ first, weights }, y) => {
    for (let x = 0; x < width; x += 1)
      for (let channel = 0; channel < 3; channel += 1) {
        const from = (first * width + x) * channels + Math.min(channel, channels - 1);
        data[(y * width + x) * 4 + channel] = weighted(narrow, from, width * channels, weights);
      }
  });
  return { data, width, height };
}

/** The weighted sum of samples that lie `step` apart. */
function weighted(
  samples: Uint8Array | Float32Array,
  from: number,
  step: number,
  weights: Float64Array,
): number {
  let sum = 0;
  for (let at = 0; at < weights.length; at += 1) sum += (weights[at] ?? 0) * (samples[from + at * step] ?? 0);
  return sum;
}

interface Weights {
  /** The first sample that they apply to. */
  readonly first: number;
  /** Their sum is 1. */
  readonly weights: Float64Array;
}

function weightsOf(from: number, to: number, scale: number): Weights[] {
  const reach = LOBES * Math.max(1, scale);
  return Array.from({ length: to }, (_, index) => {
    const centre = from / 2 + (index + 0.5 - to / 2) * scale;
    const first = Math.max(0, Math.floor(centre - reach));
    const last = Math.min(from, Math.ceil(centre + reach));
    const weights = Float64Array.from({ length: last - first }, (_, at) =>
      kernel((first + at + 0.5 - centre) / Math.max(1, scale)),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** sinc(x) sinc(x / 3) */
function kernel(x: number): number {
  if (Math.abs(x) >= LOBES) return 0;
  if (Math.abs(x) < 1e-9) return 1;
  const angle = Math.PI * x;
  return (LOBES * Math.sin(angle) * Math.sin(angle / LOBES)) / (angle * angle);
}
