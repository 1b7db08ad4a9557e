// What `npm run bench:overhead` compares with: the same sharp calls on the same files in one process, two in flight,
// and nothing else: no pipeline, no manifest, nothing written. Plain JavaScript, so that no loader is timed.
// Run: node scripts/plain-sharp.js <folder>
import fs from 'node:fs/promises';
import path from 'node:path';
import { renderThumbnail } from '../dist/image/render.js';

const variant = { box: { width: 200, height: 200 }, format: 'png' };
const options = { variant, maxPixels: 268_402_689 };
const folder = process.argv[2];
const names = (await fs.readdir(folder)).values();

async function lane() {
  for (const name of names) await renderThumbnail(await fs.readFile(path.join(folder, name)), options);
}

await Promise.all([lane(), lane()]);
