// What the comparisons of all kinds of photos share.

import path from 'node:path';
import { decoders } from '../../src/image/decoders/index.js';
import type { DoneRecord, ManifestRecord, ThumbnailEntry } from '../../src/manifest/record.js';
import { type IsPhotoName, photoNameTest } from '../../src/producer/photo-names.js';
import { type Tags, takenAtIn } from './exiftool.js';
import { isTurned } from './pixels.js';

/** Photos that the tools are held against. */
export type Kind = 'heic' | 'jpeg' | 'raw';

/** One photo that the run has a record of. */
export interface Photo {
  readonly record: ManifestRecord;
  readonly kind: Kind;
  /** Absolute path of the photo. */
  readonly file: string;
  /** The folder of the thumbnails. */
  readonly out: string;
  /** A folder for whatever a comparison writes. */
  readonly scratch: string;
  /** `--size` of the run. */
  readonly size: string;
}

/** A finished photo. */
export type DonePhoto = Photo & { readonly record: DoneRecord };

export interface Difference {
  readonly what: string;
  readonly ours: string;
  readonly theirs: string;
}

const KINDS: ReadonlyArray<readonly [Kind, IsPhotoName]> = (['heic', 'jpeg', 'raw'] as const).map((kind) => [
  kind,
  photoNameTest(decoders[kind].extensions),
]);

/** The kind of a photo by its content; of one that failed, by its name. */
export function kindOf(record: ManifestRecord): Kind | undefined {
  const found = KINDS.find(([kind, isOfKind]) =>
    record.status === 'failed' ? isOfKind(record.source) : record.sourceFormat === kind,
  );
  return found?.[0];
}

export function isDone(photo: Photo): photo is DonePhoto {
  return photo.record.status === 'done';
}

/** The code of a photo that failed, and why. */
export function failureOf({ record }: Photo): string {
  return record.status === 'failed' ? `${record.error.code} (${record.error.message})` : record.status;
}

export function compareTakenAt(photo: Photo, tags: Tags): Difference[] {
  if (!isDone(photo)) return [];
  const [ours, theirs] = [photo.record.takenAt ?? null, takenAtIn(tags)];
  return ours === theirs ? [] : [{ what: 'takenAt', ours: `${ours}`, theirs: `exiftool ${theirs}` }];
}

/** `4032x3024` */
export function formatSize(width: number, height: number): string {
  return `${width}x${height}`;
}

/** Width and height as seen, of a picture that is stored with an EXIF orientation. */
export function uprightSize(
  [width, height]: readonly [number, number],
  orientation: number,
): [number, number] {
  return isTurned(orientation) ? [height, width] : [width, height];
}

/** A photo's thumbnail, with the path of its file. */
export function thumbnailOf({ record, out }: DonePhoto): ThumbnailEntry {
  const [thumbnail] = record.thumbnails;
  if (thumbnail === undefined) throw new RangeError(`Expected a thumbnail of ${record.source}`);
  return { ...thumbnail, file: path.join(out, thumbnail.file) };
}
