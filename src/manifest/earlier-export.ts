// Whether a file may be replaced by an export: it is empty, or begins as an export of ours does. Apart from `export.ts`, which is loaded
// at the end of a run, and with it a library.

import fs from 'node:fs';
import { THUMBNAIL_NAME } from '../files/thumbnail-name.js';
import type { ExportFormat } from '../options/options.js';

/** More than the longest path, escaped. */
const HEAD_BYTES = 65_536;

/** What each format's files begin with, if they have a record; one without is as short as the format allows. */
const BEGINNINGS: Readonly<Record<ExportFormat, RegExp>> = {
  txt: new RegExp(`^\\\\?${THUMBNAIL_NAME}: `),
  csv: /^source,status,thumbnail,width,height,/,
  json: /^(?:\{\n"(?:[^"\\\n]|\\.)*": \{"status":"|\{\}\n$)/,
};

/**
 * Whether an export may be written to `file`: it does not exist, is empty, or is an earlier export of the same format.
 * @throws system errors.
 */
export function isReplaceable(file: string, format: ExportFormat): boolean {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return true;
  if (!stats.isFile()) return false;
  return stats.size === 0 || BEGINNINGS[format].test(readHead(file));
}

function readHead(file: string): string {
  const bytes = Buffer.alloc(HEAD_BYTES);
  const descriptor = fs.openSync(file, 'r');
  try {
    return bytes.toString('utf8', 0, fs.readSync(descriptor, bytes, 0, HEAD_BYTES, 0));
  } finally {
    fs.closeSync(descriptor);
  }
}
