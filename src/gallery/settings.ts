// What a gallery was asked to be. It is kept in the gallery's marker, so that a run brings a gallery up to date as it was made.

import fs from 'node:fs';
import path from 'node:path';
import { causeOf, expectedError, optionError } from '../errors.js';
import { checkFlag, checkString, checkUtf8Path, refuseUnknown } from '../options/checks.js';
import type { PlaceOptions, ResolvedPlace } from '../options/options.js';
import { resolvePlace } from '../options/resolve.js';
import { printable } from '../printable.js';

/** The options of {@link createGallery}. What is undefined is as the gallery was made before. */
export interface GalleryOptions extends PlaceOptions {
  /** The gallery's folder. @default 'gallery' beside the output folder */
  readonly gallery?: string;
  /** False for the default again. @default the name of the photos' folder */
  readonly title?: string | false;
  /** A file with styles of your own, which is copied into the gallery; false for none again. @default none */
  readonly css?: string | false;
  /** Copy the photos themselves into the gallery, with all that is in them, such as GPS positions. @default false */
  readonly originals?: boolean;
  /** A page with the photos that failed, and why. @default false */
  readonly failedPage?: boolean;
  /** Ends the work; the gallery is then brought up to date by the next call. */
  readonly signal?: AbortSignal;
}

/** What the marker of a gallery has. */
export interface GallerySettings {
  readonly title?: string;
  /** The path in the gallery of the styles that were copied. */
  readonly css?: string;
  readonly originals?: true;
  readonly failedPage?: true;
}

/** What is changed of a gallery's settings. */
export type GalleryChanges = Pick<GalleryOptions, 'title' | 'originals' | 'failedPage'> & {
  /** The text of the styles; false for none. */
  readonly css?: string | false;
};

/** Checked {@link GalleryOptions}. */
export interface ResolvedGallery {
  readonly place: ResolvedPlace;
  /** Absolute path of the gallery. */
  readonly folder: string;
  readonly changes: GalleryChanges;
  readonly signal: AbortSignal | undefined;
}

const NAMES: Readonly<Record<keyof GalleryOptions, true>> = {
  out: true,
  manifest: true,
  gallery: true,
  title: true,
  css: true,
  originals: true,
  failedPage: true,
  signal: true,
};

/** @throws {ThumbsError} `OPTION`, with what was expected and the value, or a file of styles that cannot be read. */
export function resolveGallery(options: GalleryOptions): ResolvedGallery {
  refuseUnknown(options, Object.keys(NAMES));
  const place = resolvePlace(options);
  const { title, css, originals, failedPage, signal } = options;
  const folder =
    options.gallery === undefined
      ? path.join(path.dirname(place.out), 'gallery')
      : checkUtf8Path('gallery', options.gallery);
  const changes: GalleryChanges = {
    ...(title === undefined ? {} : { title: title === false ? false : checkString('title', title) }),
    ...(css === undefined ? {} : { css: css === false ? false : readStyles(checkUtf8Path('css', css)) }),
    ...(originals === undefined ? {} : { originals: checkFlag('originals', originals) }),
    ...(failedPage === undefined ? {} : { failedPage: checkFlag('failedPage', failedPage) }),
  };
  return { place, folder, changes, signal };
}

const MAX_STYLES_BYTES = 1_000_000;

function readStyles(file: string): string {
  let bytes: Buffer;
  try {
    const stats = fs.statSync(file);
    if (!stats.isFile()) throw new Error('it is not a regular file');
    if (stats.size > MAX_STYLES_BYTES) throw new Error(`it has more than ${MAX_STYLES_BYTES} bytes`);
    bytes = fs.readFileSync(file);
  } catch (error) {
    throw optionError(`Cannot read ${printable(file)}: ${causeOf(error)}`, error);
  }
  const text = bytes.toString();
  if (!Buffer.from(text).equals(bytes)) throw expectedError('css', 'to be a file in UTF-8', file);
  return text;
}

/** The settings as the marker has them; what it has besides, or wrongly, counts as not set. */
export function rememberedSettings(settings: Readonly<Record<string, unknown>>): GallerySettings {
  const { title, css, originals, failedPage } = settings;
  return {
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof css === 'string' ? { css } : {}),
    ...(originals === true ? { originals } : {}),
    ...(failedPage === true ? { failedPage } : {}),
  };
}

/** @param css The path in the gallery of the styles that are there now; undefined for none. */
export function changedSettings(
  before: GallerySettings,
  changes: GalleryChanges,
  css: string | undefined,
): GallerySettings {
  const title = changes.title ?? before.title ?? false;
  return {
    ...(title === false ? {} : { title }),
    ...(css === undefined ? {} : { css }),
    ...((changes.originals ?? before.originals) ? { originals: true } : {}),
    ...((changes.failedPage ?? before.failedPage) ? { failedPage: true } : {}),
  };
}
