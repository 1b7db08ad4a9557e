// Reads from the manifest what the gallery shows.

import { rootsOf } from '../../manifest/folder-manifests.js';
import { RecordIndex } from '../../manifest/record-index.js';
import { sortNames, sourcePath } from '../../manifest/source-names.js';
import type { ResolvedPlace } from '../../options/options.js';
import type { LocatedPhoto } from './albums.js';
import { type FailedPhoto, failedPhoto, galleryPhoto, idOf, type Location } from './photos.js';
import { Roots } from './roots.js';

export interface Collected {
  readonly roots: Roots;
  readonly photos: readonly LocatedPhoto[];
  readonly failed: readonly FailedPhoto[];
  /** Names of the variants that the photos have. */
  readonly variants: readonly string[];
}

/**
 * What the manifest has now; a run may be writing to it.
 * @param place Without symbolic links.
 * @throws {ThumbsError} `MANIFEST`: there is none, or it is not a manifest. `OUTPUT`: the output folder's marker cannot be read.
 */
export function collectPhotos(place: ResolvedPlace, withOriginals: boolean): Collected {
  const fileOf = (name: string) => sourcePath(place.manifest, name);
  const known = rootsOf(place).map(fileOf);
  const records = RecordIndex.openExisting(place.manifest);
  try {
    // Sorted: while a run works, the records are in another order.
    const names = sortNames([...records.positions.sources()].map(([source]) => source));
    const roots = new Roots(known, names.map(fileOf));
    const ids = new Ids();
    const photos: LocatedPhoto[] = [];
    const failed: FailedPhoto[] = [];
    const variants = new Set<string>();
    for (const name of names) {
      const record = records.find(name);
      if (record === undefined) continue;
      const location = roots.locate(fileOf(name));
      if (record.status === 'failed') {
        failed.push(failedPhoto(record, location));
        continue;
      }
      for (const { variant } of record.thumbnails) variants.add(variant);
      photos.push({ photo: galleryPhoto(record, location, ids.of(location), withOriginals), location });
    }
    failed.sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
    return { roots, photos, failed, variants: [...variants].sort() };
  } finally {
    records.close();
  }
}

/** Ids, each once. */
class Ids {
  readonly #used = new Set<string>();

  of(location: Location): string {
    for (let attempt = 0; ; attempt += 1) {
      const id = idOf(location, attempt);
      if (this.#used.has(id)) continue;
      this.#used.add(id);
      return id;
    }
  }
}
