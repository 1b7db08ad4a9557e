// The format of the pages' data, for those who write them (contents/data.ts) and for the script that reads them. No code but this may be
// common to both.

/** Photos in one script of data: some 40 kB. */
export const CHUNK_PHOTOS = 250;

/** Photos on one page of an album without the script: some 60 kB. */
export const PAGE_PHOTOS = 200;

export type PictureEntry = readonly [file: string, width: number, height: number];

/** A photo; what is 0 or left out at the end is not there. Files are paths in the gallery. */
export type PhotoEntry = readonly [
  id: string,
  name: string,
  takenAt: string | 0 | undefined,
  small: PictureEntry,
  /** 0 where it is the small one. */
  full?: PictureEntry | 0,
  larger?: PictureEntry | 0,
  /** ThumbHash, base64. */
  placeholder?: string | 0,
  original?: string | 0,
  /** Of the album, where the list is not the album's. */
  slug?: string,
  title?: string,
];

/** What is known of a list before its photos. */
export interface ListHead {
  /** Titles, `2024-05`, `2024` or empty, and how many photos they have. */
  readonly sections: ReadonlyArray<readonly [title: string, photos: number]>;
  /** Of each photo: its width by its height, in hundredths. */
  readonly ratios: readonly number[];
}

/** An album as it is searched: names and ratios are those of its photos, in their order. */
export type SearchedAlbum = readonly [
  slug: string,
  title: string,
  names: readonly string[],
  ratios: readonly number[],
  version: string,
];

export interface SearchScript {
  readonly albums: readonly SearchedAlbum[];
  /** Whether another script follows. */
  readonly more: boolean;
}
