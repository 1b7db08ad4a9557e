// Damaged JPEGs by the thousand: images of every kind that is read, each damaged in one or two of many ways. The same seed gives the
// same bytes. To look at one: npx tsx test/support/images/jpeg/damaged/damaged-jpegs.ts <file> <number> <seed>

import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { damagedFile } from '../../damages.js';
import { DATA_DAMAGES } from './data-damages.js';
import { FILE_DAMAGES } from './file-damages.js';
import { framesOf, scansOf } from './parts.js';
import { largeJpegs, type SoundJpeg, soundJpegs } from './sound-jpegs.js';

export interface DamagedJpeg extends SoundJpeg {
  /** What was done to it. */
  readonly damage: string;
}

/** Of so many damaged images one is large. */
const LARGE_EVERY = 5;

/** The images to be damaged. */
export async function imagesToDamage(): Promise<SoundJpeg[]> {
  return [...(await soundJpegs()), ...(await largeJpegs())];
}

/**
 * Damaged image `number` of a seed. Large images are damaged in their data, where the reader starts in the middle; small ones anywhere.
 */
export function damagedJpeg(images: readonly SoundJpeg[], number: number, seed: number): DamagedJpeg {
  const wantsLarge = number % LARGE_EVERY === 0;
  const chosen = images.filter(({ isLarge }) => isLarge === wantsLarge);
  const damages = wantsLarge ? DATA_DAMAGES : { ...FILE_DAMAGES, ...DATA_DAMAGES };
  return damagedFile(chosen, damages, hasSegments, { number, seed });
}

/** Whether it can still be divided into segments, so that it can be damaged again. */
function hasSegments(bytes: Buffer): boolean {
  try {
    return scansOf(bytes).length > 0 && framesOf(bytes).length > 0 && bytes.length > 200;
  } catch {
    return false;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file = '', number, seed] = process.argv.slice(2);
  const { name, damage, bytes } = damagedJpeg(await imagesToDamage(), Number(number), Number(seed));
  fs.writeFileSync(file, bytes);
  console.log(`${name}: ${damage}`);
}
