// Moves the thumbnails of a manifest to another layout: each is linked to its new path, then the manifest is rewritten, and then the old
// paths are removed. So at any moment the manifest names files that exist.

import { linkThumbnail, removeThumbnail } from '../files/thumbnails/thumbnail-folder.js';
import { ThumbnailSet, thumbnailFile } from '../files/thumbnails/thumbnail-name.js';
import type { Layout, ResolvedPlace } from '../options/options.js';
import { addNamedByOthers } from './folder-manifests.js';
import type { Placement } from './store.js';

export class LayoutPlacement implements Placement {
  readonly layout: Layout;
  readonly #place: ResolvedPlace;
  readonly #old = new Set<string>();

  /** @param place Real paths. The caller has locked both. */
  constructor(place: ResolvedPlace, layout: Layout) {
    this.#place = place;
    this.layout = layout;
  }

  /** @throws {ThumbsError} `OUTPUT` */
  place(file: string): string {
    const target = thumbnailFile(file, this.layout);
    if (target === file || this.#old.has(file)) return target;
    linkThumbnail(this.#place.out, file, target);
    this.#old.add(file);
    return target;
  }

  /** What other manifests of the folder name stays. @throws {ThumbsError} `OUTPUT` or `MANIFEST`. */
  removeOld(): void {
    const named = new ThumbnailSet();
    addNamedByOthers(named, this.#place);
    for (const file of this.#old) if (!named.has(file)) removeThumbnail(this.#place.out, file);
  }
}
