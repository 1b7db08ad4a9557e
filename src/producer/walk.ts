// The photos of one root, by fast-glob.

import path from 'node:path';
import { Readable } from 'node:stream';
import { realPathOf } from '../files/real-path.js';
import { type Root, realPathIn } from './roots.js';
import { decodeName } from './selection/glob-names.js';
import type { Selection } from './selection/selection.js';
import { isFilled } from './skipped-folders.js';
import { type WalkFileSystemOptions, walkFileSystem } from './walk-file-system.js';

export interface WalkOptions extends Omit<WalkFileSystemOptions, 'signal' | 'mayList'> {
  /** The output folder, which is never walked; it need not exist. */
  readonly out: string;
  /** After it no further folder is listed, and the walk ends. */
  readonly signal?: AbortSignal | undefined;
}

/** No further folder is listed while this many photos wait to be taken. */
const MAX_WAITING = 256;

/**
 * Folders that are listed at once: libuv reads with four threads. It must stay below {@link MAX_WAITING}, because each photo that is
 * taken lets one folder pass.
 */
const LISTED_AT_ONCE = 8;

/** Absolute paths of the photos of `root`, in no order. */
export async function* walk(root: Root, options: WalkOptions): AsyncGenerator<string> {
  if (root.kind === 'file') {
    // A file that was named itself is taken whatever its extension.
    yield root.path;
    return;
  }
  // Consumers that were preforked load while this process loads fast-glob.
  const { default: fastGlob } = await import('fast-glob');
  const found = new Readable({ objectMode: true, read: () => {} });
  const realOut = await realPathOf(options.out).catch(() => options.out); // It need not exist.
  const folder = root.path.endsWith(path.sep) ? root.path : root.path + path.sep;
  const gate = new Gate(() => found.readableLength < MAX_WAITING);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  // Every entry of a file system that has only what is selected.
  const globbing = fastGlob.stream('**', {
    cwd: root.path,
    dot: true,
    concurrency: LISTED_AT_ONCE,
    // The file system follows them.
    followSymbolicLinks: false,
    // A folder, a pipe or a device under a photo's name is found and reported, not ignored.
    onlyFiles: false,
    markDirectories: true,
    // Remembering every path costs memory, and one glob finds each once.
    unique: false,
    fs: walkFileSystem(root, { ...options, out: realOut, signal, mayList: () => gate.pass() }),
  });
  globbing.on('data', (entry: string) => {
    if (!entry.endsWith('/') || isPhotoNamed(entry.slice(0, -1), options.selection)) found.push(entry);
  });
  globbing.on('end', () => found.push(null));
  globbing.on('error', (error: Error) => found.destroy(error));
  try {
    const entries: AsyncIterable<string> = found;
    for await (const entry of entries) {
      gate.check();
      const isFolder = entry.endsWith('/');
      const file = folder + inSystem(decodeName(isFolder ? entry.slice(0, -1) : entry));
      // A folder is a job only under a photo's name, and one of thumbnails never is.
      if (isFolder && (realPathIn(root, file) === realOut || isFilled(file))) continue;
      yield file;
    }
  } finally {
    // fast-glob works through all that it has queued; from here on every folder is empty to it.
    stop.abort();
    gate.open();
  }
}

function isPhotoNamed(folder: string, selection: Selection): boolean {
  return selection.isPhotoName(folder) && selection.selects(folder, false);
}

/** A path of fast-glob, which has `/` everywhere. `path.join` would take as long as all the rest for a path. */
function inSystem(entry: string): string {
  return path.sep === '/' ? entry : entry.replaceAll('/', path.sep);
}

/** Lets callers pass one after the other while there is capacity. */
class Gate {
  #hasCapacity: () => boolean;
  readonly #waiting: Array<() => void> = [];

  constructor(hasCapacity: () => boolean) {
    this.#hasCapacity = hasCapacity;
  }

  async pass(): Promise<void> {
    if (!this.#hasCapacity()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** To be called when there may be capacity again. */
  check(): void {
    if (this.#hasCapacity()) this.#waiting.shift()?.();
  }

  /** Lets everyone pass from now on. */
  open(): void {
    this.#hasCapacity = () => true;
    for (const pass of this.#waiting.splice(0)) pass();
  }
}
