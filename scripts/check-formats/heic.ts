// A HEIC against libheif's own programs.

import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { type Difference, failureOf, formatSize, isDone, type Photo, thumbnailOf } from './comparison.js';
import { pixelDifference, reduced } from './pixels.js';
import { heifConverter, runTool } from './tools.js';

export async function compareHeic(photo: Photo): Promise<Difference[]> {
  const folder = fs.mkdtempSync(path.join(photo.scratch, 'heic-'));
  try {
    return await compareWith(convert(photo.file, folder), photo);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** A PNG of the primary picture, or why there is none. */
type Converted = { readonly png: string } | { readonly refusal: string };

async function compareWith(converted: Converted, photo: Photo): Promise<Difference[]> {
  if ('refusal' in converted) {
    const { refusal } = converted;
    return isDone(photo) ? [{ what: 'decoding', ours: 'made a thumbnail', theirs: refusal }] : [];
  }
  const { width, height } = await sharp(converted.png, { limitInputPixels: false }).metadata();
  const theirSize = formatSize(width, height);
  if (!isDone(photo))
    return [{ what: 'decoding', ours: failureOf(photo), theirs: `${heifConverter()} decoded ${theirSize}` }];
  const differences: Difference[] = [];
  const ourSize = formatSize(photo.record.sourceWidth, photo.record.sourceHeight);
  if (ourSize !== theirSize)
    differences.push({ what: 'size', ours: ourSize, theirs: `${heifConverter()} ${theirSize}` });
  const thumbnail = thumbnailOf(photo);
  const upright = await reduced(converted.png, 1, thumbnail.width, thumbnail.height);
  const pixels = await pixelDifference(thumbnail.file, upright);
  const { from = 'full picture' } = thumbnail;
  if (pixels !== undefined)
    differences.push({
      what: pixels.what,
      ours: `${from} ${pixels.ours}`,
      theirs: `${heifConverter()} full picture`,
    });
  return differences;
}

/** libheif's programs number the pictures of a file that shows several, in the order in which `heif-info` lists them. */
function convert(file: string, folder: string): Converted {
  const png = path.join(folder, 'picture.png');
  const program = heifConverter();
  const { code, complaint } = runTool(program, ['--quiet', file, png]);
  if (code !== 0) return { refusal: `${program} ${complaint}` };
  if (fs.existsSync(png)) return { png };
  const listed = runTool('heif-info', [file])
    .stdout.split('\n')
    .filter((line) => line.startsWith('image:'));
  const number = 1 + listed.findIndex((line) => line.endsWith('primary'));
  const numbered = path.join(folder, `picture-${number}.png`);
  return fs.existsSync(numbered) ? { png: numbered } : { refusal: `heif-info lists no primary picture` };
}
