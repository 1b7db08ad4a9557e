// The file system as fast-glob sees it in a walk: it has the selected files, and the folders that may lead to one. It pauses while enough
// photos wait, reports what it leaves out, contains no loop, and has names that fast-glob does not lose.

import fs from 'node:fs/promises';
import path from 'node:path';
import type { FileSystemAdapter } from 'fast-glob';
import { causeOf, isSystemError, systemCode } from '../errors.js';
import { MARKER_NAME } from '../files/folder-marker.js';
import { isInside, realPathOf } from '../files/real-path.js';
import { isTemporary } from '../files/temporary.js';
import { isThumbnailName } from '../files/thumbnails/thumbnail-name.js';
import { systemPath } from '../path-bytes.js';
import type { GroupedPath } from './counted-paths.js';
import { type Entry, listFolder } from './folder-listing.js';
import { extensionOf } from './photo-names.js';
import { type Root, realPathIn } from './roots.js';
import { decodeName, encodeName } from './selection/glob-names.js';
import type { Selection } from './selection/selection.js';
import { isFilled, mayBeFilled, systemFolder } from './skipped-folders.js';

/** Files by their real paths. */
export type OwnFiles = Pick<ReadonlySet<string>, 'has'>;

export interface WalkFileSystemOptions {
  /** The real path of the output folder, which is never walked. */
  readonly out: string;
  readonly selection: Selection;
  /** Real paths of all roots: such a folder is walked whatever it is. */
  readonly named: ReadonlySet<string>;
  readonly follow: boolean;
  /** Files that runs write: they are no photos. Undefined where no file is selected that could be one. */
  readonly ownFiles: OwnFiles | undefined;
  /** After it every folder is empty. */
  readonly signal: AbortSignal;
  /** Called with each folder that cannot be read; it is then empty. */
  readonly onUnreadable: (folder: string, reason: string) => void;
  /** Called for each symbolic link that is skipped because `follow` is off. */
  readonly onSkippedLink: () => void;
  /**
   * Called with each file that looks like a picture or a video and is not selected, also in a folder of thumbnails; its group is its
   * extension.
   */
  readonly onPassedOver: (file: GroupedPath) => void;
  /** Called with each RAW file that is left out because a selected JPEG has the same name; its group is its extension. */
  readonly onBesideJpeg: (file: GroupedPath) => void;
  /** Called with each folder that is not walked because of what it is; that is its group. */
  readonly onSkippedFolder: (folder: GroupedPath) => void;
  /** Resolves when a further folder may be listed. */
  readonly mayList: () => Promise<void>;
}

