// A thread's entry: names of thumbnails in, what each file is out.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { causeOf } from '../errors.js';
import { thumbnailName } from '../files/thumbnail-folder.js';
import { pngSize } from '../image/png-chunks.js';
import type { Checked } from './check-files.js';

parentPort?.on('message', (files: string[]) => parentPort?.postMessage(files.map(check)));

function check(file: string): Checked {
  let png: Buffer;
  try {
    png = fs.readFileSync(path.join(String(workerData), file));
  } catch (error) {
    return { file, bytes: 0, status: 'damaged', reason: `it cannot be read: ${causeOf(error)}` };
  }
  const bytes = png.length;
  const sha256 = createHash('sha256').update(png).digest('hex');
  if (thumbnailName(sha256) !== file)
    return { file, bytes, status: 'damaged', reason: `its bytes have the SHA-256 ${sha256}` };
  const size = pngSize(png);
  if (size === undefined) return { file, bytes, status: 'damaged', reason: 'it is not a PNG' };
  return { file, bytes, status: 'sound', ...size };
}
