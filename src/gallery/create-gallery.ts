// Makes a static gallery from a manifest, and brings it up to date: pages, data for their script, and copies of the pictures.
//
//     gallery/index.html                       the photos' folder: its albums, and its own photos
//     gallery/albums/italy-1f0c9a3b.html       a folder in it
//     gallery/timeline.html                    all photos by time
//     gallery/data/italy-1f0c9a3b-0.js         what the script shows
//     gallery/pictures/58/91b5b522d5df08.webp  a thumbnail
//     gallery/assets/                          script and styles
//     gallery/.thumbs.json                     the marker; the list of the files is beside it

import path from 'node:path';
import { unreadableOutputError } from '../errors.js';
import { type FilledFigures, FilledFolder } from '../files/filled/filled-folder.js';
import { filledPlace, type OtherPlaces, requireFreePlace } from '../files/filled/place.js';
import { realPlace } from '../files/real-path.js';
import { requireManifest } from '../manifest/reading.js';
import type { ResolvedPlace } from '../options/options.js';
import { printable } from '../printable.js';
import { finishInTurns, type Steps } from '../steps.js';
import { putAssets, putStyles } from './assets.js';
import { type Album, albumTree, allAlbums, type LocatedPhoto } from './contents/albums.js';
import { collectPhotos } from './contents/collect.js';
import { albumData, type DataFile, searchData, shownInFull, timelineData } from './contents/data.js';
import type { GalleryPhoto } from './contents/photos.js';
import type { Roots } from './contents/roots.js';
import { albumPages } from './pages/album-page.js';
import { type Page, pageText, type Site } from './pages/frame.js';
import { failedPage, timelinePage } from './pages/other-pages.js';
import { Pictures } from './pictures.js';
import {
  changedSettings,
  type GalleryChanges,
  type GalleryOptions,
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
  /** Whether it is not known which folders some photos were given by: then each of their folders is an album of its own. */
  readonly unknownRoots?: true;
  /** Whether styles that were given earlier are gone from the gallery. */
  readonly stylesLost?: true;
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
  // Before anything is written.
  requireManifest(task.place.manifest);
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
  requireMost(place, { shown: shown.length, of: collected.photos.length });
  const home = albumTree(collected.roots, shown);
  const site: Site = {
    title: settings.title ?? defaultTitle(collected.roots),
    assets: putAssets(folder, rowHeight(shown), css),
    hasPhotos: shown.length > 0,
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
    ...(collected.roots.areKnown ? {} : { unknownRoots: true }),
    ...(before.css !== undefined && changes.css === undefined && css === undefined
      ? { stylesLost: true }
      : {}),
    ...(settings.originals === true ? { originals: pictures.originals } : {}),
    ...figures,
  };
}

/** So many photos may be without their thumbnails, however few there are. */
const MAY_MISS = 20;

/** A disk that is not mounted empties no gallery. @throws {ThumbsError} `OUTPUT`: most thumbnails are missing. */
function requireMost(
  { out }: ResolvedPlace,
  { shown, of }: { readonly shown: number; readonly of: number },
): void {
  const missing = of - shown;
  if (missing <= MAY_MISS || missing <= of / 2) return;
  const cause = new Error(`thumbnails of ${missing} of ${of} photos are missing; the gallery stays as it is`);
  throw unreadableOutputError(out, cause);
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
  if (!site.hasPhotos) return;
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
