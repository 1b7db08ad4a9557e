// Sound JPEGs of every kind that matters to a reader that starts at several places of the data at once: how much data there is, where
// restart markers stand, how fast a decoder that started in the middle finds the blocks, how long codes are.

import sharp, { type JpegOptions } from 'sharp';
import { type Raw, SAMPLINGS } from '../components.js';
import { type EncoderOptions, encodeJpeg } from '../encoder.js';
import { stepsOf } from '../forward-transform.js';
import { CODES } from '../huffman-codes.js';
import { flat, flatAndNoise, noise, squares, stripes, textPage, tiles } from '../patterns.js';
import { picture } from '../pictures.js';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** An image is encoded when it is asked for. */
export interface Kind {
  readonly name: string;
  readonly encode: () => Promise<Buffer>;
}

/** MCUs between two restart markers. An iPhone's photos have 204. */
const RESTART_INTERVALS = [1, 7, 204];
const QUALITIES = [20, 50, 75, 92, 100];

/** No coefficient but the highest is kept: long runs of zeros. */
const HIGH_FREQUENCIES = Array.from({ length: 64 }, (_, at) => (at === 0 || at > 45 ? 8 : 255));
/** Only the lowest frequencies are kept, as they are. */
const LOW_FREQUENCIES = Array.from({ length: 64 }, (_, at) => ([1, 2, 4].includes(at) ? 1 : 255));
const FINE = stepsOf(1, 0);

function byLibvips({ data, width, height, channels }: Raw, options: JpegOptions): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: channels === 1 ? 1 : 3 } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .jpeg(options)
    .toBuffer();
}

/** What returns the same value each time, made at the first. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** @param size Of the images, in pixels. Data of noise takes about two bytes a pixel. */
export function kindsOf(size: Size): Kind[] {
  const colours = once(() => picture({ scene: 'flower', ...size, seed: 4, saturation: 2 }));
  const grey = once(() => picture({ scene: 'dunes', ...size, seed: 5, grey: true }));
  const coarse = once(() => noise(size, 255));
  const text = once(() => textPage(size));
  const [even, edges] = [once(() => flat(size)), once(() => squares(size))];
  const repeated = once(() => tiles(size));
  const greyText = once(() => textPage({ ...size, grey: true }));
  const kinds: Kind[] = [];
  const libvips = (name: string, raw: () => Raw | Promise<Raw>, options: JpegOptions) =>
    kinds.push({ name, encode: async () => byLibvips(await raw(), options) });
  const own = (name: string, raw: () => Raw | Promise<Raw>, options: EncoderOptions) =>
    kinds.push({ name, encode: async () => encodeJpeg(await raw(), options) });

  for (const quality of QUALITIES)
    for (const optimiseCoding of [true, false]) {
      const codes = optimiseCoding ? 'optimised' : 'standard';
      for (const chromaSubsampling of ['4:4:4', '4:2:0'])
        libvips(`scene, ${chromaSubsampling}, quality ${quality}, ${codes} codes`, colours, {
          quality,
          chromaSubsampling,
          optimiseCoding,
        });
      libvips(`grey scene, quality ${quality}, ${codes} codes`, grey, { quality, optimiseCoding });
    }
  for (const optimiseCoding of [true, false]) {
    const codes = optimiseCoding ? 'optimised' : 'standard';
    libvips(`text, ${codes} codes`, text, { quality: 90, optimiseCoding });
    libvips(`grey text, ${codes} codes`, greyText, { quality: 75, optimiseCoding });
    libvips(`noise, ${codes} codes`, coarse, { quality: 100, optimiseCoding });
    libvips(`flat, ${codes} codes`, even, { quality: 80, optimiseCoding });
    libvips(`tiles, ${codes} codes`, repeated, { quality: 90, optimiseCoding });
    libvips(`squares, ${codes} codes`, edges, { quality: 95, optimiseCoding });
  }

  for (const [name, sampling] of Object.entries(SAMPLINGS)) {
    own(`scene, ${name}`, colours, { sampling });
    for (const restartInterval of RESTART_INTERVALS)
      own(`scene, ${name}, restart interval ${restartInterval}`, colours, { sampling, restartInterval });
    own(`noise, ${name}`, coarse, { sampling, steps: [FINE, FINE] });
    own(`scene, ${name}, three tables of each kind`, colours, { sampling, ...CODES.three });
    own(`noise, ${name}, three tables of each kind`, coarse, { sampling, ...CODES.three });
    own(`flat, ${name}, two bits a block`, even, { sampling, ...CODES.dense });
  }
  own('scene, one table of each kind', colours, CODES.even);
  own('tiles, one table of each kind', repeated, CODES.even);
  for (const place of ['start', 'end'] as const)
    own(`flat, with noise at the ${place}, long codes`, () => flatAndNoise(size, place), {
      steps: [FINE, FINE],
      ...CODES.long,
    });
  own('grey scene, restart interval 7', grey, { restartInterval: 7 });
  own('noise, restart interval 204', coarse, { restartInterval: 204, steps: [FINE, FINE] });
  own('noise, codes that fill a look-up', coarse, { steps: [FINE, FINE], ...CODES.filling });
  own('noise, long runs of zeros', coarse, { steps: [HIGH_FREQUENCIES, HIGH_FREQUENCIES] });
  own('stripes, short codes of large values', () => stripes(size), {
    sampling: SAMPLINGS['4:2:0'],
    steps: [LOW_FREQUENCIES, LOW_FREQUENCIES],
    ...CODES.large,
  });
  own('squares, codes that fill a look-up', edges, { steps: [FINE, FINE], ...CODES.filling });
  return kinds;
}
