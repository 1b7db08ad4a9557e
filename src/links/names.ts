// How sources become names in a tree of links. The same sources always give the same names, on whatever host, in whatever order.
//
//     photos/2024/IMG_1.jpg     2024/IMG_1.jpg.webp, 2024/IMG_1.jpg.screen.webp
//     photos/2024/img_1.jpg     2024/img_1~5d41c8.jpg.webp, ...
//
// Names that a file system may take for one are kept apart, because the tree may be copied to another file system.

import { foldedName, MAX_NAME_BYTES, marked, portable } from './portable.js';

/** A photo that is to be named. */
export interface NamedPhoto {
  /** Its folders below the common one, and its own name. */
  readonly path: readonly string[];
  /** What its links add to its name, one each: `.webp`, `.screen.webp`. A photo without thumbnails has none, and keeps its name. */
  readonly suffixes: readonly string[];
}

/** A folder of the sources. */
class Folder<Photo> {
  readonly folders = new Map<string, Folder<Photo>>();
  readonly photos = new Map<string, Photo>();

  folder(name: string): Folder<Photo> {
    let folder = this.folders.get(name);
    if (folder === undefined) {
      folder = new Folder();
      this.folders.set(name, folder);
    }
    return folder;
  }
}

/** Names that the program has for itself in the tree's own folder: `.thumbs.json`, `.thumbs-files.jsonl`, locks and temporary files. */
const OWN_NAME = /^\.thumbs/i;

/** Each photo with its path in the tree, to which its suffixes are added. */
export function* namesOf<Photo extends NamedPhoto>(
  photos: Iterable<Photo>,
): Generator<[photo: Photo, file: string]> {
  const root = new Folder<Photo>();
  for (const photo of photos) {
    const folder = photo.path.slice(0, -1).reduce((inner, name) => inner.folder(name), root);
    folder.photos.set(photo.path.at(-1) ?? '', photo);
  }
  yield* namesIn(root, '');
}

function* namesIn<Photo extends NamedPhoto>(
  { folders, photos }: Folder<Photo>,
  prefix: string,
): Generator<[photo: Photo, file: string]> {
  const names = new Names();
  const portableName = (raw: string) => {
    const name = portable(raw);
    return prefix === '' && OWN_NAME.test(name) ? `_${name}` : name;
  };
  const entries = [
    ...inOrder(folders, portableName).map(({ value, ...name }) => ({
      ...name,
      folder: value,
      suffixes: undefined,
    })),
    ...inOrder(photos, portableName).map(({ value, ...name }) => ({
      ...name,
      photo: value,
      suffixes: value.suffixes,
    })),
  ];
  // A name with a mark is looked for when every name without one is taken.
  const named = entries.map((entry) => ({ entry, name: names.take(entry) }));
  for (const { entry, name } of named) {
    const file = prefix + (name ?? names.takeMarked(entry));
    if ('folder' in entry) yield* namesIn(entry.folder, `${file}/`);
    else yield [entry.photo, file];
  }
}

/** Entries by name; those whose name must be changed come last, so that they take no other's name. */
function inOrder<Value>(
  entries: ReadonlyMap<string, Value>,
  portableName: (raw: string) => string,
): Array<{ readonly raw: string; readonly portable: string; readonly value: Value }> {
  const named = [...entries].map(([raw, value]) => ({ raw, portable: portableName(raw), value }));
  const isChanged = (entry: (typeof named)[number]) => Number(entry.portable !== entry.raw);
  return named.sort((a, b) => isChanged(a) - isChanged(b) || (a.raw < b.raw ? -1 : 1));
}

interface Unnamed {
  /** As the source has it. */
  readonly raw: string;
  readonly portable: string;
  /** Those of a photo; undefined for a folder. */
  readonly suffixes: readonly string[] | undefined;
}

/** Hex digits of a mark. */
const MARK_DIGITS = 6;
const MAX_MARK_DIGITS = 64;

/** The names of one folder of the tree. */
class Names {
  /** Names of files and folders, folded. */
  readonly #taken = new Set<string>();
  /** Photos' names without suffixes, folded: photos that have no variant in common are kept apart, too. */
  readonly #photos = new Set<string>();

  /** The entry's name without a mark; undefined where that is not free. One that is too long always has a mark. */
  take(entry: Unnamed): string | undefined {
    if (Buffer.byteLength(entry.portable) > maxBytes(entry)) return this.takeMarked(entry);
    return this.#claim(entry.portable, entry) ? entry.portable : undefined;
  }

  takeMarked(entry: Unnamed): string {
    const { raw, suffixes } = entry;
    for (let digits = MARK_DIGITS; digits <= MAX_MARK_DIGITS; digits += 1) {
      const how = { raw, digits, hasExtension: suffixes !== undefined, maxBytes: maxBytes(entry) };
      const name = marked(entry.portable, how);
      if (this.#claim(name, entry)) return name;
    }
    throw new RangeError(`Expected a free name for ${raw}`);
  }

  #claim(name: string, { suffixes }: Unnamed): boolean {
    const folded = foldedName(name);
    const files = suffixes === undefined ? [folded] : suffixes.map((suffix) => folded + suffix);
    if (suffixes !== undefined && this.#photos.has(folded)) return false;
    if (files.some((file) => this.#taken.has(file))) return false;
    for (const file of files) this.#taken.add(file);
    if (suffixes !== undefined) this.#photos.add(folded);
    return true;
  }
}

/** Bytes of a name, so that each of its files has no more than a file system takes. */
function maxBytes({ suffixes = [] }: Unnamed): number {
  return MAX_NAME_BYTES - Math.max(0, ...suffixes.map((suffix) => suffix.length));
}
