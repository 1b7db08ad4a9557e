// What `npm run bench:overhead` compares with: the same sharp calls on the same files, two at a time, in one process. It publishes,
// hashes and records nothing. Argument: a folder.
import fs from 'node:fs/promises';
import path from 'node:path';
import { renderThumbnails } from '../../../src/image/render.js';
import { defaultOptions } from '../../../src/options/options.js';
import { variantOf } from '../../variant-of.js';

const options = { variants: [variantOf(defaultOptions.size)], maxPixels: defaultOptions.maxPixels };
const folder = process.argv[2] ?? '.';
const names = (await fs.readdir(folder)).values();

async function renderNext(): Promise<void> {
  for (const name of names) await renderThumbnails(await fs.readFile(path.join(folder, name)), options);
}

await Promise.all([renderNext(), renderNext()]);
