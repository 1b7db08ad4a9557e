// A manifest as it stands on the disk, read from its first line to its last, and what is refused.

import fs from 'node:fs';
import { causeOf, ThumbsError } from '../errors.js';
import { realFile } from '../files/replace-file.js';
import { realFolder } from '../files/thumbnail-folder.js';
import type { ResolvedPlace } from '../options.js';
import { printable } from '../printable.js';
import { type Place, readLines } from './lines.js';
import { isHeader, isRecord, MANIFEST_VERSION, type ManifestHeader, type ManifestRecord } from './record.js';

/** A line after the header. */
export interface Entry extends Place {
  /** The header is line 1. */
  readonly number: number;
  /** Undefined when the line is damaged. */
  readonly record: ManifestRecord | undefined;
}

/**
 * The records of a manifest, in the file's order. Of a file that no run has finished the last of a source counts.
 * @throws {ThumbsError} `MANIFEST`: it cannot be read, is of a newer version, is something else, or a line is damaged.
 */
export function* readManifest(file: string): Generator<ManifestRecord> {
  // What is torn in its header, or no manifest, might have no whole line at all, and would pass for an empty one.
  requireManifest(file);
  const descriptor = openManifest(file);
  try {
    for (const entry of entries(file, descriptor)) yield wholeRecord(file, entry);
  } finally {
    fs.closeSync(descriptor);
  }
}

/**
 * The place without symbolic links, under which every file in it has one name.
 * @throws {ThumbsError} `OUTPUT`: there is no such folder.
 */
export function realPlace({ out, manifest }: ResolvedPlace): ResolvedPlace {
  return { out: realFolder(out), manifest: realFile(manifest) };
}

/**
 * A look at the header alone.
 * @throws {ThumbsError} `MANIFEST`: there is none, or not one of ours.
 */
export function requireManifest(file: string): void {
  const descriptor = openManifest(file);
  try {
    if (readHeader(file, descriptor) === undefined) throw manifestError(file, 'there is nothing in it');
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Opens a manifest that must be there; the caller closes it. */
export function openManifest(file: string): number {
  return guarded(file, 'read', () => {
    // A named pipe would hold the process until somebody writes to it.
    if (!fs.statSync(file).isFile()) throw manifestError(file, 'it is not a regular file');
    return fs.openSync(file, 'r');
  });
}

/** Every whole line after the header, damaged ones too, of an open file that {@link readHeader} found a header in. */
export function* entries(file: string, descriptor: number): Generator<Entry> {
  let number = 0;
  for (const { text, offset, length } of readLines(descriptor)) {
    number += 1;
    if (number === 1) {
      checkedHeader(file, text);
      continue;
    }
    const record = parse(text);
    yield { number, offset, length, record: isRecord(record) ? record : undefined };
  }
}

/** @throws {ThumbsError} `MANIFEST`: the line is damaged. */
export function wholeRecord(file: string, { number, record }: Entry): ManifestRecord {
  if (record !== undefined) return record;
  const remedy = '`thumbs verify --repair` takes it out, and the next run makes what it was for';
  throw manifestError(file, `line ${number} is not a record; ${remedy}`);
}

/** A header has about 120 bytes. */
const LONGEST_HEADER = 4096;

/** The first line. */
export interface HeaderLine {
  readonly header: ManifestHeader;
  /** Bytes, with the newline. */
  readonly length: number;
  /** Whether lines end as this program writes them, and not as git(1) on Windows may have changed them. */
  readonly isPlain: boolean;
}

/**
 * The header, or undefined when there is none yet: the file is empty, or was torn while its header was written.
 * @throws {ThumbsError} `MANIFEST`: it is of another version, or something else.
 */
export function readHeader(file: string, descriptor: number): HeaderLine | undefined {
  const bytes = Buffer.alloc(LONGEST_HEADER);
  const count = fs.readSync(descriptor, bytes, 0, LONGEST_HEADER, 0);
  const newline = bytes.indexOf('\n');
  const text = bytes.toString('utf8', 0, newline === -1 ? count : newline);
  if (newline === -1 && isTornHeader(text)) return undefined;
  const header = checkedHeader(file, text);
  return newline === -1 ? undefined : { header, length: newline + 1, isPlain: !text.endsWith('\r') };
}

/** Whether a text without a whole line is the beginning of a manifest of this version, which holds no record. */
function isTornHeader(text: string): boolean {
  const start = `{"manifest":"thumbs","version":${MANIFEST_VERSION},"options":"`;
  return text.length < LONGEST_HEADER && (start.startsWith(text) || text.startsWith(start));
}

function checkedHeader(file: string, text: string): ManifestHeader {
  const header = parse(text);
  if (!isHeader(header))
    throw manifestError(file, 'the file is not a manifest of thumbs, and is left as it is');
  const { version } = header;
  if (version > MANIFEST_VERSION) {
    throw manifestError(
      file,
      `it is of version ${version}, newer than ${MANIFEST_VERSION}, which this program knows`,
    );
  }
  if (version !== MANIFEST_VERSION) throw manifestError(file, `there is no version ${version} of it`);
  if (typeof header.options !== 'string') throw manifestError(file, 'its header names no options');
  return header;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON is not a header and not a record, which is what the callers report.
  }
}

/** Runs `work`; a system error becomes a `MANIFEST` error that names the file. */
export function guarded<T>(file: string, verb: 'read' | 'write', work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ThumbsError) throw error;
    throw new ThumbsError('MANIFEST', `Cannot ${verb} the manifest ${printable(file)}: ${causeOf(error)}`, {
      cause: error,
    });
  }
}

/** The error of a file that is there and cannot be the manifest. */
export function manifestError(file: string, cause: string): ThumbsError {
  return new ThumbsError('MANIFEST', `Cannot use ${printable(file)} as the manifest: ${cause}`);
}
