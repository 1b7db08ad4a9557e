// What `npm run bench:overhead` compares with: the same sharp calls on the same files in one process, two at a time, without the rest of
// the program: nothing is published, hashed or recorded. Argument: a folder.
import fs from 'node:fs/promises';
import path from 'node:path';
import { renderThumbnail } from '../src/image/render.js';

const options = {
  variant: { box: { width: 200, height: 200 }, format: 'png' },
  maxPixels: 268_402_689,
} as const;
const folder = process.argv[2] ?? '.';
const names = (await fs.readdir(folder)).values();

async function renderSome(): Promise<void> {
  for (const name of names) await renderThumbnail(await fs.readFile(path.join(folder, name)), options);
}

await Promise.all([renderSome(), renderSome()]);