export function walkFileSystem(root: Root, options: WalkFileSystemOptions): Partial<FileSystemAdapter> {
  const { selection, named, follow } = options;
  /** Real paths of the folders walked so far; kept only where links can make a loop. */
  const realPaths = new Map<string, string>();

  /** A loop leads to a folder that is already on the path to it. */
  function isLoop(folder: string, realPath: string): boolean {
    realPaths.set(folder, realPath);
    for (let parent = path.dirname(folder); isInside(root.path, parent); parent = path.dirname(parent)) {
      if (realPaths.get(parent) === realPath) return true;
      if (parent === path.dirname(parent)) break;
    }
    return false;
  }

  /** @param inner The folder's path from the root, as the selection knows it; empty for the root. */
  async function list(inner: string): Promise<Entry[]> {
    if (inner !== '' && !selection.mayBeBelow(inner)) return [];
    await options.mayList();
    if (options.signal.aborted) return [];
    const folder = path.join(root.path, decodeName(inner));
    try {
      const realPath = follow ? await realPathOf(folder) : realPathIn(root, folder);
      if (isInside(options.out, realPath) || (follow && isLoop(folder, realPath))) return [];
      const isNamed = inner === '' || named.has(realPath);
      const system = isNamed ? undefined : systemFolderOf(folder);
      if (system !== undefined) return skip(folder, system);
      const entries = await listFolder(folder);
      if (!isNamed && isOfThumbnails(folder, realPath, entries)) {
        await passOver(entries, folder, inner);
        return skip(folder, MARKER_NAME);
      }
      const found = follow ? await Promise.all(entries.map((entry) => followed(entry, folder))) : entries;
      return withoutBesideJpeg(selected(withoutOwn(found, realPath), folder, inner), folder);
    } catch (error) {
      if (!isSystemError(error)) throw error; // It is no fault of the folder's.
      // ENOENT: removed since the folder above was listed.
      if (systemCode(error) !== 'ENOENT') options.onUnreadable(folder, causeOf(error));
      return [];
    }
  }

  function skip(folder: string, group: string): Entry[] {
    options.onSkippedFolder({ path: folder, group });
    return [];
  }

  /**
   * Reports what looks like a picture or a video in a folder of thumbnails and has no thumbnail's name: an `--out` by mistake hides photos.
   */
  async function passOver(entries: readonly Entry[], folder: string, inner: string): Promise<void> {
    for (const entry of entries) {
      const { name } = entry;
      const file = inPath(inner, encodeName(name));
      const group = isThumbnailName(name) ? undefined : selection.passedOverAs(file);
      if (group === undefined) continue;
      const found = follow ? await followed(entry, folder) : entry;
      if (found.isFile() && !selection.excludesFile(file))
        options.onPassedOver({ path: path.join(folder, name), group });
    }
  }

  function systemFolderOf(folder: string): string | undefined {
    const name = path.basename(folder);
    return selection.namesFolder(name) ? undefined : systemFolder(name);
  }

  /** Whether this program fills the folder, or one that it lies in and that the walk has not come through. */
  function isOfThumbnails(folder: string, realPath: string, entries: readonly Entry[]): boolean {
    if (mayBeFilled(entries) && isFilled(folder)) return true;
    const above = path.dirname(realPath);
    if (!follow || realPaths.get(path.dirname(folder)) === above) return false;
    // The folder was reached by a link.
    for (let parent = above; !named.has(parent); parent = path.dirname(parent)) {
      if (isFilled(parent)) return true;
      if (parent === path.dirname(parent)) break;
    }
    return false;
  }

  /** @param realPath The folder's. */
  function withoutOwn(entries: Entry[], realPath: string): Entry[] {
    const { ownFiles } = options;
    if (ownFiles === undefined) return entries;
    const isOwn = ({ name }: Entry) =>
      name === MARKER_NAME || isTemporary(name) || ownFiles.has(path.join(realPath, name));
    return entries.filter((entry) => !isOwn(entry));
  }

  /** @param entries The selected ones, under encoded names. */
  function withoutBesideJpeg(entries: Entry[], folder: string): Entry[] {
    if (!selection.prefersJpeg) return entries;
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    const leftOut = selection.besideJpeg(names);
    for (const name of leftOut)
      options.onBesideJpeg({ path: path.join(folder, decodeName(name)), group: extensionOf(name) ?? '' });
    return leftOut.size === 0 ? entries : entries.filter(({ name }) => !leftOut.has(name));
  }

  /** The entries that fast-glob sees, under encoded names. */
  function selected(entries: readonly Entry[], folder: string, inner: string): Entry[] {
    return entries.filter((entry) => {
      const { name } = entry;
      entry.name = encodeName(name);
      const file = inPath(inner, entry.name);
      const isFolder = entry.isDirectory();
      if (isFolder ? selection.excludesFolder(file) : selection.excludesFile(file)) return false;
      if (!follow && entry.isSymbolicLink()) {
        options.onSkippedLink();
        return false;
      }
      const isFile = entry.isFile();
      if (isFolder || selection.selects(file, isFile)) return true;
      const group = isFile ? selection.passedOverAs(file) : undefined;
      if (group !== undefined) options.onPassedOver({ path: path.join(folder, name), group });
      return false;
    });
  }

  return {
    readdir: ((folder: string, _: unknown, callback: (error: unknown, entries?: Entry[]) => void) => {
      const inner = folder.slice(root.path.length).replace(/^\//, '');
      void list(inner).then((entries) => callback(null, entries), callback);
    }) as FileSystemAdapter['readdir'],
  };
}

/** The path of an entry from the root. */
function inPath(inner: string, name: string): string {
  return inner === '' ? name : `${inner}/${name}`;
}

/** What a link leads to, under the link's name; the link itself if it leads nowhere. */
async function followed(entry: Entry, folder: string): Promise<Entry> {
  if (!entry.isSymbolicLink()) return entry;
  const { name } = entry;
  return fs.stat(systemPath(path.join(folder, name))).then(
    (stats) => Object.assign(stats, { name }),
    () => entry,
  );
}
