// Measures our JPEG reader alone, in one process and on one core, and prints Markdown.
// Run: npm run bench:reader -- <folder of JPEGs> [another checkout, built] [--photos 14] [--rounds 7]
//   The photos are evenly spaced in the folder. With another checkout, its reader and this one read in turn.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { decoders } from '../../src/image/decoders/index.js';
import type { Shrink } from '../../src/image/decoders/jpeg/jpeg-file.js';
import { photoNameTest } from '../../src/producer/photo-names.js';
import { machineLines } from './measuring.js';
import { sum } from './process-memory.js';
import './reader/module-times.js';
import { compare, loadReader, type Photo } from './reader/readers.js';
import { partsTable, photosTable, summaryTable } from './reader/report.js';
import { besideYardstick } from './yardstick.js';

const SIZES: readonly Shrink[] = [8, 4, 2];

function usage(reason: string): never {
  console.error(`bench:reader: ${reason}`);
  process.exit(2);
}

function parseCommandLine() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { photos: { type: 'string', default: '14' }, rounds: { type: 'string', default: '7' } },
    });
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

function positiveInteger(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    usage(`Expected --${option} to be a positive integer, got \`${text}\``);
  return value;
}

function readPhotos(folder: string, count: number): Photo[] {
  const names = fs.readdirSync(folder).filter(photoNameTest(decoders.jpeg.extensions)).sort();
  if (names.length === 0) usage(`Expected JPEGs in ${folder}, found none`);
  const step = Math.max(1, names.length / count);
  return Array.from({ length: Math.min(count, names.length) }, (_, index) => {
    const name = names[Math.floor(index * step)] ?? '';
    return { name, bytes: fs.readFileSync(path.join(folder, name)) };
  });
}

const { values, positionals } = parseCommandLine();
const [folder, checkout] = positionals;
if (folder === undefined || positionals.length > 2) usage('Expected a folder and at most one other checkout');
const rounds = positiveInteger('rounds', values.rounds);
const photos = readPhotos(folder, positiveInteger('photos', values.photos));
const readers = [await loadReader('this')];
if (checkout !== undefined) readers.push(await loadReader('other', checkout));

function measure(): string {
  const comparisons = photos.flatMap((photo) => {
    console.error(photo.name);
    return SIZES.map((shrink) => compare(readers, photo, shrink, rounds));
  });
  const reads = comparisons.flatMap((each) => each.reads);
  const different = comparisons.flatMap((each) => each.different);
  const verdict = different.length === 0 ? 'are the same' : `differ: ${different.join(', ')}`;
  const megabytes = sum(photos.map(({ bytes }) => bytes.length)) / 1e6;
  return `- ${photos.length} JPEGs, ${megabytes.toFixed(1)} MB; from the bytes of a file to its samples, one process
- ${rounds} counted reads of each photo at each size, ${readers.length > 1 ? 'in rotation, ' : ''}after a warm-up
${readers.length > 1 ? `- Samples and verdicts ${verdict}\n` : ''}
${summaryTable(readers, reads)}

${partsTable(readers, reads)}

${photosTable(readers, reads)}`;
}

console.log(machineLines());
console.log(await besideYardstick(measure));
