// The exports of a run: refused at its start if they would replace a file that is not ours, written at its end.

import path from 'node:path';
import { causeOf, optionError, outputError, systemCode } from '../errors.js';
import { MARKER_NAME } from '../files/folder-marker.js';
import { realFile } from '../files/real-path.js';
import { isReplaceable } from '../manifest/earlier-export.js';
import { sourceName } from '../manifest/record.js';
import type { ManifestStore } from '../manifest/store.js';
import type { ResolvedOptions } from '../options/options.js';
import { printable } from '../printable.js';
import type { Root } from '../producer/roots.js';

type Exports = ResolvedOptions['exports'];

/**
 * Checks that the exports replace nothing but earlier exports and empty files.
 * @throws {ThumbsError} `OPTION`
 */
export function requireFreeExports({ exports, manifest }: ResolvedOptions, roots: readonly Root[]): void {
  for (const { file, format } of exports) {
    if (realFile(file) === realFile(manifest))
      throw optionError(`The export ${printable(file)} is the manifest by another name`);
    if (roots.some(({ realPath }) => realPath === realFile(file)))
      throw optionError(`The export ${printable(file)} is one of the photos of this run: name another file`);
    if (!isFree(file, format))
      throw optionError(
        `The export ${printable(file)} exists, and is not an earlier export of thumbs: name another file, or remove this one first`,
      );
  }
}

/** Whether the export may be written to `file`. */
function isFree(file: string, format: Exports[number]['format']): boolean {
  try {
    // The marker may not exist yet.
    return path.basename(file) !== MARKER_NAME && isReplaceable(file, format);
  } catch (error) {
    // A part of the path is a file, which the run reports when it prepares the folder.
    if (systemCode(error) === 'ENOTDIR') return true;
    throw outputError(file, causeOf(error), error);
  }
}

/**
 * Writes the manifest in other formats.
 * @throws {ThumbsError} `OUTPUT` or `MANIFEST`, with the path and the cause.
 */
export async function writeExports(exports: Exports, manifest: ManifestStore): Promise<void> {
  if (exports.length === 0) return;
  const { exportManifest } = await import('../manifest/export.js');
  for (const { file, format } of exports) {
    // Both may have become true since the start.
    if (manifest.hasRecord(sourceName(manifest.file, realFile(file))))
      throw outputError(file, 'it is one of the photos of this run');
    if (!isFree(file, format)) throw outputError(file, 'it is not an earlier export of thumbs');
    exportManifest(manifest.file, file, format);
  }
}
