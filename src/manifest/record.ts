// The manifest's lines: a header, then one record a source.
//
//     {"manifest":"thumbs","version":1,"options":"<64 hex>"}
//     {"source":"../photos/a/IMG_1.jpg","status":"done","thumbnails":[{"file":"<64 hex>.png","width":200,...}],...}
//     {"source":"../photos/a/broken.jpg","status":"failed","error":{"code":"CORRUPT","message":"..."},...}

import { createHash } from 'node:crypto';
import type { ImageErrorCode } from '../errors.js';
import type { SourceFormat } from '../image/formats.js';

/** The version of the manifest's format that this package writes. */
export const MANIFEST_VERSION = 1;

/** The first line. */
export interface ManifestHeader {
  readonly manifest: 'thumbs';
  readonly version: number;
  /** Digest of every option that changes pixels, and of the renderer's versions. */
  readonly options: string;
}

/** One thumbnail of a source. */
export interface ThumbnailEntry {
  /** `<sha256>.png`, in the output folder. */
  readonly file: string;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  readonly bytes: number;
}

/** What a consumer found out about a source that has its thumbnail. */
export interface DoneFacts {
  readonly status: 'done';
  /** One entry for each requested size; today one. */
  readonly thumbnails: readonly [ThumbnailEntry, ...ThumbnailEntry[]];
  readonly sourceFormat: SourceFormat;
  /** Pixels, upright. */
  readonly sourceWidth: number;
  /** Pixels, upright. */
  readonly sourceHeight: number;
  readonly sourceBytes: number;
  /** Milliseconds since 1970, rounded down. */
  readonly sourceMtimeMs: number;
  /** XXH128 of the source's bytes, 32 hex digits, as `xxhsum -H2` prints it. */
  readonly sourceXxh128: string;
}

/** What was found out about a source that has none. */
export interface FailedFacts {
  readonly status: 'failed';
  /** `message` names the source and the cause, on one line. */
  readonly error: { readonly code: ImageErrorCode; readonly message: string };
  /** Absent when the source could not be opened. */
  readonly sourceBytes?: number;
  /** Milliseconds since 1970, rounded down; absent when the source could not be opened. */
  readonly sourceMtimeMs?: number;
}

/** The path of a source, relative to the manifest's folder, with `/`. */
export interface Sourced {
  readonly source: string;
}

export type DoneRecord = Sourced & DoneFacts;
export type FailedRecord = Sourced & FailedFacts;
export type ManifestRecord = DoneRecord | FailedRecord;

/** `parts`, in their order, as one digest of 64 hex digits. */
export function optionsDigest(parts: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Whether parsed JSON is a manifest's header, of whatever version. */
export function isHeader(value: unknown): value is ManifestHeader {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'manifest' in value &&
    value.manifest === 'thumbs' &&
    'version' in value &&
    typeof value.version === 'number'
  );
}

/** Whether parsed JSON is a record, as far as the rest of the program relies on it. */
export function isRecord(value: unknown): value is ManifestRecord {
  if (typeof value !== 'object' || value === null || !('source' in value)) return false;
  if (typeof value.source !== 'string' || !('status' in value)) return false;
  if (value.status === 'done') return 'thumbnails' in value && Array.isArray(value.thumbnails);
  return value.status === 'failed' && 'error' in value && typeof value.error === 'object';
}
