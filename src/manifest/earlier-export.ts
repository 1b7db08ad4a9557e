// Which files an export may replace. Apart from `export.ts`, which is loaded at the end of a run, and with it a library.

import path from 'node:path';
import { causeOf, optionError, outputError } from '../errors.js';
import { isReplaceable } from '../files/earlier-output.js';
import { MARKER_NAME } from '../files/folder-marker.js';
import { realFile } from '../files/real-path.js';
import { thumbnailFileSource } from '../files/thumbnails/thumbnail-name.js';
import type { ExportFormat } from '../options/options.js';
import { printable } from '../printable.js';

/** If an export has a record; one without is as short as the format allows. */
export const exportBeginnings: Readonly<Record<ExportFormat, RegExp>> = {
  txt: new RegExp(`^\\\\?${thumbnailFileSource('any', 1)}: `),
  csv: /^source,status,thumbnail,width,height,/,
  json: /^(?:\{\n"(?:[^"\\\n]|\\.)*": \{"status":"|\{\}\n$)/,
};

/** @throws {ThumbsError} `OPTION`: the export is the manifest. */
export function requireOtherThanManifest(file: string, manifest: string): void {
  if (realFile(file) === realFile(manifest))
    throw optionError(`The export ${printable(file)} is the manifest by another name`);
}

/** @throws {ThumbsError} `OPTION`: the file is something else than an export. `OUTPUT`: it cannot be read. */
export function requireFreeForExport(file: string, format: ExportFormat): void {
  if (isFreeForExport(file, format)) return;
  const what = `The export ${printable(file)} exists, and is not an earlier export of thumbs`;
  throw optionError(`${what}: name another file, or remove this one first`);
}

/**
 * Whether an export may be written to `file`: there is none, or it is empty or an earlier export.
 * @throws {ThumbsError} `OUTPUT`: it cannot be read.
 */
export function isFreeForExport(file: string, format: ExportFormat): boolean {
  try {
    return path.basename(file) !== MARKER_NAME && isReplaceable(file, exportBeginnings[format]);
  } catch (error) {
    throw outputError(file, causeOf(error), error);
  }
}
