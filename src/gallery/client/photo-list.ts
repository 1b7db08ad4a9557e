// The lists of photos that a page shows: an album, the timeline, what a search has found. The shapes of all photos are known at once, the
// photos themselves as they are loaded.

import { dataOf, loadData } from './data.js';
import { CHUNK_PHOTOS, type ListHead, type PhotoEntry, type PictureEntry } from './format.js';

/** A picture file. */
export interface Picture {
  /** Its path in the gallery. */
  readonly file: string;
  readonly width: number;
  readonly height: number;
}

export interface Photo {
  readonly id: string;
  readonly name: string;
  /** `2024-05-01T12:30:05`, perhaps with an offset. */
  readonly takenAt: string | undefined;
  readonly small: Picture;
  readonly full: Picture;
  readonly larger: Picture | undefined;
  readonly placeholder: string | undefined;
  /** The path in the gallery of the photo itself. */
  readonly original: string | undefined;
  readonly album: { readonly slug: string; readonly title: string } | undefined;
}

export interface Section {
  /** `2024-05`, `2024`, or empty. */
  readonly title: string;
  readonly count: number;
}

export interface PhotoList {
  readonly count: number;
  readonly sections: readonly Section[];
  /** Width by height. */
  ratio(index: number): number;
  /** Undefined when it is not loaded. */
  photo(index: number): Photo | undefined;
  /** Loads the photo, and some around it. */
  load(index: number): Promise<void>;
  /** The key of the album that has the photo, where that is not the page's. */
  albumOf?(index: number): string | undefined;
}

/** A list with scripts of its own. */
export class StoredList implements PhotoList {
  readonly sections: readonly Section[];
  readonly key: string;
  readonly #version: string;
  readonly #ratios: readonly number[];
  readonly #photos = new Map<number, Photo>();

  constructor(key: string, version: string, ratios: readonly number[], sections: readonly Section[]) {
    this.key = key;
    this.#version = version;
    this.#ratios = ratios;
    this.sections = sections;
  }

  static async open(key: string, version: string): Promise<StoredList> {
    const { sections, ratios } = (await loadData(key, version)) as ListHead;
    const titled = sections.map(([title, count]) => ({ title, count }));
    return new StoredList(key, version, ratios, titled);
  }

  get count(): number {
    return this.#ratios.length;
  }

  ratio(index: number): number {
    return (this.#ratios[index] ?? 100) / 100;
  }

  photo(index: number): Photo | undefined {
    const known = this.#photos.get(index);
    if (known !== undefined) return known;
    const chunk = dataOf(this.#chunkOf(index)) as readonly PhotoEntry[] | undefined;
    const entry = chunk?.[index % CHUNK_PHOTOS];
    if (entry === undefined) return undefined;
    const photo = photoOf(entry);
    this.#photos.set(index, photo);
    return photo;
  }

  async load(index: number): Promise<void> {
    await loadData(this.#chunkOf(index), this.#version);
  }

  /**
   * The photo with this id, or -1; all scripts are loaded for one that the list does not have.
   * @param near Where it probably is.
   */
  async find(id: string, near: number): Promise<number> {
    const chunks = Math.ceil(this.count / CHUNK_PHOTOS);
    const first = Math.min(Math.floor(near / CHUNK_PHOTOS), chunks - 1);
    const order = Array.from({ length: chunks }, (_, chunk) => chunk);
    order.sort((a, b) => Math.abs(a - first) - Math.abs(b - first));
    for (const chunk of order) {
      const from = chunk * CHUNK_PHOTOS;
      await this.load(from);
      for (let index = from; index < Math.min(from + CHUNK_PHOTOS, this.count); index += 1)
        if (this.photo(index)?.id === id) return index;
    }
    return -1;
  }

  #chunkOf(index: number): string {
    return `${this.key}-${Math.floor(index / CHUNK_PHOTOS)}`;
  }
}

/** Photos of other lists. */
export class FoundList implements PhotoList {
  readonly #found: ReadonlyArray<{ readonly list: StoredList; readonly index: number }>;

  constructor(found: ReadonlyArray<{ readonly list: StoredList; readonly index: number }>) {
    this.#found = found;
  }

  get count(): number {
    return this.#found.length;
  }

  get sections(): readonly Section[] {
    return [{ title: '', count: this.count }];
  }

  ratio(index: number): number {
    const found = this.#found[index];
    return found?.list.ratio(found.index) ?? 1;
  }

  photo(index: number): Photo | undefined {
    const found = this.#found[index];
    return found?.list.photo(found.index);
  }

  async load(index: number): Promise<void> {
    const found = this.#found[index];
    await found?.list.load(found.index);
  }

  albumOf(index: number): string | undefined {
    return this.#found[index]?.list.key;
  }
}

function photoOf(entry: PhotoEntry): Photo {
  const [id, name, takenAt, small, full, larger, placeholder, original, slug, title] = entry;
  return {
    id,
    name,
    takenAt: takenAt || undefined,
    small: pictureOf(small),
    full: pictureOf(full || small),
    larger: larger ? pictureOf(larger) : undefined,
    placeholder: placeholder || undefined,
    original: original || undefined,
    album: slug === undefined ? undefined : { slug, title: title ?? '' },
  };
}

function pictureOf([file, width, height]: PictureEntry): Picture {
  return { file, width, height };
}
