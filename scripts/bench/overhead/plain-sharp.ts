// What `npm run bench:overhead` compares with: the same sharp calls on the same files, two at a time, in one process. It publishes,
// hashes and records nothing. Argument: a folder.
import fs from 'node:fs/promises';
import path from 'node:path';
import { renderThumbnail } from '../../../src/image/render.js';
import { defaultOptions } from '../../../src/options/options.js';
import { parseVariant } from '../../../src/options/variant.js';

const options = { variant: parseVariant(defaultOptions.size), maxPixels: defaultOptions.maxPixels };
const folder = process.argv[2] ?? '.';
const names = (await fs.readdir(folder)).values();

async function renderNext(): Promise<void> {
  for (const name of names) await renderThumbnail(await fs.readFile(path.join(folder, name)), options);
}

await Promise.all([renderNext(), renderNext()]);
