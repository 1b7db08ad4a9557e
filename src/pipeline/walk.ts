// One root's photos by fast-glob, over a file system adapter that adds what fast-glob leaves open: it waits for whoever
// takes the photos, outlives folders that cannot be read, walks no loop, and loses no name.

import nodeFs, { type Dirent, type Stats } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import fastGlob, { type FileSystemAdapter } from 'fast-glob';
import { causeOf, systemCode } from '../errors.js';
import { isPhotoName, photoExtensions } from '../image/formats.js';
import { isInside, type Root, realPathIn } from './roots.js';

/** What the walk needs to know. */
export interface WalkOptions {
  /** The output folder, which is never walked; it need not be there. */
  readonly out: string;
  /** Empty for every photo extension. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly hidden: boolean;
  readonly follow: boolean;
  /** After it no further folder is listed, and the walk ends. */
  readonly signal?: AbortSignal | undefined;
  /** Told of a folder that cannot be read; the walk goes on. */
  readonly unreadable: (folder: string, cause: string) => void;
  /** Told of each symbolic link that is left alone because `follow` is off. */
  readonly linkSkipped: () => void;
}

/** No further folder is listed while this many photos wait to be taken. */
const WAITING = 256;

/**
 * Folders that are listed at once: libuv reads with four threads. It must stay below {@link WAITING}, because each photo
 * that is taken lets one folder pass.
 */
const LISTED_AT_ONCE = 8;

const PHOTOS = `**/*.{${photoExtensions.join(',')}}`;

