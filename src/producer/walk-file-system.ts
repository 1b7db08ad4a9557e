// The file system as fast-glob sees it in a walk: it pauses while enough photos wait, reports folders that cannot be read, contains
// no loop, and has names that fast-glob does not lose.

import nodeFs, { type Dirent, type Stats } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { FileSystemAdapter } from 'fast-glob';
import { causeOf, systemCode } from '../errors.js';
import { decodeName, encodeName } from './glob-names.js';
import { isInside, type Root, realPathIn } from './roots.js';

export interface WalkFileSystemOptions {
  /** The real path of the output folder, which is never walked. */
  readonly out: string;
  readonly follow: boolean;
  /** After it every folder is empty. */
  readonly signal: AbortSignal;
  /** Called with each folder that cannot be read; it is then empty. */
  readonly onUnreadable: (folder: string, reason: string) => void;
  /** Called for each symbolic link that is skipped because `follow` is off. */
  readonly onSkippedLink: () => void;
  /** Resolves when a further folder may be listed. */
  readonly mayList: () => Promise<void>;
}

/** What Node.js puts in place of bytes of a name that are not UTF-8; a file of such a name cannot be opened. */
const NOT_UTF8 = '\ufffd';

export function walkFileSystem(root: Root, options: WalkFileSystemOptions): Partial<FileSystemAdapter> {
  const onDisk = (file: string) => path.join(root.path, decodeName(file.slice(root.path.length)));
  /** Real paths of the folders walked so far; kept only where links can make a loop. */
  const realPaths = new Map<string, string>();

  function isWalkable(folder: string, realPath: string): boolean {
    if (isInside(options.out, realPath)) return false;
    if (options.follow) return !isLoop(folder, realPath);
    // The fixed beginning of a glob is opened without being listed first, and may lead through a link.
    return realPath === realPathIn(root, folder);
  }

  /** A loop leads to a folder that is already on the path to it. */
  function isLoop(folder: string, realPath: string): boolean {
    realPaths.set(folder, realPath);
    for (let parent = path.dirname(folder); isInside(root.path, parent); parent = path.dirname(parent)) {
      if (realPaths.get(parent) === realPath) return true;
      if (parent === path.dirname(parent)) break;
    }
    return false;
  }

  async function list(folder: string): Promise<Dirent[]> {
    await options.mayList();
    if (options.signal.aborted) return [];
    try {
      if (!isWalkable(folder, await fs.realpath(folder))) return [];
      const entries = await fs.readdir(folder, { withFileTypes: true });
      return entries.filter(isWalked).map(encodeEntry);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') options.onUnreadable(folder, causeOf(error));
      else if (folder.includes(NOT_UTF8)) options.onUnreadable(folder, 'its name is not valid UTF-8');
      // Any other ENOENT: removed since it was listed, or the fixed beginning of a glob that this root does not have.
      return [];
    }
  }

  function isWalked(entry: Dirent): boolean {
    if (options.follow || !entry.isSymbolicLink()) return true;
    options.onSkippedLink();
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

function encodeEntry(entry: Dirent): Dirent {
  entry.name = encodeName(entry.name);
  return entry;
}
