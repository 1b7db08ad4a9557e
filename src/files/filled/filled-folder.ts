// A folder that this program fills with files under names that it chooses, and brings up to date: a gallery, a tree of links. What is not
// on the folder's list (file-list.ts), or is no longer as it was written, is somebody else's, and stays.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { causeOf, optionError, outputError, systemCode, ThumbsError } from '../../errors.js';
import { printable } from '../../printable.js';
import type { Steps } from '../../steps.js';
import { createFolder } from '../create-folder.js';
import { type FilledKind, readFilledMarker, writeFilledMarker } from '../folder-marker.js';
import { Lock } from '../locks/lock.js';
import { isStale, temporaryPath } from '../temporary.js';
import { FileList, isDigest, isInner, type ListedFile } from './file-list.js';

/** Which folder, and whose. */
export interface FilledPlace {
  /** Absolute path; created if it does not exist. */
  readonly folder: string;
  readonly kind: FilledKind;
  /** Absolute path of the manifest that the folder shows. */
  readonly manifest: string;
}

/** What a file of the folder is made of: text, a copy of another file, or a link to one. */
export type Content =
  | { readonly text: string | Uint8Array }
  | {
      /** Absolute path, or its bytes where it is not UTF-8; a regular file. */
      readonly from: string | Buffer;
      /** `copy` is a reflink where the file system has them. `symbolic` needs a path in UTF-8. */
      readonly as: 'copy' | 'hard' | 'symbolic';
      /** The SHA-256 of its bytes, hex; or another text that differs when they do. */
      readonly content: string;
    };

/** What was done. */
export interface FilledFigures {
  /** Files that are in the folder by this program. */
  readonly files: number;
  readonly written: number;
  readonly removed: number;
  /** Paths in the folder, with `/`, of files that somebody else has written or changed, and that are left as they are. */
  readonly foreign: readonly string[];
}

const DIGEST_DIGITS = 32;

/** How many files are looked at before the event loop has a turn. */
const FILES_A_STEP = 100;

export class FilledFolder {
  readonly folder: string;
  /** As the marker of an earlier run has them; none for a new folder. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly #place: FilledPlace;
  readonly #lock: Lock;
  readonly #list: FileList;
  /** Of this time. */
  readonly #put = new Set<string>();
  /** Folders, with `/`, that are known to be none behind a link. */
  readonly #checked = new Set<string>();
  readonly #foreign: string[] = [];
  #written = 0;
  #removed = 0;

  private constructor(place: FilledPlace, lock: Lock, settings: Readonly<Record<string, unknown>>) {
    this.#place = place;
    this.folder = place.folder;
    this.#lock = lock;
    this.settings = settings;
    this.#list = FileList.open(place.folder);
  }

