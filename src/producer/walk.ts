// The photos of one root, by fast-glob.

import fs from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { decodeName } from './glob-names.js';
import { photoGlob, photoNameTest } from './photo-names.js';
import { type Root, realPathIn } from './roots.js';
import { type WalkFileSystemOptions, walkFileSystem } from './walk-file-system.js';

export interface WalkOptions extends Pick<WalkFileSystemOptions, 'onUnreadable' | 'onSkippedLink'> {
  /** The output folder, which is never walked; it need not exist. */
  readonly out: string;
  /** Photo extensions, lower case, without the dot. */
  readonly extensions: readonly string[];
  /** Empty for every photo extension. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly hidden: boolean;
  readonly follow: boolean;
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
  const { extensions, include } = options;
  const isPhotoName = photoNameTest(extensions);
  const found = new Readable({ objectMode: true, read: () => {} });
  const realOut = await fs.realpath(options.out).catch(() => options.out); // It need not exist.
  const gate = new Gate(() => found.readableLength < MAX_WAITING);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const globbing = fastGlob.stream(include.length === 0 ? photoGlob(extensions) : [...include], {
    cwd: root.path,
    ignore: options.exclude.map((glob) => glob.replace(/\/+$/, '')),
    baseNameMatch: true,
    caseSensitiveMatch: false,
    dot: options.hidden,
    concurrency: LISTED_AT_ONCE,
    followSymbolicLinks: options.follow,
    // A folder, a pipe or a device under a photo's name is found and reported, not ignored.
    onlyFiles: false,
    markDirectories: true,
    // Remembering every path costs memory; only several patterns can find one twice.
    unique: include.length > 1,
    fs: walkFileSystem(root, { ...options, out: realOut, signal, mayList: () => gate.pass() }),
  });
  globbing.on('data', (entry: string) => found.push(entry));
  globbing.on('end', () => found.push(null));
  globbing.on('error', (error: Error) => found.destroy(error));
  try {
    const entries: AsyncIterable<string> = found;
    for await (const entry of entries) {
      gate.check();
      const name = decodeName(entry);
      const isFolder = name.endsWith('/');
      const file = path.join(root.path, isFolder ? name.slice(0, -1) : name);
      // A folder is a job only under a photo's name, and the output folder never is.
      if (isFolder && (!isPhotoName(file) || realPathIn(root, file) === realOut)) continue;
      yield file;
    }
  } finally {
    // fast-glob works through all that it has queued; from here on every folder is empty to it.
    stop.abort();
    gate.open();
  }
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