/** Absolute paths of the photos of `root`, in no order. */
export async function* walk(root: Root, options: WalkOptions): AsyncGenerator<string> {
  if (root.kind === 'file') {
    // Named one by one, it is taken whatever its extension.
    yield root.path;
    return;
  }
  const found = new Readable({ objectMode: true, read: () => {} });
  const realOut = await fs.realpath(options.out).catch(() => options.out); // It need not be there.
  const gate = new Gate(() => found.readableLength < WAITING);
  const left = new AbortController();
  const signal = AbortSignal.any([left.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const globbing = fastGlob.stream(options.include.length === 0 ? PHOTOS : [...options.include], {
    cwd: root.path,
    ignore: options.exclude.map((glob) => glob.replace(/\/+$/, '')),
    baseNameMatch: true,
    caseSensitiveMatch: false,
    dot: options.hidden,
    concurrency: LISTED_AT_ONCE,
    followSymbolicLinks: options.follow,
    // A folder, a pipe or a device under a photo's name is found and reported, not passed over.
    onlyFiles: false,
    markDirectories: true,
    // To be sure of each path once costs memory for all of them; only several patterns can find one twice.
    unique: options.include.length > 1,
    fs: adapter(root, { ...options, out: realOut, signal }, gate),
  });
  globbing.on('data', (entry: string) => found.push(entry));
  globbing.on('end', () => found.push(null));
  globbing.on('error', (error: Error) => found.destroy(error));
  try {
    const entries: AsyncIterable<string> = found;
    for await (const entry of entries) {
      gate.look();
      const name = decodeName(entry);
      const isFolder = name.endsWith('/');
      const file = path.join(root.path, isFolder ? name.slice(0, -1) : name);
      // A folder is a job only under a photo's name, and the output folder is none whatever its name.
      if (isFolder && (!isPhotoName(file) || realPathIn(root, file) === realOut)) continue;
      yield file;
    }
  } finally {
    // fast-glob goes through all that it has queued; from here on every folder is empty to it.
    left.abort();
    gate.open();
  }
}

/** What Node puts for bytes of a name that are not UTF-8; the name then opens nothing. */
const NOT_UTF8 = '\ufffd';

/** Lets pass one after the other while there is room. */
class Gate {
  #hasRoom: () => boolean;
  readonly #waiting: Array<() => void> = [];

  constructor(hasRoom: () => boolean) {
    this.#hasRoom = hasRoom;
  }

  async pass(): Promise<void> {
    if (!this.#hasRoom()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** To be called when there may be room again. */
  look(): void {
    if (this.#hasRoom()) this.#waiting.shift()?.();
  }

  /** Lets everyone pass from now on. */
  open(): void {
    this.#hasRoom = () => true;
    for (const pass of this.#waiting.splice(0)) pass();
  }
}

/** @param options With the real path of the output folder. */
function adapter(root: Root, options: WalkOptions, gate: Gate): Partial<FileSystemAdapter> {
  const onDisk = (file: string) => path.join(root.path, decodeName(file.slice(root.path.length)));
  /** Real paths of the folders walked so far; kept only where links can make a loop. */
  const realPaths = new Map<string, string>();

  /** Whether the way to the folder is one that this walk may go. */
  function isOpen(folder: string, realPath: string): boolean {
    if (isInside(options.out, realPath)) return false;
    if (options.follow) return !isLoop(folder, realPath);
    // The fixed beginning of a glob is opened without being listed first, and may go through a link.
    return realPath === realPathIn(root, folder);
  }

  /** A loop leads to a folder that the way to it has already been through. */
  function isLoop(folder: string, realPath: string): boolean {
    realPaths.set(folder, realPath);
    for (let parent = path.dirname(folder); isInside(root.path, parent); parent = path.dirname(parent)) {
      if (realPaths.get(parent) === realPath) return true;
      if (parent === path.dirname(parent)) break;
    }
    return false;
  }

  async function list(folder: string): Promise<Dirent[]> {
    await gate.pass();
    if (options.signal?.aborted === true) return [];
    try {
      if (!isOpen(folder, await fs.realpath(folder))) return [];
      const entries = await fs.readdir(folder, { withFileTypes: true });
      return entries.filter(isWalked).map(encodeEntry);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') options.unreadable(folder, causeOf(error));
      else if (folder.includes(NOT_UTF8)) options.unreadable(folder, 'its name is not valid UTF-8');
      // Else it is gone since it was listed, or is the fixed beginning of a glob that this root has no folder for.
      return [];
    }
  }

  function isWalked(entry: Dirent): boolean {
    if (options.follow || !entry.isSymbolicLink()) return true;
    options.linkSkipped();
    return false;
  }

  return {
    readdir: ((folder: string, _: unknown, callback: (error: null, entries: Dirent[]) => void) => {
      void list(onDisk(folder)).then((entries) => callback(null, entries));
    }) as FileSystemAdapter['readdir'],
    stat: ((file: string, callback: StatCallback) =>
      nodeFs.stat(onDisk(file), callback)) as FileSystemAdapter['stat'],
    lstat: ((file: string, callback: StatCallback) =>
      nodeFs.lstat(onDisk(file), callback)) as FileSystemAdapter['lstat'],
  };
}

type StatCallback = (error: NodeJS.ErrnoException | null, stats: Stats) => void;

// fast-glob matches with regular expressions in which `.` is any character but a line terminator: a name that starts
// with a newline would match no glob and be lost. The four terminators travel through it as noncharacters of Unicode,
// and those, should a name hold them, behind a fifth.
const TERMINATORS = '\n\r\u2028\u2029';
const STAND_INS = '\ufdd0\ufdd1\ufdd2\ufdd3';
const LITERAL = '\ufdd4';

function encodeName(name: string): string {
  return name.replace(/[\n\r\u2028\u2029\ufdd0-\ufdd4]/g, (character) => {
    const index = TERMINATORS.indexOf(character);
    return index === -1 ? LITERAL + character : STAND_INS.charAt(index);
  });
}

function decodeName(name: string): string {
  return name.replace(/\ufdd4?([\ufdd0-\ufdd4])/g, (match, character: string) =>
    match.length === 2 ? character : TERMINATORS.charAt(STAND_INS.indexOf(character)),
  );
}

function encodeEntry(entry: Dirent): Dirent {
  entry.name = encodeName(entry.name);
  return entry;
}
