// The files besides thumbnails that a run writes: refused at its start if they would replace a file that is not ours.

import path from 'node:path';
import { optionError, outputError } from '../errors.js';
import { MARKER_NAME } from '../files/folder-marker.js';
import { isInside, realFile } from '../files/real-path.js';
import {
  isFreeForExport,
  requireFreeForExport,
  requireOtherThanManifest,
} from '../manifest/earlier-export.js';
import { sourceName } from '../manifest/source-names.js';
import type { ManifestStore } from '../manifest/store.js';
import type { ResolvedOptions } from '../options/options.js';
import { printable } from '../printable.js';
import type { Root } from '../producer/roots.js';
import { encodeName } from '../producer/selection/glob-names.js';
import { Selection } from '../producer/selection/selection.js';
import { selectionOptions } from './planning.js';

type Exports = ResolvedOptions['exports'];

/**
 * Checks that the manifest and the exports replace no marker, no photo of this run, and no file but earlier exports and empty ones, and
 * that the folders of gallery and links are such folders. What a manifest may replace is checked when it is opened.
 * @throws {ThumbsError} `OPTION`, or `OUTPUT` for a file that cannot be read.
 */
export async function requireFreeOutputs(options: ResolvedOptions, roots: readonly Root[]): Promise<void> {
  const { exports, shard, manifest } = options;
  // The marker may not exist yet.
  if (path.basename(realFile(shard?.merged ?? manifest)) === MARKER_NAME)
    throw optionError(
      `The manifest ${printable(shard?.merged ?? manifest)} has the name of a folder's marker: name another file`,
    );
  for (const { file, format } of exports) {
    requireOtherThanManifest(file, manifest);
    if (await isPhoto(file, options, roots))
      throw optionError(`The export ${printable(file)} is one of the photos of this run: name another file`);
    requireFreeForExport(file, format);
  }
  const { gallery, links, out } = options;
  const realRoots = roots.map(({ realPath }) => realPath);
  const others = { out, manifest, files: exports.map(({ file }) => file), roots: realRoots };
  if (gallery !== undefined) (await loadGallery()).checkGallery(gallery, others);
  if (links !== undefined) (await loadLinks()).checkLinks(links.folder, { ...others, filled: gallery });
}

/** Whether the run would select the file. Without an include it selects no file with an export's extension, unless that is a root. */
async function isPhoto(file: string, options: ResolvedOptions, roots: readonly Root[]): Promise<boolean> {
  const real = realFile(file);
  const covering = roots.filter(({ realPath }) => isInside(realPath, real));
  if (covering.some(({ kind }) => kind === 'file')) return true;
  if (covering.length === 0 || options.include.length === 0 || isInside(realFile(options.out), real))
    return false;
  const selection = await Selection.from(selectionOptions(options));
  return covering.some(({ realPath }) => {
    const names = path.relative(realPath, real).split(path.sep).map(encodeName);
    const inner = names.join('/');
    const folders = names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'));
    return (
      selection.selects(inner, true) &&
      !selection.excludesFile(inner) &&
      !folders.some((folder) => selection.excludesFolder(folder))
    );
  });
}

/** The module that makes galleries. */
export function loadGallery(): Promise<typeof import('../gallery/create-gallery.js')> {
  return import('../gallery/create-gallery.js');
}

/** The module that makes links. */
export function loadLinks(): Promise<typeof import('../links/tree.js')> {
  return import('../links/tree.js');
}

/** The module that writes exports, and with it a library. */
export function loadExport(): Promise<typeof import('../manifest/export.js')> {
  return import('../manifest/export.js');
}

/**
 * Writes the manifest in other formats.
 * @throws {ThumbsError} `OUTPUT` or `MANIFEST`, with the path and the cause.
 */
export async function writeExports(exports: Exports, manifest: ManifestStore): Promise<void> {
  if (exports.length === 0) return;
  const { exportManifest } = await loadExport();
  for (const { file, format } of exports) {
    // Both may have become true since the start.
    if (manifest.hasRecord(sourceName(manifest.file, realFile(file))))
      throw outputError(file, 'it is one of the photos of this run');
    if (!isFreeForExport(file, format)) throw outputError(file, 'it is not an earlier export of thumbs');
    exportManifest(manifest.file, file, format);
  }
}
