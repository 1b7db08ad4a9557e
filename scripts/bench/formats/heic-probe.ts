// What formats.ts measures of one HEIC, in a process of its own. Prints one line of JSON.
//   <file> <auto|never> <runs>

import fs from 'node:fs';
import { loadDecoders, type Rendered, renderThumbnails } from '../../../src/image/render.js';
import { defaultDecoding, defaultOptions, type Embedded } from '../../../src/options/options.js';
import { variantOf } from '../../variant-of.js';
import { alternate, type Statistics, statistics } from '../measuring.js';
import { decodeTiles } from './decoder-alone.js';

/** Times in milliseconds. */
export interface HeicFigures {
  /** Pixels of the photo. */
  readonly pixels: number;
  /** Whether the picture that the file holds was used. */
  readonly isEmbedded: boolean;
  /** The first thumbnail of the process, with the start of the decoder. */
  readonly first: number;
  /** Later ones. */
  readonly later: Statistics;
  /** For full pictures: the decoder alone, and the ratio of the time of a thumbnail to it, run by run. */
  readonly alone?: { readonly tiles: number; readonly milliseconds: Statistics; readonly ratio: Statistics };
}

/** A picture that takes longer than this, in milliseconds, is measured fewer times. */
const SLOW_MS = 3000;
const SLOW_RUNS = 3;

const [, , file = '', embedded = '', runs = ''] = process.argv;
const bytes = fs.readFileSync(file);
const options = {
  variants: [variantOf(defaultOptions.size)],
  maxPixels: defaultOptions.maxPixels,
  decoding: { ...defaultDecoding, embedded: embedded as Embedded },
};
let rendered: Rendered | undefined;

async function milliseconds(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const render = () =>
  milliseconds(async () => {
    rendered = await renderThumbnails(bytes, options);
  });

async function measure(): Promise<HeicFigures> {
  // As a consumer does before its first job.
  await loadDecoders();
  const first = await render();
  const facts = {
    pixels: (rendered?.sourceWidth ?? 0) * (rendered?.sourceHeight ?? 0),
    isEmbedded: rendered?.thumbnails[0]?.from === 'embedded',
    first,
  };
  const counted = first > SLOW_MS ? SLOW_RUNS : Number(runs);
  if (facts.isEmbedded) {
    const later: number[] = [];
    for (let run = 0; run < counted; run += 1) later.push(await render());
    return { ...facts, later: statistics(later) };
  }
  let tiles = 0;
  const decode = () =>
    milliseconds(() => {
      tiles = decodeTiles(bytes);
    });
  const { a: later, b: alone, ratio } = await alternate(counted, render, decode);
  return { ...facts, later, alone: { tiles, milliseconds: alone, ratio } };
}

console.log(JSON.stringify(await measure()));
