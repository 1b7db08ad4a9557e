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
import { type Content, digestOf, foundIdentity, type Wanted, wantedOf, write } from './content.js';
import { FileList, identityOf, isDigest, isInner, type ListedFile } from './file-list.js';

export type { Content };

/** Which folder, and whose. */
export interface FilledPlace {
  /** Absolute path; created if it does not exist. */
  readonly folder: string;
  readonly kind: FilledKind;
  /** Absolute path of the manifest that the folder shows. */
  readonly manifest: string;
}

/** What was done. */
export interface FilledFigures {
  /** Files that are in the folder by this program. */
  readonly files: number;
  readonly written: number;
  readonly removed: number;
  /** Paths in the folder, with `/`, sorted: files that somebody else has written or changed, and that are left as they are. */
  readonly foreign: readonly string[];
}

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
        `${printable(folder)} was made from another manifest, or from one that lay elsewhere beside it: name another folder, or remove this one first`,
      );
  }

  /** Makes sure that the folder has this file. Nothing is written where it is as it should be, or where somebody else's is. */
  put(file: string, content: Content): void {
    if (!isInner(file)) throw new RangeError(`Expected a path in the folder, got ${file}`);
    if (this.#put.has(file)) throw new RangeError(`Expected each file once, got ${file} again`);
    this.#put.add(file);
    const target = path.join(this.folder, file);
    try {
      const wanted = wantedOf(this.folder, file, content);
      const found = this.#find(file, target, wanted);
      if (found.state === 'foreign') this.#foreign.push(file);
      else if (found.state === 'as wanted') this.#adopt(file, found.stats, wanted);
      else this.#write(file, content, wanted, found.stats);
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
    const isThere = this.has(file) && fs.existsSync(path.join(this.folder, file));
    if (isThere) this.#put.add(file);
    return isThere;
  }

  /**
   * Removes the files that are not to be in the folder any more. Before the first {@link put}, where a new file's name may be that of an
   * old file's folder, or differ from an old file's in letter case alone.
   * @param isWanted Whether a file, by its path in the folder, stays.
   * @throws {ThumbsError} `OUTPUT` or `LOCKED`.
   */
  *removeOthers(isWanted: (file: string) => boolean): Steps<void> {
    let looked = 0;
    const stale = [...this.#list.files()].filter((file) => !isWanted(file));
    for (const file of stale) {
      this.#lock.requireHeld();
      this.#remove(file);
      looked += 1;
      if (looked % FILES_A_STEP === 0) yield;
    }
  }

  /** Removes the files that were not {@link put} this time, and writes list and marker. @throws {ThumbsError} `OUTPUT` or `LOCKED`. */
  *finish(settings: Readonly<Record<string, unknown>>): Steps<FilledFigures> {
    const { kind } = this.#place;
    yield* this.removeOthers((file) => this.#put.has(file));
    this.#lock.requireHeld();
    try {
      this.#list.write();
    } catch (error) {
      throw outputError(this.folder, causeOf(error), error);
    }
    writeFilledMarker(this.folder, { thumbs: kind, of: ownerOf(this.#place), settings });
    const foreign = new Set(this.#foreign);
    return {
      files: [...this.#put].filter((file) => this.has(file) && !foreign.has(file)).length,
      written: this.#written,
      removed: this.#removed,
      foreign: this.#foreign.toSorted(),
    };
  }

  close(): void {
    this.#list.close();
    this.#lock.release();
  }

  /** What is under the name of a file that is to be in the folder. */
  #find(file: string, target: string, wanted: Wanted): Found {
    if (!this.#hasRealFolder(file)) return { state: 'foreign' };
    const stats = fs.lstatSync(target, { throwIfNoEntry: false });
    if (stats === undefined) return { state: 'free' };
    const entries = this.#list.of(file);
    const listed = entries.filter((entry) => isSame(entry, stats));
    const isListed = listed.some(({ content }) => content === wanted.content);
    const identity = isListed ? undefined : foundIdentity(target, stats, [...entries, wanted]);
    const known = entries.find((entry) => identityOf(entry) === identity);
    const isWanted = isListed || identity === wanted.content || known?.content === wanted.content;
    // By its bytes a file may be what is wanted, and yet be a copy where a link is wanted.
    if (isWanted) return { state: wanted.isLinkedAs(stats) ? 'as wanted' : 'free', stats };
    return { state: listed.length > 0 || known !== undefined ? 'free' : 'foreign' };
  }

  /** Lists a file that is as it should be: in a copy of the folder it may have lost its time. */
  #adopt(file: string, { size, mtimeMs }: fs.Stats, { content }: Wanted): void {
    const [entry, ...others] = this.#list.of(file);
    if (others.length === 0 && entry?.content === content && entry.mtimeMs === mtimeMs) return;
    const digest = this.#list.of(file).find((each) => each.content === content)?.digest;
    const adopted = { file, bytes: size, mtimeMs, content, ...(digest === undefined ? {} : { digest }) };
    this.#list.add(adopted);
    this.#list.settle(adopted);
  }

  /** Whether the file is as this program has written it: by size and time, or, where a copy of the folder has lost the times, by its bytes. */
  #isOurs(file: string, target: string, found: fs.Stats): boolean {
    const listed = this.#list.of(file);
    if (listed.some((entry) => isSame(entry, found))) return true;
    const identity = foundIdentity(target, found, listed);
    return listed.some((entry) => identityOf(entry) === identity);
  }

  /** @param copy Of a file that is there, and is a copy where a link is wanted, or the other way round. */
  #write(file: string, content: Content, wanted: Wanted, copy: fs.Stats | undefined): void {
    this.#lock.requireHeld();
    const target = path.join(this.folder, file);
    const temporary = temporaryPath(this.folder);
    try {
      const isCopy = write(temporary, target, content) === 'copied';
      // A file can have no more links: it stays the copy that it is.
      if (isCopy && copy !== undefined && wanted.as === 'hard') {
        this.#adopt(file, copy, wanted);
        return;
      }
      const { size, mtimeMs } = fs.lstatSync(temporary);
      const hasDigest = isDigest(wanted.content) || wanted.as === 'symbolic';
      const digest = hasDigest ? {} : { digest: digestOf(temporary) };
      const entry = { file, bytes: size, mtimeMs, content: wanted.content, ...digest };
      this.#list.add(entry);
      // A folder, too, is made only when a file in it is listed: otherwise it would stay, empty, where the process is killed here.
      createFolder(path.dirname(target));
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
      const isReached = this.#hasRealFolder(file);
      const found = isReached ? fs.lstatSync(target, { throwIfNoEntry: false }) : undefined;
      if (found !== undefined && !this.#isOurs(file, target, found)) this.#foreign.push(file);
      else if (found !== undefined) {
        fs.unlinkSync(target);
        this.#removed += 1;
      }
      // Where the file is gone already, the process may have been killed before it removed the folder.
      if (isReached) this.#removeEmptyFolders(path.posix.dirname(file));
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

/** What is under a name: nothing, or what may be replaced; the file that is wanted; or somebody else's. */
type Found =
  | { readonly state: 'free' | 'foreign'; readonly stats?: fs.Stats }
  | { readonly state: 'as wanted'; readonly stats: fs.Stats };

function isSame({ bytes, mtimeMs }: ListedFile, found: fs.Stats): boolean {
  return (found.isFile() || found.isSymbolicLink()) && found.size === bytes && found.mtimeMs === mtimeMs;
}

function removeStaleIn(folder: string): void {
  try {
    for (const name of fs.readdirSync(folder))
      if (isStale(folder, name)) fs.rmSync(path.join(folder, name), { force: true });
  } catch (error) {
    throw outputError(folder, causeOf(error), error);
  }
}
