// A thread's entry: files of thumbnails in, the condition of each file out.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { causeOf } from '../errors.js';
import { formatOfFile, nameOfFile, thumbnailName } from '../files/thumbnails/thumbnail-name.js';
import { encoders } from '../image/encoders/index.js';
import type { Checked } from './check-files.js';

parentPort?.on('message', (files: string[]) => parentPort?.postMessage(files.map(check)));

function check(file: string): Checked {
  const format = formatOfFile(file);
  if (format === undefined) throw new TypeError(`Expected a thumbnail's file, got ${file}`);
  let content: Buffer;
  try {
    content = fs.readFileSync(path.join(String(workerData), file));
  } catch (error) {
    return {
      file,
      bytes: 0,
      isOwn: false,
      status: 'damaged',
      reason: `it cannot be read: ${causeOf(error)}`,
    };
  }
  const bytes = content.length;
  const sha256 = createHash('sha256').update(content).digest('hex');
  const isOwn = thumbnailName(sha256, format) === nameOfFile(file);
  if (!isOwn)
    return { file, bytes, isOwn, status: 'damaged', reason: `its bytes have the SHA-256 ${sha256}` };
  const size = encoders[format].readSize(content);
  if (size === undefined)
    return { file, bytes, isOwn, status: 'damaged', reason: `it is not a ${format.toUpperCase()}` };
  return { file, bytes, isOwn, status: 'sound', ...size };
}
