// The manifest's lines: a header, then one record a source.
//
//     {"manifest":"thumbs","version":2,"variants":{"200x200":"<64 hex>"},"decoders":{"jpeg":"<64 hex>",...},...}
//     {"source":"../photos/a/IMG_1.jpg","status":"done","thumbnails":[{"variant":"200x200","file":"<64 hex>.png",...}],...}
//     {"source":"../photos/a/broken.jpg","status":"failed","error":{"code":"CORRUPT","message":"..."},...}

import type { ImageErrorCode, Limits } from '../errors.js';
import { isThumbnailFile } from '../files/thumbnails/thumbnail-name.js';
import type { FromPicture } from '../image/decoders/decoder.js';
import type { SourceFormat } from '../image/decoders/index.js';
import { isShard, type Shard } from '../options/shard.js';
import { isVariantName } from '../options/variant.js';
import { shown } from '../path-bytes.js';
import { printable } from '../printable.js';
import { type HeaderDigests, type Made, ownValue, UNKNOWN_DECODER } from './digests/digests.js';
import { nameOf, type RecordedName } from './source-names.js';

/** The version of the manifest's format that this package writes. */
export const MANIFEST_VERSION = 2;

/** The first line. */
export interface ManifestHeader extends HeaderDigests {
  readonly manifest: 'thumbs';
  /** As in the file. A header of version 1 is read with the digests that stand for its own. */
  readonly version: number;
  /** Of version 1: the digest of every record that has no other. */
  readonly options?: string;
  /** Of a shard's manifest: which one it is. Absent in any other, and so in the merged one. */
  readonly shard?: ShardHeader | undefined;
}

/** What the header of a shard's manifest says of it. */
export interface ShardHeader extends Shard {
  /** The digest of which photos were asked for, and of what else decides records and is not in the header: equal for all shards of a run. */
  readonly options: string;
  /** SHA-256 of the merged manifest with whose records the shard began; absent when there was none. */
  readonly from?: string;
  /** Whether the shard's last run has reached all its photos. */
  readonly complete?: true;
}

/** One thumbnail of a source. */
export interface ThumbnailEntry {
  /** The variant's name. */
  readonly variant: string;
  /** `<sha256>.<extension>`, or in a sharded folder `<two digits>/<sha256>.<extension>`, in the output folder. */
  readonly file: string;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  readonly bytes: number;
  /** The picture that it was made of, where that is not the file's full one. */
  readonly from?: FromPicture['kind'];
  /** Pixels of that picture, upright. */
  readonly fromWidth?: number;
  /** Pixels of that picture, upright. */
  readonly fromHeight?: number;
  /** The digest of the variant that it was made for, where it is not the header's of that name. */
  readonly digest?: string | undefined;
  /** The digest of the decoder that it was made by, where it is not the header's of `sourceFormat`. */
  readonly decoder?: string | undefined;
}

/** What an entry was made by. */
export function madeOf(
  { variant, digest, decoder }: Pick<ThumbnailEntry, 'variant' | 'digest' | 'decoder'>,
  format: string,
  header: HeaderDigests,
): Made {
  return {
    digest: digest ?? ownValue(header.variants, variant) ?? '',
    decoder: decoder ?? ownValue(header.decoders, format) ?? UNKNOWN_DECODER,
  };
}

/** What tells the contents of sources of one size apart: one of both, or none where nothing was read. */
export interface ContentFacts {
  /** XXH128 of the source's bytes, 32 hex digits, as `xxhsum -H2` prints it. */
  readonly sourceXxh128?: string;
  /** Of a RAW file: XXH128 of its size and parts, as docs/manifest.md defines it. */
  readonly sourcePartialXxh128?: string;
}

/** Equal for sources of one size with the same content; undefined where that is not known. */
export function contentOf({ sourceXxh128, sourcePartialXxh128 }: ContentFacts): string | undefined {
  if (sourceXxh128 !== undefined) return sourceXxh128;
  return sourcePartialXxh128 === undefined ? undefined : `partial ${sourcePartialXxh128}`;
}

/** The record of a source that has its thumbnail, without its name. */
export interface DoneFacts extends ContentFacts {
  readonly status: 'done';
  /** One entry for each variant, in the order in which they were asked for. */
  readonly thumbnails: readonly ThumbnailEntry[];
  readonly sourceFormat: SourceFormat;
  /** Pixels, upright. */
  readonly sourceWidth: number;
  /** Pixels, upright. */
  readonly sourceHeight: number;
  readonly sourceBytes: number;
  /** Milliseconds since 1970, rounded down. */
  readonly sourceMtimeMs: number;
  /** Nanoseconds since 1970, in decimal: more digits than a JSON number has. Absent in records of earlier versions. */
  readonly sourceMtimeNs?: string;
  /**
   * When the photo was taken, by its EXIF: `2024-05-01T12:30:05+02:00`; without an offset where the file has none, which is then local time
   * of an unknown zone. Null when the file does not say. Absent in records of earlier versions.
   */
  readonly takenAt?: string | null;
  /** The photo's ThumbHash, base64; absent where it was not asked for. */
  readonly placeholder?: string;
}

/** Why a source has no thumbnail. */
export interface RecordedError {
  readonly code: ImageErrorCode;
  /** Names the source and the cause, on one line. */
  readonly message: string;
  /** The limit that the source exceeded, as it was then. */
  readonly limit?: Limits;
  /** What the decoder of the source's format needed and did not have: a package, or an option. */
  readonly needs?: string;
  /** The version of the decoders' verdicts, for `CORRUPT` and `UNSUPPORTED`; absent in records of version 1. */
  readonly verdicts?: number;
}

