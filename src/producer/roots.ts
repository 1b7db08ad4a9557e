// The paths that a run was given, checked before anything starts.

import fs from 'node:fs/promises';
import path from 'node:path';
import { causeOf, insideOutputError, optionError, systemCode } from '../errors.js';
import { isInside, realPathOf, realPathSync } from '../files/real-path.js';
import { sourcePath } from '../manifest/source-names.js';
import { mayBeLossy, systemPath } from '../path-bytes.js';
import { printable } from '../printable.js';
import type { UnreadableFolder } from './walk-progress.js';

/** A folder to walk or a single file to take. */
export interface Root {
  /** Absolute path as it was given; the paths of its photos start with it. */
  readonly path: string;
  /** The same without symbolic links; two roots with one real path are the same. */
  readonly realPath: string;
  readonly kind: 'folder' | 'file';
  /** Whether it lies in another root. */
  readonly nested: boolean;
}

/**
 * The roots in the order of `paths`, each real folder or file once.
 * @throws {ThumbsError} `OPTION`: a path does not exist, cannot be read, or lies in the output folder, which is never walked.
 */
export async function findRoots(paths: readonly string[], out: string): Promise<Root[]> {
  const realOut = await realPathOf(out).catch(() => out); // It may not exist yet.
  const found = new Map<string, Omit<Root, 'nested'>>();
  for (const rootPath of paths) {
    const root = await findRoot(rootPath);
    if (isInside(realOut, root.realPath))
      throw insideOutputError(rootPath, path.join(folderOf(root), 'thumbnails'));
    if (!found.has(root.realPath)) found.set(root.realPath, root);
  }
  const folders = new Set(
    [...found.values()].flatMap(({ kind, realPath }) => (kind === 'folder' ? realPath : [])),
  );
  return [...found.values()].map((root) => ({ ...root, nested: hasAncestorIn(root.realPath, folders) }));
}

/**
 * The same roots by paths that start where the manifest is, so that sources have the same names whatever links the given paths go
 * through on their way to it. `manifest` is without links.
 */
export function rootsFrom(manifest: string, roots: readonly Root[]): readonly Root[] {
  const folder = path.dirname(manifest);
  return roots.map((root) => {
    let common = root.path;
    while (!isInside(realPathSync(common), folder) && common !== path.dirname(common))
      common = path.dirname(common);
    return { ...root, path: path.join(realPathSync(common), path.relative(common, root.path)) };
  });
}

async function findRoot(rootPath: string): Promise<Omit<Root, 'nested'>> {
  try {
    const stats = await fs.stat(systemPath(rootPath));
    const realPath = await realPathOf(rootPath);
    return { path: rootPath, realPath, kind: stats.isDirectory() ? 'folder' : 'file' };
  } catch (error) {
    // Node.js gives a program its arguments with U+FFFD in place of what is not UTF-8.
    const isLossy = systemCode(error) === 'ENOENT' && mayBeLossy(rootPath);
    const hint = isLossy ? '; if its name is not valid UTF-8, name the folder above it' : '';
    throw optionError(`Cannot read ${printable(rootPath)}: ${causeOf(error)}${hint}`, error);
  }
}

/**
 * Which records of earlier runs stay although the walk did not find their photos: those outside its roots, or in a folder that it
 * could not read.
 */
export function isOutsideWalk(
  roots: readonly Root[],
  unreadable: readonly UnreadableFolder[],
  manifest: string,
): (source: string) => boolean {
  const folders = roots.filter(({ kind }) => kind === 'folder');
  return (source) => {
    const file = sourcePath(manifest, source);
    const isCovered = folders.some((root) => isInside(root.path, file));
    return !isCovered || unreadable.some((folder) => isInside(folder.path, file));
  };
}

/** The folders that the roots are, or that their files are in. */
export function foldersOf(roots: readonly Root[]): string[] {
  return roots.map(folderOf);
}

/** The folder that a root is, or is in. */
function folderOf({ path: rootPath, kind }: Omit<Root, 'nested'>): string {
  return kind === 'folder' ? rootPath : path.dirname(rootPath);
}

/** The real path of a file of `root` that is reached through no further link. */
export function realPathIn(root: Root, file: string): string {
  return path.join(root.realPath, path.relative(root.path, file));
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
