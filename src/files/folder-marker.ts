// The marker of a folder that this program fills: what the folder has, its layout, and which manifests use it. By it such a folder is
// known: it is not walked, and `prune` and `verify` know whose thumbnails are in it.
//
//     thumbnails/.thumbs.json
//
//     {"thumbs":"thumbnails","version":1,"layout":"flat","manifests":["../catalog.jsonl","manifest.jsonl"],"left":{"manifest.jsonl":12}}

import fs from 'node:fs';
import path from 'node:path';
import { causeOf, outputError, systemCode, unreadableOutputError } from '../errors.js';
import type { Layout } from '../options/options.js';
import { systemPath } from '../path-bytes.js';
import { jsonLine } from '../printable.js';
import { replaceFile } from './replace-file.js';

export const MARKER_NAME = '.thumbs.json';

/** The name of the manifest in an output folder of version 0.1, which has no marker. */
export const UNMARKED_MANIFEST_NAME = 'manifest.jsonl';

/** What a marker says. */
export interface FolderMarker {
  /** What the folder has. */
  readonly thumbs: 'thumbnails';
  readonly version: number;
  /** Of the last run. */
  readonly layout: Layout;
  /** The manifests that use the folder: their paths relative to it, with `/`, sorted. */
  readonly manifests: readonly string[];
  /** By manifest: photos that have left it since the last prune, as `ManifestStore.finish` counts them. Absent for none. */
  readonly left?: Readonly<Record<string, number>>;
  /**
   * The latest time, in milliseconds since 1970, of the files under thumbnails' names that were here before the first run. Such a file
   * is ours only if it is newer. Absent when there was none.
   */
  readonly foreignUntilMs?: number;
}

const VERSION = 1;

/** A marker has some 100 bytes, and 30 for each manifest. */
const MAX_BYTES = 1_000_000;

/** Does not wait for the writer of a named pipe. Windows has neither the flag nor such pipes in folders. */
const OPEN_FLAGS = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);

/**
 * The folder's marker; undefined when it has none.
 * @throws {ThumbsError} `OUTPUT`: it cannot be read, is of a newer version, or is a file of something else.
 */
export function readMarker(folder: string): FolderMarker | undefined {
  const file = path.join(folder, MARKER_NAME);
  try {
    const text = readText(file);
    return text === undefined ? undefined : requireMarker(text);
  } catch (error) {
    throw unreadableOutputError(file, error);
  }
}

/** Whether the folder has a marker of ours that can be read, of whatever version. */
export function isMarked(folder: string): boolean {
  try {
    return parseMarker(readText(path.join(folder, MARKER_NAME)) ?? '') !== undefined;
  } catch {
    return false; // Whoever uses the folder reports the cause.
  }
}

/**
 * The latest time, in milliseconds since 1970, of files in the folder that are another program's although they have thumbnails' names;
 * negative infinity when it has none.
 */
export function foreignUntil(folder: string): number {
  return readMarker(folder)?.foreignUntilMs ?? Number.NEGATIVE_INFINITY;
}

/** The file's text; undefined when there is no such file. */
function readText(file: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = fs.openSync(systemPath(file), OPEN_FLAGS);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const stats = fs.fstatSync(descriptor);
    return stats.isFile() && stats.size <= MAX_BYTES ? fs.readFileSync(descriptor, 'utf8') : '';
  } finally {
    fs.closeSync(descriptor);
  }
}

function requireMarker(text: string): FolderMarker {
  const marker = parseMarker(text);
  if (marker === undefined) throw new Error('it is not a marker of thumbs, and is left unchanged');
  if (marker.version > VERSION) throw new Error(`it is of version ${marker.version}, newer than ${VERSION}`);
  return marker;
}

/** Undefined when the text is no marker. The version is not checked. */
function parseMarker(text: string): FolderMarker | undefined {
  let value: Partial<FolderMarker> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { thumbs, version, manifests, left = {}, foreignUntilMs = 0 } = value ?? {};
  const isMarker =
    typeof thumbs === 'string' &&
    typeof version === 'number' &&
    Array.isArray(manifests) &&
    manifests.every((name) => typeof name === 'string') &&
    Object.values(left).every((photos) => typeof photos === 'number') &&
    typeof foreignUntilMs === 'number';
  return isMarker ? (value as FolderMarker) : undefined;
}

/**
 * Writes what `change` makes of the folder's marker, or of an empty one; nothing if that is the same. The caller has locked the folder.
 * @throws {ThumbsError} `OUTPUT`: it cannot be read or written, is of a newer version, or is a file of something else.
 */
export function changeMarker(folder: string, change: (marker: FolderMarker) => FolderMarker): void {
  const file = path.join(folder, MARKER_NAME);
  try {
    const text = readText(file);
    const changed = `${jsonLine(change(text === undefined ? EMPTY : requireMarker(text)))}\n`;
    if (changed !== text) replaceFile(file, [changed]);
  } catch (error) {
    throw outputError(file, causeOf(error), error);
  }
}

const EMPTY: FolderMarker = { thumbs: 'thumbnails', version: VERSION, layout: 'flat', manifests: [] };
