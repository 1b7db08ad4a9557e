// Which thumbnails a photo has, by the manifest.

import path from 'node:path';
import { expectedError } from '../errors.js';
import { realPathSync, realPlace } from '../files/real-path.js';
import { type DoneRecord, reasonOf, type ThumbnailEntry } from '../manifest/record.js';
import { RecordIndex } from '../manifest/record-index.js';
import { sourceName } from '../manifest/source-names.js';
import { checkString, checkStrings, refuseUnknown } from '../options/checks.js';
import type { PlaceOptions, ResolvedPlace } from '../options/options.js';
import { resolvePlace } from '../options/resolve.js';
import { shown } from '../path-bytes.js';

/** The options of {@link findThumbnails}. */
export interface FindOptions extends PlaceOptions {
  /** The name of a variant: no other is found. @default all */
  readonly variant?: string;
}

/** A thumbnail of a photo. */
export interface FoundThumbnail
  extends Pick<
    ThumbnailEntry,
    'variant' | 'width' | 'height' | 'bytes' | 'from' | 'fromWidth' | 'fromHeight'
  > {
  /** Absolute path. */
  readonly path: string;
}

/** A photo that was asked for. */
export interface FoundEvent {
  readonly type: 'found';
  /** As it was asked for. */
  readonly photo: string;
  /** The photo's name in the manifest; each byte that is not UTF-8 is U+FFFD. */
  readonly source: string;
  readonly thumbnails: readonly FoundThumbnail[];
}

/** A photo that was asked for and has no thumbnail. */
export interface NotFoundEvent {
  readonly type: 'not-found';
  /** As it was asked for. */
  readonly photo: string;
  /** Why, on one line. */
  readonly reason: string;
}

/**
 * The thumbnails of photos, each by its path, by its path as the manifest has it, or by its file name alone where only one photo has it.
 * It opens neither photo nor thumbnail.
 * @throws {ThumbsError} `OPTION`, or `MANIFEST`: there is none, or it is not a manifest.
 */
export function* findThumbnails(
  photos: readonly string[],
  options: FindOptions = {},
): Generator<FoundEvent | NotFoundEvent> {
  refuseUnknown(options, ['out', 'manifest', 'variant'] satisfies Array<keyof FindOptions>);
  const names = checkStrings('photos', photos);
  if (names.length === 0) throw expectedError('photos', 'to name at least one photo', names);
  const variant = options.variant === undefined ? undefined : checkString('variant', options.variant);
  const place = realPlace(resolvePlace(options));
  const records = RecordIndex.openExisting(place.manifest);
  try {
    const finder = new Finder(place, records, variant);
    for (const photo of names) yield finder.find(photo);
  } finally {
    records.close();
  }
}

class Finder {
  readonly #place: ResolvedPlace;
  readonly #records: RecordIndex;
  readonly #variant: string | undefined;
  /** Sources by file name, for the first photo that is not found by its path. */
  #byName: Map<string, string[]> | undefined;

  constructor(place: ResolvedPlace, records: RecordIndex, variant: string | undefined) {
    this.#place = place;
    this.#records = records;
    this.#variant = variant;
  }

  find(photo: string): FoundEvent | NotFoundEvent {
    const found = this.#sourceOf(photo);
    if (typeof found !== 'string') return notFound(photo, found.reason);
    const record = this.#records.find(found);
    if (record === undefined) return notFound(photo, 'it is not in the manifest');
    if (record.status === 'failed') return notFound(photo, `it failed: ${reasonOf(record)}`);
    const thumbnails = this.#thumbnailsOf(record);
    if (thumbnails.length === 0) {
      const names = record.thumbnails.map(({ variant }) => variant).join(', ');
      return notFound(photo, `it has no variant ${this.#variant}, only ${names}`);
    }
    return { type: 'found', photo, source: shown(record.source), thumbnails };
  }

  #thumbnailsOf(record: DoneRecord): FoundThumbnail[] {
    return record.thumbnails
      .filter(({ variant }) => this.#variant === undefined || variant === this.#variant)
      .map(({ file, digest: _, decoder: __, ...facts }) => ({
        path: path.join(this.#place.out, file),
        ...facts,
      }));
  }

  /** The source that a photo is; why there is none. */
  #sourceOf(photo: string): string | { readonly reason: string } {
    const { manifest } = this.#place;
    const file = path.resolve(photo);
    // Whatever links lead to it, and as the manifest has it.
    const names = [
      sourceName(manifest, file),
      sourceName(manifest, withoutLinks(file)),
      path.posix.normalize(photo),
    ];
    const source = names.find((name) => this.#records.positions.rowOf(name) !== undefined);
    if (source !== undefined) return source;
    if (path.basename(photo) !== photo) return { reason: 'it is not in the manifest' };
    const [only, ...others] = this.#namesOf(photo);
    if (only === undefined) return { reason: 'it is not in the manifest' };
    if (others.length === 0) return only;
    return {
      reason: `${others.length + 1} photos have this name: ${[only, ...others].slice(0, 5).map(shown).join(', ')}`,
    };
  }

  /** The sources of this file name. */
  #namesOf(name: string): readonly string[] {
    if (this.#byName === undefined) {
      this.#byName = new Map();
      for (const [source] of this.#records.positions.sources()) {
        const base = path.posix.basename(source);
        const sources = this.#byName.get(base);
        if (sources === undefined) this.#byName.set(base, [source]);
        else sources.push(source);
      }
    }
    return this.#byName.get(name) ?? [];
  }
}

/** The path without symbolic links; the same where there is no such file. */
function withoutLinks(file: string): string {
  try {
    return realPathSync(file);
  } catch {
    return file; // Its record may still say which thumbnails it had.
  }
}

function notFound(photo: string, reason: string): NotFoundEvent {
  return { type: 'not-found', photo, reason };
}
