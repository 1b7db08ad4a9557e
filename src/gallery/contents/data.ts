// What the pages' script reads: data as classic scripts, because pages that are opened from a disk may load nothing else.
//
//     data/italy-1f0c9a3b.js            thumbsData("italy-1f0c9a3b",{"sections":[["",2]],"ratios":[150,67]})
//     data/italy-1f0c9a3b-0.js          thumbsData("italy-1f0c9a3b-0",[["1f0c9a3b5d7e","IMG_1.jpg",...],...])
//
// The first says of every photo how wide it is by its height, in hundredths: so the rows are known before the photos are. The others have
// some hundred photos each, and are loaded as they come into sight.

import { createHash } from 'node:crypto';
import { jsonLine } from '../../printable.js';
import {
  CHUNK_PHOTOS,
  type ListHead,
  type PictureEntry,
  type SearchedAlbum,
  type SearchScript,
} from '../client/format.js';
import { type Album, allAlbums, comparePhotos, localTime } from './albums.js';
import type { GalleryPhoto, Picture } from './photos.js';

/** Photos in one script of names: a megabyte. */
const CHUNK_NAMES = 20_000;

/** A script, and what it has. */
export interface DataFile {
  readonly file: string;
  readonly text: string;
}

/** The scripts of a list of photos. */
export interface ListData {
  readonly files: readonly DataFile[];
  /** 8 hex digits that differ when any of the files does. */
  readonly version: string;
}

/** How wide a photo is by its height in hundredths, within what a row can show. */
export function ratioOf({ small: { width, height } }: GalleryPhoto): number {
  return Math.min(Math.max(Math.round((100 * width) / height), 30), 400);
}

/** The scripts of an album's own photos. */
export function albumData({ slug, photos }: Album): ListData {
  return listData(slug, photos, [['', photos.length]], () => undefined);
}

/** A photo of the timeline, and its album. */
interface TimelinePhoto {
  readonly photo: GalleryPhoto;
  readonly album: Album;
}

/** `2024` and `2024-05`. */
const [YEAR_DIGITS, MONTH_DIGITS] = [4, 7];

/** Photos of a month, on average: with fewer a timeline would be all headings, and has years. */
const MONTH_PHOTOS = 8;

/** The scripts of all photos, the latest first, in sections by month or year; those without a time at the end. */
export function timelineData(home: Album): ListData {
  const all: TimelinePhoto[] = [];
  for (const album of allAlbums(home)) for (const photo of album.photos) all.push({ photo, album });
  all.sort(
    (a, b) =>
      Number(localTime(a.photo) === undefined) - Number(localTime(b.photo) === undefined) ||
      comparePhotos(b.photo, a.photo),
  );
  const months = new Set(all.map(({ photo }) => localTime(photo)?.slice(0, MONTH_DIGITS)));
  const digits = all.length < MONTH_PHOTOS * months.size ? YEAR_DIGITS : MONTH_DIGITS;
  const sections: Array<[period: string, photos: number]> = [];
  for (const { photo } of all) {
    const period = localTime(photo)?.slice(0, digits) ?? '';
    const last = sections.at(-1);
    if (last?.[0] === period) last[1] += 1;
    else sections.push([period, 1]);
  }
  const albumOf = new Map(all.map(({ photo, album }) => [photo, album]));
  const photos = all.map(({ photo }) => photo);
  return listData('timeline', photos, sections, (photo) => albumOf.get(photo));
}

/**
 * The scripts by which photos are searched.
 * @param titleOf Of an album, with those that it lies in.
 * @param versionOf Of the album's {@link ListData}.
 */
export function searchData(
  home: Album,
  titleOf: (album: Album) => string,
  versionOf: (album: Album) => string,
): DataFile[] {
  const groups: SearchedAlbum[][] = [[]];
  let names = 0;
  for (const album of allAlbums(home)) {
    if (names > CHUNK_NAMES) {
      groups.push([]);
      names = 0;
    }
    const { slug, photos } = album;
    const photoNames = photos.map(({ name }) => name);
    groups.at(-1)?.push([slug, titleOf(album), photoNames, photos.map(ratioOf), versionOf(album)]);
    names += photos.length;
  }
  return groups.map((albums, index) => {
    const found: SearchScript = { albums, more: index + 1 < groups.length };
    return script(searchKey(index), found);
  });
}

function searchKey(index: number): string {
  return index === 0 ? 'search' : `search-${index}`;
}

function listData(
  key: string,
  photos: readonly GalleryPhoto[],
  sections: ReadonlyArray<readonly [string, number]>,
  albumOf: (photo: GalleryPhoto) => Album | undefined,
): ListData {
  const chunks: DataFile[] = [];
  for (let first = 0; first < photos.length; first += CHUNK_PHOTOS) {
    const part = photos.slice(first, first + CHUNK_PHOTOS);
    chunks.push(
      script(
        `${key}-${chunks.length}`,
        part.map((photo) => entry(photo, albumOf(photo))),
      ),
    );
  }
  const head: ListHead = { sections, ratios: photos.map(ratioOf) };
  const files = [script(key, head), ...chunks];
  const hash = createHash('sha256');
  for (const { text } of files) hash.update(text);
  return { files, version: hash.digest('hex').slice(0, 8) };
}

/** A `PhotoEntry`. */
function entry(photo: GalleryPhoto, album: Album | undefined): unknown[] {
  const { id, name, takenAt = 0, small, larger, placeholder = 0 } = photo;
  const full = shownInFull(photo);
  const values = [
    ...[id, name, takenAt],
    picture(small),
    full.file === small.file ? 0 : picture(full),
    larger === undefined ? 0 : picture(larger),
    placeholder,
    photo.original?.file ?? 0,
    ...(album === undefined ? [] : [album.slug, album.title]),
  ];
  while (values.at(-1) === 0) values.pop();
  return values;
}

/** What the full view shows. */
export function shownInFull({ full, original, sourceWidth, sourceHeight }: GalleryPhoto): Picture {
  if (original?.isShown !== true) return full;
  return { file: original.file, width: sourceWidth, height: sourceHeight };
}

function picture({ file, width, height }: Picture): PictureEntry {
  return [file, width, height];
}

/** `<` is escaped, so that the text could stand in a page, too. */
function script(key: string, value: unknown): DataFile {
  const json = jsonLine(value).replaceAll('<', '\\u003c');
  return { file: `data/${key}.js`, text: `thumbsData(${JSON.stringify(key)},${json})\n` };
}
