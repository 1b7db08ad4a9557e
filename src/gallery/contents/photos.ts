// A photo as the gallery shows it: its name, its time, and which of its thumbnails are shown in the rows and in the full view.

import { createHash } from 'node:crypto';
import path from 'node:path';
import { nameOfFile } from '../../files/thumbnails/thumbnail-name.js';
import { photoExtensions } from '../../image/decoders/index.js';
import { type DoneRecord, type FailedRecord, reasonOf, type ThumbnailEntry } from '../../manifest/record.js';
import { nameOf } from '../../manifest/source-names.js';
import { defaultDecoding } from '../../options/options.js';
import { bytesOf, shown } from '../../path-bytes.js';
import { printable } from '../../printable.js';

/** A file of the gallery that shows a photo. */
export interface Picture {
  /** Its path in the gallery. */
  readonly file: string;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

/** A picture that is a copy of a thumbnail. */
export interface ThumbnailPicture extends Picture {
  /** The thumbnail, in the output folder. */
  readonly thumbnail: string;
}

/** The photo itself, copied into the gallery. */
export interface Original {
  /** Its path in the gallery. */
  readonly file: string;
  /** Absolute path of the photo. */
  readonly source: string;
  /** Differs when the photo does. */
  readonly content: string;
  readonly bytes: number;
  readonly mtimeMs: number;
  /** Whether browsers show it. */
  readonly isShown: boolean;
}

export interface GalleryPhoto {
  /** 12 hex digits, of where the photo lies below its root: the same as long as it lies there. */
  readonly id: string;
  /** File name on one line, as it is printed elsewhere. Untrusted. */
  readonly name: string;
  /** As in a record; undefined when it is not known. */
  readonly takenAt: string | undefined;
  /** Shown in the rows. */
  readonly small: ThumbnailPicture;
  /** Shown there on screens with more pixels; undefined where none would do. */
  readonly larger: ThumbnailPicture | undefined;
  readonly full: ThumbnailPicture;
  /** ThumbHash, base64. */
  readonly placeholder: string | undefined;
  /** Undefined unless originals were asked for. */
  readonly original: Original | undefined;
  readonly sourceWidth: number;
  readonly sourceHeight: number;
}

/** A photo without thumbnails. */
export interface FailedPhoto {
  /** Where it lies below its root, with `/`; untrusted. */
  readonly path: string;
  readonly code: string;
  /** On one line. */
  readonly reason: string;
}

/** Where a photo lies. */
export interface Location {
  /** Absolute path of the root. */
  readonly root: string;
  /** What the root is called, unlike any other. */
  readonly name: string;
  /** The photo's path in it, with `/`. */
  readonly inner: string;
}

/** Formats that every browser shows. SVG is not copied: as a document of the gallery it could run scripts. */
const SHOWN_FORMATS: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'gif', 'avif']);
const NOT_COPIED: ReadonlySet<string> = new Set(['svg']);

let extensions: ReadonlySet<string> | undefined;

/** Asked for when it is needed: whether HEICs are photos depends on a package. */
function isPhotoExtension(extension: string): boolean {
  extensions ??= new Set(photoExtensions(defaultDecoding));
  return extensions.has(extension);
}

const ID_DIGITS = 12;

/** 12 hex digits for a place below a root; another for each `attempt`. */
export function idOf({ name, inner }: Location, attempt = 0): string {
  const text = `${name}/${inner}${attempt === 0 ? '' : `//${attempt}`}`;
  return createHash('sha256').update(bytesOf(text)).digest('hex').slice(0, ID_DIGITS);
}

/** @param id Of {@link idOf}. */
export function galleryPhoto(
  record: DoneRecord,
  location: Location,
  id: string,
  withOriginal: boolean,
): GalleryPhoto {
  const pictures = record.thumbnails.map((entry) => pictureOf(entry));
  const { small, larger, full } = choosePictures(pictures, record.sourceWidth / record.sourceHeight);
  return {
    id,
    name: printable(shown(path.posix.basename(nameOf(record)))),
    takenAt: record.takenAt ?? undefined,
    ...{ small, larger, full },
    placeholder: record.placeholder,
    original:
      withOriginal && !NOT_COPIED.has(record.sourceFormat) ? originalOf(record, location, id) : undefined,
    sourceWidth: record.sourceWidth,
    sourceHeight: record.sourceHeight,
  };
}

export function failedPhoto(record: FailedRecord, { inner }: Location): FailedPhoto {
  return { path: printable(shown(inner)), code: record.error.code, reason: reasonOf(record) };
}

const NAME_DIGITS = 16;

function pictureOf({ file, width, height }: ThumbnailEntry): ThumbnailPicture {
  return { file: pictureFile(file), thumbnail: file, width, height };
}

/** `pictures/58/91b5b522d5df08.webp`: half of the digest tells millions of pictures apart, and addresses are in every page. */
function pictureFile(thumbnail: string): string {
  const name = nameOfFile(thumbnail);
  return `pictures/${name.slice(0, 2)}/${name.slice(2, NAME_DIGITS)}${path.posix.extname(name)}`;
}

function originalOf(record: DoneRecord, { root, inner }: Location, id: string): Original {
  const named = path.posix.extname(inner).slice(1).toLowerCase();
  // Whatever a file is called: under another extension a web server might run it, or show it as a page.
  const extension = isPhotoExtension(named) ? named : record.sourceFormat;
  const { sourceBytes: bytes, sourceMtimeMs: mtimeMs } = record;
  return {
    file: `originals/${id.slice(0, 2)}/${id}.${extension}`,
    source: path.join(root, inner),
    content: `photo ${record.sourceXxh128 ?? record.sourcePartialXxh128 ?? ''} ${bytes} ${mtimeMs}`,
    ...{ bytes, mtimeMs },
    isShown: SHOWN_FORMATS.has(record.sourceFormat),
  };
}

/** Pixels of height that a picture in a row has at least, where there is such a one. */
const ROW_HEIGHT = 200;

/** Pixels of width that a picture in a row has at most. */
const LARGEST_IN_ROW = 1000;

/** Within this factor a picture has the photo's shape, and is not a part of it. */
const SAME_SHAPE = 1.04;

type Choice = Pick<GalleryPhoto, 'small' | 'larger' | 'full'>;

/** @param pictures At least one. @param ratio Width of the photo by its height. */
function choosePictures(pictures: readonly ThumbnailPicture[], ratio: number): Choice {
  const hasShape = ({ width, height }: Picture) => {
    const factor = width / height / ratio;
    // A pixel more or less is much of a small picture.
    const tolerance = SAME_SHAPE + 1 / Math.min(width, height);
    return factor < tolerance && factor > 1 / tolerance;
  };
  const whole = pictures.filter(hasShape);
  const sorted = [...(whole.length === 0 ? pictures : whole)].sort(
    (a, b) => a.width * a.height - b.width * b.height,
  );
  const full = sorted.at(-1);
  if (full === undefined) throw new RangeError('Expected a photo with a thumbnail');
  const inRow = sorted.filter(({ width }) => width <= LARGEST_IN_ROW);
  const small = inRow.find(({ height }) => height >= ROW_HEIGHT) ?? inRow.at(-1) ?? sorted[0] ?? full;
  const larger = inRow.find(({ width }) => width > 1.3 * small.width);
  return { small, larger, full };
}
