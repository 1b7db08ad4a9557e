// What all pages of a gallery load: script, styles and icon.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import type { FilledFolder } from '../files/filled/filled-folder.js';
import { packageFile } from '../package-file.js';
import { ratioStyles } from './pages/album-page.js';
import type { Site } from './pages/frame.js';
import type { GalleryChanges, GallerySettings } from './settings.js';

/** Copies a user's styles. @returns Their path in the gallery; undefined when there are none. */
export function putStyles(
  folder: FilledFolder,
  before: GallerySettings,
  { css }: GalleryChanges,
): string | undefined {
  if (css === undefined) return before.css !== undefined && folder.keep(before.css) ? before.css : undefined;
  if (css === false) return undefined;
  return putAsset(folder, 'custom.css', css);
}

/** @param row Pixels of height of a row. @param css The path in the gallery of a user's styles. */
export function putAssets(folder: FilledFolder, row: number, css: string | undefined): Site['assets'] {
  const built = (name: string) => fs.readFileSync(packageFile(`dist/gallery/${name}`), 'utf8');
  const styles = `${built('gallery.css')}:root{--row:${row}px}\n${ratioStyles()}`;
  return {
    script: putAsset(folder, 'gallery.js', built('gallery.js')),
    styles: [putAsset(folder, 'gallery.css', styles), ...(css === undefined ? [] : [css])],
    icon: putAsset(folder, 'icon.svg', built('icon.svg')),
  };
}

/** Under a name that differs when the text does, so that browsers keep no older one. */
function putAsset(folder: FilledFolder, name: string, text: string): string {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const file = `assets/${name.replace('.', `-${digest}.`)}`;
  folder.put(file, { text });
  return file;
}
