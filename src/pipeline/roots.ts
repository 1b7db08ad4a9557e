// The paths that were asked for, looked at before anything starts.

import { realpathSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { causeOf, ThumbsError } from '../errors.js';
import { isPhotoName } from '../image/formats.js';
import { printable } from '../printable.js';

/** A folder to walk or a single file to take. */
export interface Root {
  /** Absolute path, as it was asked for: the names in the manifest start with it. */
  readonly path: string;
  /** The same without symbolic links: what tells whether two roots are one. */
  readonly realPath: string;
  readonly kind: 'folder' | 'file';
  /** Whether it lies in another root. */
  readonly nested: boolean;
}

/**
 * The roots in the order of `paths`, each real folder or file once.
 * @throws {ThumbsError} `OPTION`: a path does not exist or cannot be read, or lies in the output folder, which is never walked.
 */
export async function findRoots(paths: readonly string[], out: string): Promise<Root[]> {
  const realOut = await fs.realpath(out).catch(() => out); // It may not be there yet.
  const found = new Map<string, Omit<Root, 'nested'>>();
  for (const rootPath of paths) {
    const root = await findRoot(rootPath);
    if (isInside(realOut, root.realPath)) {
      throw new ThumbsError(
        'OPTION',
        `${printable(rootPath)} is in the output folder, which is never walked`,
      );
    }
    if (!found.has(root.realPath)) found.set(root.realPath, root);
  }
  const folders = new Set(
    [...found.values()].flatMap(({ kind, realPath }) => (kind === 'folder' ? realPath : [])),
  );
  return [...found.values()].map((root) => ({ ...root, nested: hasAncestorIn(root.realPath, folders) }));
}

/**
 * The same roots by the paths that lead to them from the folder where the manifest stands: whatever links the paths that
 * were asked for go through before they part from it, the names of sources are the same. `manifest` is without links.
 */
export function seenFrom(manifest: string, roots: readonly Root[]): readonly Root[] {
  const folder = path.dirname(manifest);
  return roots.map((root) => {
    let common = root.path;
    while (!isInside(realpathSync(common), folder) && common !== path.dirname(common))
      common = path.dirname(common);
    return { ...root, path: path.join(realpathSync(common), path.relative(common, root.path)) };
  });
}

async function findRoot(rootPath: string): Promise<Omit<Root, 'nested'>> {
  try {
    const stats = await fs.stat(rootPath);
    const realPath = await fs.realpath(rootPath);
    return { path: rootPath, realPath, kind: stats.isDirectory() ? 'folder' : 'file' };
  } catch (error) {
    throw new ThumbsError('OPTION', `Cannot take ${printable(rootPath)}: ${causeOf(error)}`, {
      cause: error,
    });
  }
}

/** What decides whether a photo that lies openly in a root is taken. */
export interface Rules {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/**
 * How many jobs there are at the least, up to `enough`, by a glance at the roots themselves: so many consumers can be
 * forked before the walk, and what it needs, is loaded. Where globs decide it sees nothing.
 */
export async function certainJobs(roots: readonly Root[], rules: Rules, enough: number): Promise<number> {
  const files = roots.filter(({ kind }) => kind === 'file').length;
  if (rules.include.length > 0 || rules.exclude.length > 0) return Math.min(files, enough);
  let most = files;
  // One root's own photos are all different; those of two roots may be the same.
  for (const { path: folder } of roots.filter(({ kind }) => kind === 'folder')) {
    if (most >= enough) break;
    most = Math.max(most, await photosIn(folder, enough));
  }
  return Math.min(most, enough);
}

/** A glance: a folder of a million other files is not read through for it. */
const GLANCED_ENTRIES = 1000;

async function photosIn(folder: string, enough: number): Promise<number> {
  let [photos, entries] = [0, 0];
  try {
    for await (const entry of await fs.opendir(folder)) {
      if (entry.isFile() && !entry.name.startsWith('.') && isPhotoName(entry.name)) photos += 1;
      entries += 1;
      if (photos === enough || entries === GLANCED_ENTRIES) break;
    }
  } catch {
    return photos; // The walk meets the same folder and reports it.
  }
  return photos;
}

/**
 * Which records of earlier runs stay: those of photos that a walk could not have found, because they lie outside its roots
 * or in a folder that it could not read.
 */
export function uncovered(
  roots: readonly Root[],
  unreadable: ReadonlyArray<{ readonly path: string }>,
  manifest: string,
): (source: string) => boolean {
  const folders = roots.filter(({ kind }) => kind === 'folder');
  return (source) => {
    const file = path.resolve(path.dirname(manifest), source);
    const covered = folders.some((root) => isInside(root.path, file));
    return !covered || unreadable.some((folder) => isInside(folder.path, file));
  };
}

/** The real path of a file of `root` that is reached through no further link. */
export function realPathIn(root: Root, file: string): string {
  return path.join(root.realPath, path.relative(root.path, file));
}

/** Whether `inner` is `outer` or below it; both absolute and normalised. */
export function isInside(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(path.sep) ? outer : outer + path.sep);
}

function hasAncestorIn(file: string, folders: ReadonlySet<string>): boolean {
  for (
    let child = file, parent = path.dirname(file);
    parent !== child;
    child = parent, parent = path.dirname(parent)
  ) {
    if (folders.has(parent)) return true;
  }
  return false;
}
