// Moves the thumbnails of a manifest to another layout: each is linked to its new path, then the manifest is rewritten, and then the old
// paths are removed. So at any moment the manifest names files that exist.

import path from 'node:path';
import { linkThumbnail, removeOutput } from '../files/thumbnails/thumbnail-folder.js';
import { ThumbnailSet, thumbnailFile } from '../files/thumbnails/thumbnail-name.js';
import type { Layout, ResolvedPlace } from '../options/options.js';
import { addNamedByOthers } from './folder-manifests.js';
import type { Placement } from './rewriting.js';

export class LayoutPlacement implements Placement {
  readonly layout: Layout;
  readonly #place: ResolvedPlace;
  readonly #requireLocks: () => void;
  readonly #old = new Set<string>();

  /**
   * @param place Real paths. The caller has locked both.
   * @param requireLocks Called before each change; it throws when another run has taken over a lock.
   */
  constructor(place: ResolvedPlace, layout: Layout, requireLocks: () => void) {
    this.#place = place;
    this.layout = layout;
    this.#requireLocks = requireLocks;
  }

  /** @throws {ThumbsError} `OUTPUT` or `LOCKED`. */
  place(file: string): string {
    const target = thumbnailFile(file, this.layout);
    if (target === file || this.#old.has(file)) return target;
    this.#requireLocks();
    linkThumbnail(this.#place.out, file, target);
    this.#old.add(file);
    return target;
  }

  /**
   * What other manifests of the folder name stays; everything, where one of them is missing: `prune` says so, and removes what is not needed.
   * @throws {ThumbsError} `OUTPUT`, `MANIFEST` or `LOCKED`.
   */
  removeOld(): void {
    const named = new ThumbnailSet();
    if (addNamedByOthers(named, this.#place).length > 0) return;
    for (const file of this.#old) {
      this.#requireLocks();
      if (!named.has(file)) removeOutput(this.#place.out, path.join(this.#place.out, file));
    }
  }
}