/** The codes by which a decoder, and not a limit, has refused an image. */
export const DECODER_VERDICTS: ReadonlySet<string> = new Set<ImageErrorCode>(['CORRUPT', 'UNSUPPORTED']);

/** The record of a source that has no thumbnail, without its name. */
export interface FailedFacts extends ContentFacts {
  readonly status: 'failed';
  readonly error: RecordedError;
  /** Absent when the source could not be opened. */
  readonly sourceBytes?: number;
  /** Milliseconds since 1970, rounded down; absent when the source could not be opened. */
  readonly sourceMtimeMs?: number;
  /** Nanoseconds since 1970, in decimal; absent when the source could not be opened. */
  readonly sourceMtimeNs?: string;
  /** The digest of what it failed under, where it is not the header's `failures`. */
  readonly digest?: string;
}

/** What every record has, or may have. */
export interface RecordBase extends RecordedName {
  /** Whether the next run is to make the thumbnails again, because one was found damaged. */
  readonly redo?: true;
}

export type DoneRecord = RecordBase & DoneFacts;
export type FailedRecord = RecordBase & FailedFacts;
export type ManifestRecord = DoneRecord | FailedRecord;

/** A failed record's message: the source and the cause, on one line. */
export function messageFor(source: string, reason: string): string {
  return `${printable(source)}: ${reason}`;
}

/** The cause alone, from a message of {@link messageFor}; on one line, whatever has been written into the manifest. */
export function reasonOf({ source, error }: FailedRecord): string {
  const name = messageFor(source, '');
  return printable(error.message.startsWith(name) ? error.message.slice(name.length) : error.message);
}

/** Formats whose files never say when a photo was taken. */
const WITHOUT_EXIF: ReadonlySet<string> = new Set(['gif', 'svg']);

/** Whether an earlier version has made the record, which did not look when the photo was taken. */
export function lacksTakenAt(record: ManifestRecord): boolean {
  return record.status === 'done' && record.takenAt === undefined && !WITHOUT_EXIF.has(record.sourceFormat);
}

/** Whether parsed JSON is a manifest's header, of whatever version; what else it has is not checked. */
export function isHeader(value: unknown): value is Pick<ManifestHeader, 'manifest' | 'version'> {
  return isObject(value) && value.manifest === 'thumbs' && typeof value.version === 'number';
}

/** Whether a header of this version has all its digests. */
export function hasDigests(header: object): header is ManifestHeader {
  const { variants, decoders, failures, versions } = header as Partial<Readonly<Record<string, unknown>>>;
  const hasTexts = (map: unknown) =>
    isObject(map) && Object.values(map).every((value) => typeof value === 'string');
  const hasMaps = hasTexts(variants) && hasTexts(decoders) && isObject(versions);
  return hasMaps && Object.keys(Object(variants)).every(isVariantName) && typeof failures === 'string';
}

/** Whether what a header says of a shard, if anything, can be used. */
export function hasSoundShard({ shard }: { readonly shard?: unknown }): boolean {
  if (shard === undefined) return true;
  if (!isObject(shard)) return false;
  const { index, of, options, from = '', complete = true } = shard;
  return isShard({ index: Number(index), of: Number(of) }) && areTexts(options, from) && complete === true;
}

/** Whether parsed JSON is a record, as far as the program depends on it. */
export function isRecord(value: unknown): value is ManifestRecord {
  if (!isObject(value) || !hasName(value)) return false;
  if (value.status === 'failed') return isError(value.error) && areTexts(value.digest);
  const { status, thumbnails, sourceFormat, sourceXxh128, sourcePartialXxh128, ...facts } = value;
  if (status !== 'done' || !Array.isArray(thumbnails) || thumbnails.length === 0) return false;
  if (typeof sourceFormat !== 'string' || typeof (sourceXxh128 ?? sourcePartialXxh128) !== 'string')
    return false;
  const measures = [facts.sourceWidth, facts.sourceHeight, facts.sourceBytes, facts.sourceMtimeMs];
  const isText = areTexts(facts.placeholder, facts.takenAt ?? undefined);
  return isText && thumbnails.every(isThumbnailEntry) && measures.every(Number.isInteger);
}

function hasName({ source, sourceNameBase64 }: Readonly<Record<string, unknown>>): boolean {
  if (typeof source !== 'string') return false;
  if (sourceNameBase64 === undefined) return true;
  return typeof sourceNameBase64 === 'string' && shown(nameOf({ source, sourceNameBase64 })) === source;
}

/** The file must be a thumbnail's: files under these names are opened, so none may lead out of the output folder. */
function isThumbnailEntry(value: unknown): value is ThumbnailEntry {
  if (!isObject(value) || typeof value.file !== 'string' || !isThumbnailFile(value.file)) return false;
  const { variant, width, height, bytes, digest, decoder } = value;
  return (
    isVariantName(variant) && [width, height, bytes].every(Number.isInteger) && areTexts(digest, decoder)
  );
}

/** Whether each of the values is a text or absent. */
function areTexts(...values: readonly unknown[]): boolean {
  return values.every((value) => value === undefined || typeof value === 'string');
}

function isError(value: unknown): boolean {
  const isCode = isObject(value) && typeof value.code === 'string' && /^[A-Z_]+$/.test(value.code);
  return isCode && typeof value.message === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
