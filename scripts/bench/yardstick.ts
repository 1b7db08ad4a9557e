// The machine's own yardstick in the reports of the benches. The photo is the same on every machine.

import path from 'node:path';
import sharp from 'sharp';
import { Yardstick, yardstickLine } from '../../src/bench/yardstick.js';
import { keptFolder } from './kept-folder.js';
import { makeCorpus } from './measuring.js';

/** The name of the first photo of every corpus that `make-corpus.ts` makes. */
const PHOTO = 'IMG_0001.jpg';
/** Of each process, before a bench and after it. */
const SAMPLES = 5;

/** A yardstick of `make-corpus.ts`' first photo. */
export async function corpusYardstick(): Promise<Yardstick> {
  const folder = await keptFolder('yardstick', (part) => makeCorpus(part, '1'));
  const file = path.join(folder, PHOTO);
  const { width, height } = await sharp(file).metadata();
  return Yardstick.of({ file, pixels: width * height, title: "the corpus' first photo" });
}

/** What `measure` returns, Markdown, below the line of a yardstick that is sampled before and after it. */
export async function besideYardstick(measure: () => string | Promise<string>): Promise<string> {
  const yardstick = await corpusYardstick();
  await yardstick.sample(SAMPLES);
  const text = await measure();
  await yardstick.sample(SAMPLES);
  const isListContinued = text.startsWith('- ');
  return `${yardstickLine(yardstick.figures)}${isListContinued ? '\n' : '\n\n'}${text}`;
}
