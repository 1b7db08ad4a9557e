// Which records of earlier runs stay although the walk has not found their photos.

import path from 'node:path';
import { MARKER_NAME } from '../files/folder-marker.js';
import { isInside } from '../files/real-path.js';
import { isThumbnailName } from '../files/thumbnails/thumbnail-name.js';
import { shown } from '../path-bytes.js';
import { type IsPhotoName, photoNameTest } from '../producer/photo-names.js';
import { isOutsideWalk, type Root } from '../producer/roots.js';
import type { WalkProgress } from '../producer/walk-progress.js';

export interface KeptRecordsOptions {
  readonly roots: readonly Root[];
  readonly walked: WalkProgress;
  /** Absolute path of the manifest. */
  readonly manifest: string;
  /** Extensions of formats that this installation cannot read for now: lower case, without the dot. */
  readonly unreadable: readonly string[];
  /** Whether the records under an empty root go. */
  readonly forget: boolean;
}

/**
 * Records outside the roots and in folders that could not be read; unless `forget` is set, also those of photos whose format cannot be
 * read for now, those under a root in which nothing was selected, and of photos in a folder that is not walked because this program fills
 * it: somebody named it as output folder.
 */
export class KeptRecords {
  readonly #isOutsideWalk: (source: string) => boolean;
  readonly #folder: string;
  readonly #isUnreadable: IsPhotoName = () => false;
  readonly #emptyRoots: readonly string[] = [];
  readonly #filledFolders: readonly string[] = [];
  readonly #rootsWithRecords = new Set<string>();
  #inEmptyRoots = 0;

  /** To be made after the walk. */
  constructor({ roots, walked, manifest, unreadable, forget }: KeptRecordsOptions) {
    this.#isOutsideWalk = isOutsideWalk(roots, walked.unreadableFolders, manifest);
    this.#folder = path.dirname(manifest);
    if (forget) return;
    if (unreadable.length > 0) this.#isUnreadable = photoNameTest(unreadable);
    const empty = roots.filter((root) => walked.selected.get(root.path) === 0);
    this.#emptyRoots = empty.map((root) => root.path);
    const skipped = walked.skippedFolders.named.filter(({ group }) => group === MARKER_NAME);
    this.#filledFolders = skipped.map((folder) => folder.path);
  }

  /** Whether the record of a source that the walk has not found stays. To be called once for each. */
  stays(source: string): boolean {
    if (this.#isOutsideWalk(source) || this.#isUnreadable(source)) return true;
    const file = path.resolve(this.#folder, source);
    const emptyRoot =
      this.#emptyRoots.find((root) => isInside(root, file)) ??
      // Where several outputs lie in one tree, version 0.1 made thumbnails of thumbnails: these records go.
      (isThumbnailName(path.basename(file))
        ? undefined
        : this.#filledFolders.find((folder) => isInside(folder, file)));
    if (emptyRoot === undefined) return false;
    this.#rootsWithRecords.add(emptyRoot);
    this.#inEmptyRoots += 1;
    return true;
  }

  /** Records that stay only because nothing was selected under their root: a disk may be missing. */
  get inEmptyRoots(): number {
    return this.#inEmptyRoots;
  }

  /** Those roots, absolute paths, sorted, as they are shown. */
  get emptyRoots(): string[] {
    return [...this.#rootsWithRecords].sort().map(shown);
  }
}
