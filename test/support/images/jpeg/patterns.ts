// Pictures that are like no photograph: noise, flat areas, pages of text.

import { mulberry32 } from '../../../../scripts/painting/noise.js';
import type { Raw } from './components.js';

export interface PatternOptions {
  readonly width: number;
  readonly height: number;
  readonly grey?: boolean;
}

function madeOf({ width, height, grey = false }: PatternOptions, sample: (at: number) => number): Raw {
  const channels = grey ? 1 : 3;
  const data = Uint8Array.from({ length: width * height * channels }, (_, at) =>
    Math.max(0, Math.min(255, sample(at))),
  );
  return { data, width, height, channels };
}

/** Noise: hardly any coefficient is zero. @param range Of the samples, around the middle of theirs: 255 at most. */
export function noise(options: PatternOptions, range: number): Raw {
  const random = mulberry32(11);
  return madeOf(options, () => 128 + range * (random() - 0.5));
}

/** One colour, and in the first or last row of blocks a little noise: with codes `long` about a quarter of the data. */
export function flatAndNoise(options: PatternOptions, place: 'start' | 'end'): Raw {
  const raw = flat(options);
  const random = mulberry32(13);
  const width = 8 * Math.ceil((raw.width * raw.height) / 123_000);
  const top = place === 'start' ? 0 : Math.floor((raw.height - 1) / 8) * 8;
  const left = place === 'start' ? 0 : raw.width - width;
  for (let y = top; y < Math.min(top + 8, raw.height); y += 1)
    for (let x = left; x < left + width; x += 1)
      for (let channel = 0; channel < raw.channels; channel += 1)
        raw.data[raw.channels * (y * raw.width + x) + channel] = 255 * random();
  return raw;
}

/** A tile of noise, again and again: its MCUs are coded alike, so that data at a wrong place looks like that at the right one. */
export function tiles(options: PatternOptions): Raw {
  const tile = noise({ width: 16, height: 16, grey: true }, 160);
  const channels = options.grey === true ? 1 : 3;
  return madeOf(options, (at) => {
    const [x, y] = [Math.floor(at / channels) % options.width, Math.floor(at / channels / options.width)];
    return tile.data[16 * (y % 16) + (x % 16)] ?? 0;
  });
}

/** One colour: all blocks but the first are coded alike. */
export function flat(options: PatternOptions): Raw {
  return madeOf(options, () => 99);
}

/** Stripes of eight columns, each of a saturated colour: at 4:2:0 a block of chroma has two, and its lowest frequency is large. */
export function stripes(options: PatternOptions): Raw {
  const random = mulberry32(17);
  const colours = Array.from({ length: 3 * Math.ceil(options.width / 8) }, () => (random() < 0.5 ? 0 : 255));
  return madeOf(options, (at) => {
    const x = Math.floor(at / 3) % options.width;
    return colours[3 * (x >> 3) + (at % 3)] ?? 0;
  });
}

/** Black and white squares at odds with the blocks, with noise: differences of DC as large as there are. */
export function squares(options: PatternOptions): Raw {
  const random = mulberry32(11);
  const channels = options.grey === true ? 1 : 3;
  return madeOf(options, (at) => {
    const [x, y] = [Math.floor(at / channels) % options.width, Math.floor(at / channels / options.width)];
    const isLight = (Math.floor(x / 24) + Math.floor(y / 40) + (at % channels)) % 2 === 0;
    return (isLight ? 255 : 0) + 120 * (random() - 0.5);
  });
}

const GLYPH = { width: 9, height: 14, strokes: 64 };
const LINE = 24;
const MARGIN = 40;

/** A page of text: black glyphs in lines on white. A glyph is a few strokes, and a gap takes the place of every sixth. */
export function textPage(options: PatternOptions): Raw {
  const random = mulberry32(7);
  const glyphs = Array.from({ length: GLYPH.strokes }, () =>
    Array.from({ length: 3 }, () => [Math.floor(random() * 7), Math.floor(random() * 12), random() < 0.5]),
  );
  const columns = Math.ceil(options.width / GLYPH.width);
  const text = Array.from({ length: columns * Math.ceil(options.height / LINE) }, () =>
    random() < 1 / 6 ? undefined : glyphs[Math.floor(random() * glyphs.length)],
  );
  const channels = options.grey === true ? 1 : 3;
  return madeOf(options, (at) => {
    const [x, y] = [Math.floor(at / channels) % options.width, Math.floor(at / channels / options.width)];
    const isMargin = Math.min(x, y, options.width - x, options.height - y) < MARGIN;
    const glyph = text[Math.floor(y / LINE) * columns + Math.floor(x / GLYPH.width)];
    if (isMargin || glyph === undefined || y % LINE >= GLYPH.height) return 255;
    const [left, top] = [x % GLYPH.width, y % LINE];
    const isInk = glyph.some(([across, down, isUpright]) =>
      isUpright
        ? (left === across || left === Number(across) + 1) && top > 1
        : top === down || top === Number(down) + 1,
    );
    return isInk && left < 8 ? 20 : 255;
  });
}