  /**
   * Opens the folder, until {@link close}.
   * @throws {ThumbsError} `OPTION`: it has files of somebody else and was not filled before, or is that of another manifest. `OUTPUT`: it
   * cannot be read or written, or is another kind of folder. `LOCKED`: another process fills it.
   */
  static open(place: FilledPlace): FilledFolder {
    const { folder, kind } = place;
    FilledFolder.check(place);
    try {
      createFolder(folder);
    } catch (error) {
      throw outputError(folder, causeOf(error), error);
    }
    const lock = Lock.take(folder);
    try {
      if (lock.tookOver) removeStaleIn(folder);
      const marker = readFilledMarker(folder, kind);
      // Before any file: a folder with files and without a marker is taken for somebody else's.
      if (marker === undefined) writeFilledMarker(folder, { thumbs: kind, of: ownerOf(place), settings: {} });
      return new FilledFolder(place, lock, marker?.settings ?? {});
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Checks what {@link open} would refuse, and writes nothing. @throws {ThumbsError} as `open`. */
  static check(place: FilledPlace): void {
    const { folder, kind } = place;
    const marker = readFilledMarker(folder, kind);
    if (marker === undefined) requireEmpty(folder);
    else if (marker.of !== ownerOf(place))
      throw optionError(
        `${printable(folder)} was made from another manifest: name another folder, or remove this one first`,
      );
  }

  /** Makes sure that the folder has this file. Nothing is written where it is as it should be, or where somebody else's is. */
  put(file: string, content: Content): void {
    if (!isInner(file)) throw new RangeError(`Expected a path in the folder, got ${file}`);
    if (this.#put.has(file)) throw new RangeError(`Expected each file once, got ${file} again`);
    this.#put.add(file);
    const target = path.join(this.folder, file);
    try {
      const wanted = contentOf(this.folder, file, content);
      const found = fs.lstatSync(target, { throwIfNoEntry: false });
      if (found !== undefined && this.#isAsListed(file, found, wanted)) return;
      if (!this.#isFree(file, target, found, wanted)) {
        this.#foreign.push(file);
        return;
      }
      this.#write(file, target, content, wanted);
    } catch (error) {
      throw error instanceof ThumbsError ? error : outputError(target, causeOf(error), error);
    }
  }

  /** Whether this program has written a file of this name. */
  has(file: string): boolean {
    return this.#list.of(file).length > 0;
  }

  /**
   * Keeps a file of an earlier time as it is.
   * @returns Whether there is one.
   */
  keep(file: string): boolean {
    if (this.has(file)) this.#put.add(file);
    return this.#put.has(file);
  }

  /** Removes the files that were not {@link put} this time, and writes list and marker. @throws {ThumbsError} `OUTPUT` or `LOCKED`. */
  *finish(settings: Readonly<Record<string, unknown>>): Steps<FilledFigures> {
    const { kind } = this.#place;
    let looked = 0;
    const stale = [...this.#list.files()].filter((file) => !this.#put.has(file));
    for (const file of stale) {
      this.#lock.requireHeld();
      this.#remove(file);
      looked += 1;
      if (looked % FILES_A_STEP === 0) yield;
    }
    this.#lock.requireHeld();
    try {
      this.#list.write();
    } catch (error) {
      throw outputError(this.folder, causeOf(error), error);
    }
    writeFilledMarker(this.folder, { thumbs: kind, of: ownerOf(this.#place), settings });
    return {
      files: this.#put.size - this.#foreign.filter((file) => this.#put.has(file)).length,
      written: this.#written,
      removed: this.#removed,
      foreign: this.#foreign,
    };
  }

  close(): void {
    this.#list.close();
    this.#lock.release();
  }

  /** Whether the file is as the list has it, with the content that is wanted. */
  #isAsListed(file: string, found: fs.Stats, wanted: string): boolean {
    const entry = this.#list.of(file).find((each) => each.content === wanted && isSame(each, found));
    return entry !== undefined;
  }

  /** Whether a file may be written here: there is none, it is ours, or it has just these bytes. */
  #isFree(file: string, target: string, found: fs.Stats | undefined, wanted: string): boolean {
    if (!this.#hasRealFolder(file)) return false;
    if (found === undefined) return true;
    return (
      this.#isOurs(file, target, found) || (isDigest(wanted) && found.isFile() && digestOf(target) === wanted)
    );
  }

  /** Whether the file is as this program has written it: by size and time, or, where a copy of the folder has lost the times, by its bytes. */
  #isOurs(file: string, target: string, found: fs.Stats): boolean {
    const listed = this.#list.of(file);
    if (listed.some((entry) => isSame(entry, found))) return true;
    if (found.isSymbolicLink())
      return listed.some(({ content }) => content === linkContent(fs.readlinkSync(target)));
    if (!found.isFile() || !listed.some(({ content, bytes }) => isDigest(content) && bytes === found.size))
      return false;
    const digest = digestOf(target);
    return listed.some(({ content }) => content === digest);
  }

  #write(file: string, target: string, content: Content, wanted: string): void {
    this.#lock.requireHeld();
    createFolder(path.dirname(target));
    const temporary = temporaryPath(this.folder);
    try {
      write(temporary, target, content);
      const { size, mtimeMs } = fs.lstatSync(temporary);
      const entry = { file, bytes: size, mtimeMs, content: wanted };
      this.#list.add(entry);
      fs.renameSync(temporary, target);
      this.#list.settle(entry);
    } finally {
      // Also where both are links to one file: then `rename` does nothing.
      fs.rmSync(temporary, { force: true });
    }
    this.#written += 1;
  }

  #remove(file: string): void {
    const target = path.join(this.folder, file);
    try {
      const found = this.#hasRealFolder(file) ? fs.lstatSync(target, { throwIfNoEntry: false }) : undefined;
      if (found !== undefined && !this.#isOurs(file, target, found)) this.#foreign.push(file);
      else if (found !== undefined) {
        fs.unlinkSync(target);
        this.#removed += 1;
        this.#removeEmptyFolders(path.posix.dirname(file));
      }
      this.#list.drop(file);
    } catch (error) {
      throw outputError(target, causeOf(error), error);
    }
  }

  #removeEmptyFolders(folder: string): void {
    for (let inner = folder; inner !== '.'; inner = path.posix.dirname(inner)) {
      try {
        fs.rmdirSync(path.join(this.folder, inner));
        this.#checked.delete(inner);
      } catch {
        return; // It has other files.
      }
    }
  }

  /** Whether every folder between this one and the file is a folder, or missing: behind a link lies something of somebody else's. */
  #hasRealFolder(file: string): boolean {
    const folder = path.posix.dirname(file);
    if (folder === '.' || this.#checked.has(folder)) return true;
    if (!this.#hasRealFolder(folder)) return false;
    const found = fs.lstatSync(path.join(this.folder, folder), { throwIfNoEntry: false });
    if (found !== undefined && !found.isDirectory()) return false;
    if (found !== undefined) this.#checked.add(folder);
    return true;
  }
}

/** Entries that may be in a folder before it is filled for the first time: those of version control and of web hosts (`.git`, `CNAME`). */
const MAY_BE_THERE = /^(?:\..*|CNAME)$/;

function requireEmpty(folder: string): void {
  let names: string[];
  try {
    names = fs.readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    if (systemCode(error) === 'ENOTDIR')
      throw outputError(folder, 'there is a file where the folder should be', error);
    throw outputError(folder, causeOf(error), error);
  }
  const other = names.find((name) => !MAY_BE_THERE.test(name));
  if (other === undefined) return;
  throw optionError(
    `${printable(folder)} has files that are not of thumbs, as ${printable(other)}: name a folder that is empty, or does not exist`,
  );
}

function ownerOf({ folder, manifest }: FilledPlace): string {
  const name = path.relative(folder, manifest).replaceAll(path.sep, '/');
  return createHash('sha256').update(name).digest('hex').slice(0, 16);
}

/** What is to be in the file, as the list has it. */
function contentOf(folder: string, file: string, content: Content): string {
  if ('text' in content) return sha256(content.text);
  if (content.as === 'symbolic') return linkContent(linkTarget(path.join(folder, file), content.from));
  return /^[0-9a-f]{64}$/.test(content.content) ? content.content.slice(0, DIGEST_DIGITS) : content.content;
}

function linkContent(target: string): string {
  return `-> ${target}`;
}

/** Relative, so that both can be moved together. */
function linkTarget(target: string, from: string | Buffer): string {
  return path.relative(path.dirname(target), from.toString());
}

function digestOf(file: string): string {
  return sha256(fs.readFileSync(file));
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, DIGEST_DIGITS);
}

function isSame({ bytes, mtimeMs }: ListedFile, found: fs.Stats): boolean {
  return (found.isFile() || found.isSymbolicLink()) && found.size === bytes && found.mtimeMs === mtimeMs;
}

function write(temporary: string, target: string, content: Content): void {
  if ('text' in content) fs.writeFileSync(temporary, content.text, { flag: 'wx' });
  else if (content.as === 'symbolic') fs.symlinkSync(linkTarget(target, content.from), temporary);
  else if (content.as === 'hard') fs.linkSync(content.from, temporary);
  else fs.copyFileSync(content.from, temporary, fs.constants.COPYFILE_FICLONE | fs.constants.COPYFILE_EXCL);
}

function removeStaleIn(folder: string): void {
  try {
    for (const name of fs.readdirSync(folder))
      if (isStale(folder, name)) fs.rmSync(path.join(folder, name), { force: true });
  } catch (error) {
    throw outputError(folder, causeOf(error), error);
  }
}
