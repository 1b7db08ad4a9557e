// Folders that are not walked unless they are named: what systems and network storage keep beside photos, and folders that this program
// fills.

import fs from 'node:fs';
import path from 'node:path';
import { isSystemError, ThumbsError } from '../errors.js';
import { isMarked, MARKER_NAME, UNMARKED_MANIFEST_NAME } from '../files/folder-marker.js';
import { entries, openManifest, readHeader } from '../manifest/reading.js';
import { systemPath } from '../path-bytes.js';

/** Names of folders, by what they are counted as. */
const SYSTEM_FOLDERS: ReadonlyArray<readonly [name: string, pattern: RegExp]> = [
  // Synology: thumbnails and indexes of the folder that it is in; what was deleted; snapshots.
  ['@eaDir', /^@eadir$/i],
  ['#recycle', /^#recycle$/i],
  ['#snapshot', /^#snapshot$/i],
  // Windows.
  ['$RECYCLE.BIN', /^\$recycle\.bin$/i],
  ['System Volume Information', /^system volume information$/i],
  // What fsck(8) has found, on ext file systems.
  ['lost+found', /^lost\+found$/i],
  // Previews of a Lightroom catalogue.
  ['*.lrdata', /\.lrdata$/i],
];

/** What a folder of this name is counted as, in any letter case; undefined for any other folder. */
export function systemFolder(name: string): string | undefined {
  return SYSTEM_FOLDERS.find(([, pattern]) => pattern.test(name))?.[0];
}

/** Records of a manifest of version 0.1 that are looked at: one thumbnail that exists is enough. */
const MOST_RECORDS = 1000;

/** Whether a folder with these entries may be one that this program fills. */
export function mayBeFilled(entries: ReadonlyArray<{ readonly name: string }>): boolean {
  return entries.some(({ name }) => name === MARKER_NAME || name === UNMARKED_MANIFEST_NAME);
}

/** Whether this program fills the folder. */
export function isFilled(folder: string): boolean {
  return isMarked(folder) || hasThumbnailOf(path.join(folder, UNMARKED_MANIFEST_NAME));
}

/** Whether a thumbnail that the manifest names lies beside it. A file that cannot be read, or is something else, names none. */
function hasThumbnailOf(manifest: string): boolean {
  const folder = path.dirname(manifest);
  try {
    const descriptor = openManifest(manifest);
    try {
      if (readHeader(manifest, descriptor) === undefined) return false;
      let records = 0;
      for (const { record } of entries(manifest, descriptor)) {
        if (record?.status !== 'done') continue;
        if (record.thumbnails.some(({ file }) => fs.existsSync(systemPath(path.join(folder, file)))))
          return true;
        records += 1;
        if (records === MOST_RECORDS) return false;
      }
      return false;
    } finally {
      fs.closeSync(descriptor);
    }
  } catch (error) {
    if (!(error instanceof ThumbsError || isSystemError(error))) throw error;
    return false;
  }
}
