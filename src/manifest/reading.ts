// Reads a manifest from its first line to its last, and refuses what is not one.

import fs from 'node:fs';
import {
  damagedLineError,
  emptyManifestError,
  manifestAccessError,
  manifestError,
  ThumbsError,
} from '../errors.js';
import { systemPath } from '../path-bytes.js';
import { recordFromVersion1, VERSION_1_DIGESTS } from './digests/version-1.js';
import { type LinePosition, readLines } from './lines.js';
import {
  hasDigests,
  hasSoundShard,
  isHeader,
  isRecord,
  MANIFEST_VERSION,
  type ManifestHeader,
  type ManifestRecord,
} from './record.js';

/** A line after the header. */
export interface Entry extends LinePosition {
  /** The header is line 1. */
  readonly number: number;
  /** Undefined when the line is damaged. */
  readonly record: ManifestRecord | undefined;
}

/**
 * The records of a manifest, in the file's order. If no run has completed the file, the last record of a source is the valid one.
 * @throws {ThumbsError} `MANIFEST`: it cannot be read, is of a newer version, is something else, or a line is damaged.
 */
export function* readManifest(file: string): Generator<ManifestRecord> {
  // A file with an incomplete header, or no manifest at all, may have no complete line, and would look empty.
  requireManifest(file);
  const descriptor = openManifest(file);
  try {
    for (const entry of entries(file, descriptor)) yield requireRecord(file, entry);
  } finally {
    fs.closeSync(descriptor);
  }
}

/**
 * Checks the header alone.
 * @throws {ThumbsError} `MANIFEST`: the file does not exist, or is not a manifest.
 */
export function requireManifest(file: string): void {
  const descriptor = openManifest(file);
  try {
    if (readHeader(file, descriptor) === undefined) throw emptyManifestError(file);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Whether a file is a manifest that this version can read, with a complete header. */
export function isManifest(file: string): boolean {
  try {
    requireManifest(file);
    return true;
  } catch (error) {
    if (error instanceof ThumbsError) return false;
    throw error;
  }
}

/** Opens a manifest that must exist; the caller closes it. The walk opens those that it meets, whose paths need not be UTF-8. */
export function openManifest(file: string): number {
  return withManifestErrors(file, 'read', () => {
    // A named pipe would block the process until somebody writes to it.
    const path = systemPath(file);
    if (!fs.statSync(path).isFile()) throw manifestError(file, 'it is not a regular file');
    return fs.openSync(path, 'r');
  });
}

/** Every complete line after the header, damaged ones too. {@link readHeader} has found the header. */
export function* entries(file: string, descriptor: number): Generator<Entry> {
  let number = 0;
  let header: ManifestHeader | undefined;
  for (const { text, offset, length } of readLines(descriptor)) {
    number += 1;
    if (header === undefined) header = checkedHeader(file, text);
    else yield { number, offset, length, record: parseRecord(text, header) };
  }
}

/** @throws {ThumbsError} `MANIFEST`: the line is damaged. */
export function requireRecord(file: string, { number, record }: Entry): ManifestRecord {
  if (record !== undefined) return record;
  throw damagedLineError(file, number);
}

/** A header has about 1,500 bytes, and up to 140 for each variant. */
const MAX_HEADER_BYTES = 32_768;

/** The first line. */
export interface HeaderLine {
  readonly header: ManifestHeader;
  /** Bytes, with the newline. */
  readonly length: number;
  /** Whether the line ends in a newline alone; git(1) on Windows may have changed that. */
  readonly hasLfEndings: boolean;
}

/**
 * The header; undefined when there is none yet: the file is empty, or its header is incomplete.
 * @throws {ThumbsError} `MANIFEST`: it is of another version, or something else.
 */
export function readHeader(file: string, descriptor: number): HeaderLine | undefined {
  const bytes = Buffer.alloc(MAX_HEADER_BYTES);
  const count = fs.readSync(descriptor, bytes, 0, MAX_HEADER_BYTES, 0);
  const newline = bytes.indexOf('\n');
  const text = bytes.toString('utf8', 0, newline === -1 ? count : newline);
  if (newline === -1 && isIncompleteHeader(text)) return undefined;
  const header = checkedHeader(file, text);
  return newline === -1 ? undefined : { header, length: newline + 1, hasLfEndings: !text.endsWith('\r') };
}

/** Whether a text without a newline is the beginning of a manifest, which has no record yet. */
function isIncompleteHeader(text: string): boolean {
  const starts = [
    `{"manifest":"thumbs","version":${MANIFEST_VERSION},"variants":{`,
    '{"manifest":"thumbs","version":1,"options":"',
  ];
  return (
    text.length < MAX_HEADER_BYTES && starts.some((start) => start.startsWith(text) || text.startsWith(start))
  );
}

function checkedHeader(file: string, text: string): ManifestHeader {
  const header = parseLine(text);
  if (!isHeader(header))
    throw manifestError(file, 'the file is not a manifest of thumbs, and is left unchanged');
  const { version } = header;
  if (version > MANIFEST_VERSION) {
    throw manifestError(
      file,
      `it is of version ${version}, newer than ${MANIFEST_VERSION}, the newest that this program knows`,
    );
  }
  if (version === 1) {
    const options = 'options' in header ? header.options : undefined;
    if (typeof options !== 'string') throw manifestError(file, 'its header has no options digest');
    return { manifest: 'thumbs', version, ...VERSION_1_DIGESTS, options };
  }
  if (version !== MANIFEST_VERSION) throw manifestError(file, `there is no version ${version} of it`);
  if (!hasDigests(header)) throw manifestError(file, 'its header has not all its digests');
  if (!hasSoundShard(header)) throw manifestError(file, 'its header does not say which shard it is');
  return header;
}

/** The record of a line; undefined when it is none. */
export function parseRecord(
  text: string,
  { version, options = '' }: ManifestHeader,
): ManifestRecord | undefined {
  const parsed = parseLine(text);
  const record = version === 1 ? recordFromVersion1(parsed, options) : parsed;
  return isRecord(record) ? record : undefined;
}

/** The JSON of a line; undefined when it is none. */
function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // What is not JSON is neither a header nor a record, and the callers report that.
  }
}

/** Calls `work`; a system error becomes a `MANIFEST` error that names the file. */
export function withManifestErrors<T>(file: string, verb: 'read' | 'write', work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asManifestError(file, verb, error);
  }
}

/** A system error as a `MANIFEST` error that names the file; a {@link ThumbsError} unchanged. */
export function asManifestError(file: string, verb: 'read' | 'write', error: unknown): ThumbsError {
  return error instanceof ThumbsError ? error : manifestAccessError(file, verb, error);
}
