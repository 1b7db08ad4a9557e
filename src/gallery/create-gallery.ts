// Makes a static gallery from a manifest, and brings it up to date: pages, data for their script, and copies of the pictures.
//
//     gallery/index.html                       the photos' folder: its albums, and its own photos
//     gallery/albums/italy-1f0c9a3b.html       a folder in it
//     gallery/timeline.html                    all photos by time
//     gallery/data/italy-1f0c9a3b-0.js         what the script shows
//     gallery/pictures/58/91b5b522d5df08.webp  a thumbnail
//     gallery/assets/                          script and styles
//     gallery/.thumbs.json                     the marker; the list of the files is beside it

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { isSystemError, systemCode } from '../errors.js';
import { type FilledFigures, FilledFolder } from '../files/filled/filled-folder.js';
import { filledPlace, type OtherPlaces, requireFreePlace } from '../files/filled/place.js';
import { realPlace } from '../files/real-path.js';
import type { ResolvedPlace } from '../options/options.js';
import { packageFile } from '../package-file.js';
import { systemPath } from '../path-bytes.js';
import { printable } from '../printable.js';
import { finishInTurns, type Steps } from '../steps.js';
import { type Album, albumTree, allAlbums, type LocatedPhoto, type Roots } from './contents/albums.js';
import { collectPhotos } from './contents/collect.js';
import { albumData, type DataFile, searchData, shownInFull, timelineData } from './contents/data.js';
import type { GalleryPhoto, Original, ThumbnailPicture } from './contents/photos.js';
import { albumPages, ratioStyles } from './pages/album-page.js';
import { type Page, pageText, type Site } from './pages/frame.js';
import { failedPage, timelinePage } from './pages/other-pages.js';
import {
  changedSettings,
  type GalleryChanges,
  type GalleryOptions,
  type GallerySettings,
  rememberedSettings,
  resolveGallery,
} from './settings.js';

/** What a gallery has, and what was done. */
export interface GallerySummary extends FilledFigures {
  readonly type: 'gallery';
  /** Absolute path. */
  readonly folder: string;
  readonly photos: number;
  /** Albums, without the gallery itself. */
  readonly albums: number;
  /** Photos that are not in it, because a thumbnail of theirs is missing. */
  readonly missing: number;
  /** Pixels of the longer side that half of the photos have at most in the full view; 0 without photos. */
  readonly fullView: number;
  /** Photos that are larger than their full view, and that is under 1000 pixels. */
  readonly withoutFullView: number;
  /** Names of the variants that the photos have. */
  readonly variants: readonly string[];
  /** With `originals`: how many were copied, or were there; and how many were not, because the photo is missing or has changed. */
  readonly originals?: { readonly copied: number; readonly notCopied: number };
}

/**
 * Makes a gallery, or brings it up to date: only what changed is written, and what left the manifest leaves the gallery. It reads the
 * manifest as it is, also while a run writes to it.
 * @returns Undefined when `signal` was aborted first.
 * @throws {ThumbsError} `OPTION`; `MANIFEST` (there is none, or it is not a manifest), `OUTPUT` or `LOCKED`.
 */
export async function createGallery(options: GalleryOptions = {}): Promise<GallerySummary | undefined> {
  const { place, folder, changes, signal } = resolveGallery(options);
  return fillGallery({ place: realPlace(place), folder, changes, signal });
}

