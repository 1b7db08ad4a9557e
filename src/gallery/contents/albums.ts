// Folders as albums: a tree from the roots downwards. Nothing above a root is in it.

import { createHash } from 'node:crypto';
import path from 'node:path';
import { bytesOf, shown } from '../../path-bytes.js';
import { printable } from '../../printable.js';
import type { GalleryPhoto, Location, ThumbnailPicture } from './photos.js';
import type { Roots } from './roots.js';

export interface Album {
  /** The folder's name; empty for the gallery itself. Untrusted. */
  readonly title: string;
  /** Names the album's files: `italy-1f0c9a3b`; `index` for the gallery itself. */
  readonly slug: string;
  readonly parent: Album | undefined;
  readonly albums: readonly Album[];
  /** Those in the folder itself, in the order in which they are shown. */
  readonly photos: readonly GalleryPhoto[];
  /** Photos in it and in the albums below. */
  readonly count: number;
  /** The first and the last day of these photos, `2024-05-01`; undefined when none has a time. */
  readonly days: readonly [first: string, last: string] | undefined;
  readonly cover: ThumbnailPicture | undefined;
}

/** A photo with where it lies. */
export interface LocatedPhoto {
  readonly photo: GalleryPhoto;
  readonly location: Location;
}

/** An album while its photos are collected. */
interface AlbumDraft {
  readonly name: string;
  readonly slug: string;
  readonly albums: Map<string, AlbumDraft>;
  readonly photos: GalleryPhoto[];
}

/** The gallery itself, with all albums below. One root's photos are in it; several roots are albums in it. */
export function albumTree(roots: Roots, located: readonly LocatedPhoto[]): Album {
  const home: AlbumDraft = { name: '', slug: 'index', albums: new Map(), photos: [] };
  const slugs = new Set<string>();
  for (const { photo, location } of located) {
    const folders = path.posix
      .dirname(location.inner)
      .split('/')
      .filter((name) => name !== '.');
    const above = roots.all.length === 1 ? [] : [location.name];
    let album = home;
    const walked = [path.basename(location.root)];
    for (const name of [...above, ...folders]) {
      walked.push(name);
      album = album.albums.get(name) ?? newAlbum(album, name, slugOf(name, walked.join('/'), slugs));
    }
    album.photos.push(photo);
  }
  return finished(home, undefined);
}

function newAlbum(parent: AlbumDraft, name: string, slug: string): AlbumDraft {
  const album: AlbumDraft = { name, slug, albums: new Map(), photos: [] };
  parent.albums.set(name, album);
  return album;
}

/** Readable, safe in every file system and address, and another for each folder. @param used Is added to. */
function slugOf(name: string, at: string, used: Set<string>): string {
  const readable = shown(name)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  const digest = createHash('sha256').update(bytesOf(at)).digest('hex');
  // The first eight digits, unless another album has them.
  for (let first = 0; ; first += 1) {
    const slug = `${readable === '' ? 'album' : readable}-${digest.slice(first, first + 8)}`;
    if (used.has(slug)) continue;
    used.add(slug);
    return slug;
  }
}

/** Numbers in names by their values; the same order on every host. */
const collator = new Intl.Collator('en', { numeric: true });

function compareTexts(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : Number(a > b));
}

/** In the order in which they were taken, by the clock on the spot; those without a time behind them, by name. */
export function comparePhotos(a: GalleryPhoto, b: GalleryPhoto): number {
  const [one, other] = [localTime(a), localTime(b)];
  if (one === other) return compareTexts(a.name, b.name) || (a.id < b.id ? -1 : 1);
  if (one === undefined || other === undefined) return one === undefined ? 1 : -1;
  return one < other ? -1 : 1;
}

/** `2024-05-01T12:30:05`: without the zone, as the clock on the spot showed it. */
export function localTime({ takenAt }: Pick<GalleryPhoto, 'takenAt'>): string | undefined {
  return takenAt?.slice(0, 19);
}

function finished(draft: AlbumDraft, parent: Album | undefined): Album {
  const albums: Album[] = [];
  const photos = draft.photos.sort(comparePhotos);
  const album = { title: printable(shown(draft.name)), slug: draft.slug, parent, albums, photos };
  const children = [...draft.albums.values()].sort((a, b) => compareTexts(a.name, b.name));
  const whole: Album = Object.assign(album, { count: 0, days: undefined, cover: undefined });
  for (const child of children) albums.push(finished(child, whole));
  return Object.assign(whole, {
    count: photos.length + albums.reduce((sum, { count }) => sum + count, 0),
    days: daysOf(photos, albums),
    cover: coverOf(photos) ?? albums.find(({ cover }) => cover !== undefined)?.cover,
  });
}

function daysOf(photos: readonly GalleryPhoto[], albums: readonly Album[]): Album['days'] {
  const own = photos.flatMap((photo) => localTime(photo)?.slice(0, 10) ?? []);
  const days = [...own, ...albums.flatMap(({ days: inner }) => inner ?? [])].sort();
  const [first] = days;
  const last = days.at(-1);
  return first === undefined || last === undefined ? undefined : [first, last];
}

/** What the names of files say that are meant for it. */
const COVER_NAME = /^(?:cover|folder)\.[^.]+$/i;

/** The file that is called so, or the first that is about as wide as a card. */
function coverOf(photos: readonly GalleryPhoto[]): ThumbnailPicture | undefined {
  const isWide = ({ small: { width, height } }: GalleryPhoto) => width > 1.1 * height && width < 2 * height;
  const photo = photos.find(({ name }) => COVER_NAME.test(name)) ?? photos.find(isWide) ?? photos[0];
  if (photo === undefined) return undefined;
  return photo.larger !== undefined && photo.larger.width <= 800 ? photo.larger : photo.small;
}

/** The album and all below it. */
export function* allAlbums(album: Album): Generator<Album> {
  yield album;
  for (const child of album.albums) yield* allAlbums(child);
}
