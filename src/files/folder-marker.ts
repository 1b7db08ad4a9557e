// The marker of a folder that this program fills: what the folder has, its layout, and which manifests use it. By it such a folder is
// known: it is not walked, and `prune` and `verify` know whose thumbnails are in it.
//
//     thumbnails/.thumbs.json
//
//     {"thumbs":"thumbnails","version":1,"layout":"flat","manifests":["../catalog.jsonl","manifest.jsonl"],"left":{"manifest.jsonl":12}}
//
//     gallery/.thumbs.json, links/.thumbs.json       a folder whose files are listed (filled/)
//
//     {"thumbs":"gallery","version":1,"manifests":[],"of":"<16 hex>","settings":{"title":"Holidays"}}
//     {"thumbs":"links","version":1,"manifests":[],"of":"<16 hex>","settings":{"common":{"source":"../photos"},"plain":["200x200"]}}

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
  /** By manifest: the folders that its runs were given, or that the files were in which they were given. None lies in another. */
  readonly roots?: Readonly<Record<string, readonly MarkedPath[]>>;
  /**
   * The latest time, in milliseconds since 1970, of the files under thumbnails' names that were here before the first run. Such a file
   * is ours only if it is newer. Absent when there was none.
   */
  readonly foreignUntilMs?: number;
}

/** A path, relative to the manifest's folder. */
export interface MarkedPath {
  /** With `/`; each byte that is not UTF-8 is U+FFFD. */
  readonly source: string;
  /** The path's bytes, base64; only if they are not UTF-8. */
  readonly sourceNameBase64?: string;
}

/** What a folder has whose files are listed. */
export type FilledKind = 'gallery' | 'links';

/** What the marker of such a folder says. */
export interface FilledMarker {
  readonly thumbs: FilledKind;
  readonly version: number;
  /** None: a gallery is published, and says nothing of where its photos are. */
  readonly manifests: readonly [];
  /** 16 hex digits of the SHA-256 of the manifest's path relative to the folder, with `/`. */
  readonly of: string;
  /** What the folder was asked to be; later runs keep it. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const VERSION = 1;

/** What a folder is called in messages, by its marker. */
const TITLES: Readonly<Record<string, string>> = {
  thumbnails: 'the folder of thumbnails',
  gallery: 'a gallery',
  links: 'a folder of links',
};

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
    return text === undefined ? undefined : requireMarker(text, 'thumbnails');
  } catch (error) {
    throw unreadableOutputError(file, error);
  }
}

/**
 * The marker of a folder whose files are listed; undefined when it has none.
 * @throws {ThumbsError} `OUTPUT`: it cannot be read, is of a newer version, or is that of another kind of folder.
 */
export function readFilledMarker(folder: string, kind: FilledKind): FilledMarker | undefined {
  const file = path.join(folder, MARKER_NAME);
  try {
    const text = readText(file);
    if (text === undefined) return undefined;
    const marker: Partial<Record<keyof FilledMarker, unknown>> = requireMarker(text, kind);
    const { of = '', settings } = marker;
    return { thumbs: kind, version: VERSION, manifests: [], of: String(of), settings: Object(settings) };
  } catch (error) {
    throw unreadableOutputError(file, error);
  }
}

/**
 * Writes the marker of a folder whose files are listed, unless it has that marker. The caller has locked the folder.
 * @throws {ThumbsError} `OUTPUT`, with the path and the cause.
 */
export function writeFilledMarker(
  folder: string,
  { thumbs, of, settings }: Omit<FilledMarker, 'version' | 'manifests'>,
): void {
  const file = path.join(folder, MARKER_NAME);
  try {
    const text = `${jsonLine({ thumbs, version: VERSION, manifests: [], of, settings })}\n`;
    if (readText(file) !== text) replaceFile(file, [text]);
  } catch (error) {
    throw outputError(file, causeOf(error), error);
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

function requireMarker(text: string, kind: FolderMarker['thumbs'] | FilledKind): FolderMarker {
  const marker = parseMarker(text);
  if (marker === undefined) throw new Error('it is not a marker of thumbs, and is left unchanged');
  if (marker.version > VERSION) throw new Error(`it is of version ${marker.version}, newer than ${VERSION}`);
  const found: string = marker.thumbs;
  if (found === kind) return marker;
  const [is, wanted] = [TITLES[found] ?? 'something else', TITLES[kind] ?? kind];
  throw new Error(`it is the marker of ${is}, not of ${wanted}: name another folder`);
}

/** Undefined when the text is no marker. The version is not checked. */
function parseMarker(text: string): FolderMarker | undefined {
  let value: Partial<FolderMarker> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { thumbs, version, manifests, left = {}, roots = {}, foreignUntilMs = 0 } = value ?? {};
  const isMarker =
    typeof thumbs === 'string' &&
    typeof version === 'number' &&
    Array.isArray(manifests) &&
    manifests.every((name) => typeof name === 'string') &&
    Object.values(left).every((photos) => typeof photos === 'number') &&
    Object.values(roots).every((paths) => Array.isArray(paths) && paths.every(isMarkedPath)) &&
    typeof foreignUntilMs === 'number';
  return isMarker ? (value as FolderMarker) : undefined;
}

function isMarkedPath(value: Partial<MarkedPath> | null): boolean {
  const { source, sourceNameBase64 = '' } = value ?? {};
  return typeof source === 'string' && typeof sourceNameBase64 === 'string';
}

/**
 * Writes what `change` makes of the folder's marker, or of an empty one; nothing if that is the same. The caller has locked the folder.
 * @throws {ThumbsError} `OUTPUT`: it cannot be read or written, is of a newer version, or is a file of something else.
 */
export function changeMarker(folder: string, change: (marker: FolderMarker) => FolderMarker): void {
  const file = path.join(folder, MARKER_NAME);
  try {
    const text = readText(file);
    const changed = `${jsonLine(change(text === undefined ? EMPTY : requireMarker(text, 'thumbnails')))}\n`;
    if (changed !== text) replaceFile(file, [changed]);
  } catch (error) {
    throw outputError(file, causeOf(error), error);
  }
}

const EMPTY: FolderMarker = { thumbs: 'thumbnails', version: VERSION, layout: 'flat', manifests: [] };