/** A gallery that is to be brought up to date. */
export interface GalleryTask {
  /** Without symbolic links. */
  readonly place: ResolvedPlace;
  /** Absolute path. */
  readonly folder: string;
  readonly changes?: GalleryChanges;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Checks that a run may fill this folder with its gallery, before it begins; nothing is written.
 * @throws {ThumbsError} `OPTION` or `OUTPUT`.
 */
export function checkGallery(folder: string, others: OtherPlaces): void {
  requireFreePlace('gallery', folder, others);
}

/** {@link createGallery} with checked options. */
export async function fillGallery(task: GalleryTask): Promise<GallerySummary | undefined> {
  requireFreePlace('gallery', task.folder, task.place);
  const folder = FilledFolder.open(filledPlace('gallery', task.folder, task.place.manifest));
  try {
    return await finishInTurns(fill(folder, task), task.signal);
  } finally {
    folder.close();
  }
}

/** Photos that are done between two turns of the event loop. */
const PHOTOS_A_STEP = 50;

function* fill(folder: FilledFolder, { place, changes = {} }: GalleryTask): Steps<GallerySummary> {
  const before = rememberedSettings(folder.settings);
  const css = putStyles(folder, before, changes);
  const settings = changedSettings(before, changes, css);
  const collected = collectPhotos(place, settings.originals === true);
  yield;
  const pictures = new Pictures(folder, place);
  const shown: LocatedPhoto[] = [];
  for (const [index, { photo, location }] of collected.photos.entries()) {
    const found = pictures.put(photo);
    if (found !== undefined) shown.push({ photo: found, location });
    if (index % PHOTOS_A_STEP === 0) yield;
  }
  const home = albumTree(collected.roots, shown);
  const site: Site = {
    title: settings.title ?? defaultTitle(collected.roots),
    assets: putAssets(folder, rowHeight(shown), css),
    hasTimeline: shown.length > 0,
    hasFailedPage: settings.failedPage === true,
  };
  yield* putAlbums(folder, site, home);
  if (site.hasFailedPage) putPage(folder, site, failedPage(collected.failed));
  const figures = yield* folder.finish({ ...settings });
  return {
    type: 'gallery',
    folder: folder.folder,
    photos: shown.length,
    albums: [...allAlbums(home)].length - 1,
    missing: collected.photos.length - shown.length,
    fullView: medianOf(shown.map(({ photo: { full } }) => Math.max(full.width, full.height))),
    withoutFullView: shown.filter(({ photo }) => lacksFullView(photo)).length,
    variants: collected.variants,
    ...(settings.originals === true ? { originals: pictures.originals } : {}),
    ...figures,
  };
}

/** Pixels of the longer side under which a picture is no full view. */
const FULL_VIEW = 1000;

function lacksFullView(photo: GalleryPhoto): boolean {
  const { width, height } = shownInFull(photo);
  const shown = Math.max(width, height);
  return shown < FULL_VIEW && shown < Math.max(photo.sourceWidth, photo.sourceHeight);
}

function* putAlbums(folder: FilledFolder, site: Site, home: Album): Steps<void> {
  const versions = new Map<Album, string>();
  for (const album of allAlbums(home)) {
    const { files, version } = albumData(album);
    versions.set(album, version);
    if (album.photos.length > 0) putData(folder, files);
    for (const page of albumPages(album, version, site.title)) putPage(folder, site, page);
    yield;
  }
  if (!site.hasTimeline) return;
  const timeline = timelineData(home);
  putData(folder, timeline.files);
  putPage(folder, site, timelinePage(timeline.version));
  yield;
  putData(
    folder,
    searchData(home, titleOf, (album) => versions.get(album) ?? ''),
  );
}

/** The album's title behind those that it lies in. */
function titleOf(album: Album): string {
  if (album.parent === undefined) return '';
  const above = titleOf(album.parent);
  return above === '' ? album.title : `${above} / ${album.title}`;
}

/** The folder that all photos are in; of several roots none has them all. */
function defaultTitle({ all }: Roots): string {
  const [only = ''] = all;
  return printable(all.length === 1 ? path.basename(only).toWellFormed() : '') || 'Photos';
}

function putPage(folder: FilledFolder, site: Site, page: Page): void {
  folder.put(page.file, { text: pageText(site, page) });
}

function putData(folder: FilledFolder, files: readonly DataFile[]): void {
  for (const { file, text } of files) folder.put(file, { text });
}

/** Copies a user's styles. @returns Their path in the gallery; undefined when there are none. */
function putStyles(
  folder: FilledFolder,
  before: GallerySettings,
  { css }: GalleryChanges,
): string | undefined {
  if (css === undefined) return before.css !== undefined && folder.keep(before.css) ? before.css : undefined;
  if (css === false) return undefined;
  return putAsset(folder, 'custom.css', css);
}

function putAssets(folder: FilledFolder, row: number, css: string | undefined): Site['assets'] {
  const built = (name: string) => fs.readFileSync(packageFile(`dist/gallery/${name}`), 'utf8');
  const styles = `${built('gallery.css')}:root{--row:${row}px}\n${ratioStyles()}`;
  return {
    script: putAsset(folder, 'gallery.js', built('gallery.js')),
    styles: [putAsset(folder, 'gallery.css', styles), ...(css === undefined ? [] : [css])],
    icon: putAsset(folder, 'icon.svg', built('icon.svg')),
  };
}

/** Under a name that differs when the text does, so that browsers keep no older one. */
function putAsset(folder: FilledFolder, name: string, text: string): string {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const file = `assets/${name.replace('.', `-${digest}.`)}`;
  folder.put(file, { text });
  return file;
}

/** Pixels of height of a row. */
const ROW = { least: 100, most: 220 } as const;

/** As high as the small pictures of most photos are, so that they are shown sharp. */
function rowHeight(photos: readonly LocatedPhoto[]): number {
  const height = medianOf(photos.map(({ photo: { small } }) => small.height));
  return Math.round(Math.min(Math.max(height, ROW.least), ROW.most));
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

/** Puts pictures and originals into the gallery. */
class Pictures {
  readonly originals = { copied: 0, notCopied: 0 };
  readonly #folder: FilledFolder;
  readonly #out: string;
  /** By path in the gallery: the thumbnail that it shows, and whether that is there. */
  readonly #known = new Map<string, { readonly thumbnail: string; readonly isThere: boolean }>();

  constructor(folder: FilledFolder, { out }: ResolvedPlace) {
    this.#folder = folder;
    this.#out = out;
  }

  /** The photo as it can be shown; undefined when a thumbnail is missing. */
  put(photo: GalleryPhoto): GalleryPhoto | undefined {
    const { small, larger, full, original } = photo;
    const pictures = [small, full, ...(larger === undefined ? [] : [larger])];
    // All of them, so that nothing of a photo is removed that is there.
    if (pictures.map((picture) => this.#putPicture(picture)).includes(false)) return undefined;
    if (original === undefined) return photo;
    const isThere = this.#putOriginal(original);
    this.originals[isThere ? 'copied' : 'notCopied'] += 1;
    return isThere ? photo : { ...photo, original: undefined };
  }

  /** @returns Whether the picture is in the gallery. */
  #putPicture({ file, thumbnail }: ThumbnailPicture): boolean {
    const known = this.#known.get(file);
    if (known !== undefined) {
      // Sixteen digits of a SHA-256.
      if (known.thumbnail !== thumbnail)
        throw new Error(`Two thumbnails for ${file}: ${known.thumbnail} and ${thumbnail}`);
      return known.isThere;
    }
    const content = path.basename(thumbnail).slice(0, 64);
    const isThere = this.#copy(file, path.join(this.#out, thumbnail), content);
    this.#known.set(file, { thumbnail, isThere });
    return isThere;
  }

  #putOriginal({ file, source, content, bytes, mtimeMs }: Original): boolean {
    try {
      const stats = fs.statSync(systemPath(source));
      if (!stats.isFile() || stats.size !== bytes || Math.floor(stats.mtimeMs) !== mtimeMs) return false;
      fs.accessSync(systemPath(source), fs.constants.R_OK);
    } catch (error) {
      if (isSystemError(error)) return false;
      throw error;
    }
    return this.#copy(file, systemPath(source), content);
  }

  /** @returns False when there is nothing to be copied. */
  #copy(file: string, from: string | Buffer, content: string): boolean {
    try {
      this.#folder.put(file, { from, as: 'copy', content });
      return true;
    } catch (error) {
      if (systemCode(error instanceof Error ? error.cause : undefined) === 'ENOENT') return false;
      throw error;
    }
  }
}
