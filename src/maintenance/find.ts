// Which thumbnails a photo has, by the manifest.

import fs from 'node:fs';
import path from 'node:path';
import { expectedError, systemCode } from '../errors.js';
import { realPathSync, realPlace } from '../files/real-path.js';
import { type DoneRecord, reasonOf, type ThumbnailEntry } from '../manifest/record.js';
import { RecordIndex } from '../manifest/record-index.js';
import { sourceName } from '../manifest/source-names.js';
import { checkString, checkStrings, refuseUnknown } from '../options/checks.js';
import type { PlaceOptions, ResolvedPlace } from '../options/options.js';
import { resolvePlace } from '../options/resolve.js';
import { bytesOf, shown, systemPath } from '../path-bytes.js';
import { printable } from '../printable.js';

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

/** A photo as it was asked for. */
interface AskedPhoto {
  /** Each byte that is not UTF-8 is U+FFFD. */
  readonly photo: string;
  /** Its bytes; only if they are not UTF-8. */
  readonly photoBase64?: string;
}

/** A photo that has thumbnails. */
export interface FoundEvent extends AskedPhoto {
  readonly type: 'found';
  /** The photo's name in the manifest; each byte that is not UTF-8 is U+FFFD. */
  readonly source: string;
  readonly thumbnails: readonly FoundThumbnail[];
}

/** A photo that was asked for and has no thumbnail. */
export interface NotFoundEvent extends AskedPhoto {
  readonly type: 'not-found';
  /** Why, on one line. */
  readonly reason: string;
}

/**
 * The thumbnails of photos, each by its path, by its path as the manifest has it, or by its file name alone where only one photo has it.
 * It opens neither photo nor thumbnail.
 * @throws {ThumbsError} `OPTION`, at once. While iterating: `MANIFEST` (there is none, or it is not a manifest) or `OUTPUT`.
 */
export function findThumbnails(
  photos: readonly string[],
  options: FindOptions = {},
): Generator<FoundEvent | NotFoundEvent> {
  refuseUnknown(options, ['out', 'manifest', 'variant'] satisfies Array<keyof FindOptions>);
  const names = checkStrings('photos', photos);
  if (names.length === 0) throw expectedError('photos', 'to name at least one photo', names);
  const variant = options.variant === undefined ? undefined : checkString('variant', options.variant);
  return find(names, resolvePlace(options), variant);
}

function* find(
  photos: readonly string[],
  resolved: ResolvedPlace,
  variant: string | undefined,
): Generator<FoundEvent | NotFoundEvent> {
  const place = realPlace(resolved);
  const records = RecordIndex.openExisting(place.manifest);
  try {
    const finder = new Finder(place, records, variant);
    for (const photo of photos) yield finder.find(photo);
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
    return { type: 'found', ...asked(photo), source: shown(record.source), thumbnails };
  }

  #thumbnailsOf(record: DoneRecord): FoundThumbnail[] {
    return record.thumbnails
      .filter(({ variant }) => this.#variant === undefined || variant === this.#variant)
      .map(({ variant, file, width, height, bytes, from, fromWidth, fromHeight }) => {
        const picture = {
          ...(from === undefined ? {} : { from }),
          ...(fromWidth === undefined ? {} : { fromWidth }),
          ...(fromHeight === undefined ? {} : { fromHeight }),
        };
        return {
          variant,
          width,
          height,
          bytes,
          ...picture,
          path: path.join(this.#place.out, file),
        };
      });
  }

  /** The source that a photo is; why there is none. */
  #sourceOf(photo: string): string | { readonly reason: string } {
    const { manifest } = this.#place;
    const file = absolutePath(photo);
    // Whatever links lead to it, and as the manifest has it.
    const paths = file === undefined ? [] : [file, withoutLinks(file)];
    const names = [...paths.map((each) => sourceName(manifest, each)), path.posix.normalize(photo)];
    const source = names.find((name) => this.#records.positions.rowOf(name) !== undefined);
    if (source !== undefined) return source;
    // A file that is there is meant, and not another one of its name.
    const isMeant = file !== undefined && fs.existsSync(systemPath(file));
    if (isMeant || path.basename(photo) !== photo) return { reason: 'it is not in the manifest' };
    const found = this.#namesOf(photo);
    const [only] = found;
    if (only === undefined) return { reason: 'it is not in the manifest' };
    if (found.length === 1) return only;
    const more = found.length > MOST_NAMED ? `, and ${found.length - MOST_NAMED} more` : '';
    const named = found.slice(0, MOST_NAMED).map((name) => printable(shown(name)));
    return { reason: `${found.length} photos have this name: ${named.join(', ')}${more}` };
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

/** Photos of one name that are named. */
const MOST_NAMED = 5;

/** Undefined for a relative path in a working folder that does not exist any more. */
function absolutePath(photo: string): string | undefined {
  try {
    return path.resolve(photo);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
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

function asked(photo: string): AskedPhoto {
  if (photo.isWellFormed()) return { photo };
  return { photo: shown(photo), photoBase64: bytesOf(photo).toString('base64') };
}

function notFound(photo: string, reason: string): NotFoundEvent {
  return { type: 'not-found', ...asked(photo), reason };
}
