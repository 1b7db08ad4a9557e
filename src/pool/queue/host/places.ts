// Where the folders of a run are on this host, and which of them this host may touch.
//
// Paths come from the queue server, and whoever can write there could name any: so each photo has to lie in one of the run's roots, the
// roots, the output folder and whatever links lead to have to lie in a folder that this host was allowed, and the output folder has
// to be the very one that the run has locked.

import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { causeOf, systemCode } from '../../../errors.js';
import { LocalFileSystems } from '../../../files/local-file-systems.js';
import { isLockedBy } from '../../../files/locks/held-lock.js';
import { isInside, realPathOf } from '../../../files/real-path.js';
import { temporaryPath } from '../../../files/temporary.js';
import { systemPath } from '../../../path-bytes.js';
import type { QueuedPhoto, RunEntry } from '../messages.js';

/** What a host may touch, and by which paths. */
export interface Reach {
  /** Absolute paths of folders. */
  readonly allow: readonly string[];
  /** Where folders of other hosts are here: both absolute. The longest one that fits counts. */
  readonly maps: ReadonlyArray<{ readonly from: string; readonly to: string }>;
}

/** A photo's path here; or why the host does not see it, or may not read it; or that no run can mean it. */
export type PlacedPhoto =
  | { readonly path: string; readonly isLocal: boolean }
  | { readonly unseen: string }
  | { readonly refused: string };

/** The folders of one run, here. */
export interface Places {
  readonly out: string;
  place(photo: QueuedPhoto): Promise<PlacedPhoto>;
}

interface LocalRoot {
  readonly path: string;
  readonly kind: 'folder' | 'file';
}

/** The places of a run whose main process is this one. @param isLocal Whether the photo of an id is on a disk of this machine. */
export function ownPlaces(
  { out, roots }: Pick<RunEntry, 'out' | 'roots'>,
  isLocal: (id: number) => boolean,
): Places {
  return {
    out,
    place: async (photo) => {
      const file = pathIn(roots, photo);
      return file === undefined ? REFUSED : { path: file, isLocal: isLocal(photo.id) };
    },
  };
}

const REFUSED = { refused: 'it is in none of the roots of its run' };

/** Finds the places of a run here, or says on one line why this host cannot take part. */
export async function findPlaces(
  { out, roots, lock }: RunEntry,
  { allow, maps }: Reach,
): Promise<Places | { readonly reason: string }> {
  const folders = new RealFolders(await realPathsOf(allow));
  const here = (there: string) => mapped(there, maps);
  const problem = async (there: string, kind: 'folder' | 'file') => {
    const local = here(there);
    const name = local === there ? there : `${there} (here ${local})`;
    try {
      const stats = await fs.stat(systemPath(local));
      if (stats.isDirectory() !== (kind === 'folder')) return `${name} is not a ${kind} here`;
      const real = await realPathOf(local);
      return folders.isAllowed(real)
        ? undefined
        : `${name} is outside the folders that --allow and --map name here`;
    } catch (error) {
      return `it does not see ${name}: ${causeOf(error)} (--map says where it is here)`;
    }
  };
  for (const root of roots) {
    const found = await problem(root.path, root.kind);
    if (found !== undefined) return { reason: found };
  }
  const found = (await problem(out, 'folder')) ?? (await outputProblem(here(out), lock));
  if (found !== undefined) return { reason: found };
  const local = roots.map((root) => ({ ...root, path: here(root.path) }));
  return { out: here(out), place: (photo) => placeIn(local, photo, folders) };
}

/** Paths without links, of those that exist. */
async function realPathsOf(folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(folders.map((folder) => realPathOf(folder).catch(() => undefined)));
  return found.filter((folder) => folder !== undefined);
}

function mapped(there: string, maps: Reach['maps']): string {
  const fitting = maps.filter(({ from }) => isInside(from, there));
  const longest = fitting.sort((one, other) => other.from.length - one.from.length)[0];
  return longest === undefined ? there : path.join(longest.to, path.relative(longest.from, there));
}

/** Whether the folder is the run's, and can be written to. */
async function outputProblem(out: string, lock: RunEntry['lock']): Promise<string | undefined> {
  try {
    if (!isLockedBy(out, lock))
      return `${out} is not the folder that the run writes to: it lacks the run's lock`;
    const file = temporaryPath(out);
    await fs.writeFile(file, '', { flag: 'wx' });
    await fs.rm(file);
    return undefined;
  } catch (error) {
    return `it cannot write to ${out}: ${causeOf(error)}`;
  }
}

/** The path in a root; undefined for one that leads out of it. */
function pathIn(roots: readonly LocalRoot[], { root, path: inner }: QueuedPhoto): string | undefined {
  const found = roots[root];
  if (found === undefined) return undefined;
  if (found.kind === 'file') return inner === '' ? found.path : undefined;
  const names = inner.split('/');
  const isPlain = names.every((name) => name !== '' && name !== '.' && name !== '..');
  const hasOthers = inner.includes('\0') || (path.sep !== '/' && inner.includes(path.sep));
  return isPlain && !hasOthers ? path.join(found.path, ...names) : undefined;
}

/** A photo that another host has just written may be seen here a moment later. */
const LOOK_AGAIN_MS = [100, 500, 1500] as const;

async function placeIn(
  roots: readonly LocalRoot[],
  photo: QueuedPhoto,
  folders: RealFolders,
): Promise<PlacedPhoto> {
  const file = pathIn(roots, photo);
  return file === undefined ? REFUSED : look(file, folders, photo.facts !== undefined);
}

/** @param isExpected Whether the run has seen the file. One that it does not see either is the consumer's to report. */
async function look(
  file: string,
  folders: RealFolders,
  isExpected: boolean,
  [pauseMs, ...later]: readonly number[] = LOOK_AGAIN_MS,
): Promise<PlacedPhoto> {
  try {
    const isLink = (await fs.lstat(systemPath(file))).isSymbolicLink();
    const real = isLink ? await realPathOf(file) : await folders.realPath(path.dirname(file));
    if (!folders.isAllowed(real))
      return { unseen: `${file} leads out of the folders that --allow and --map name` };
    return { path: file, isLocal: !isLink && folders.isLocal(real) };
  } catch (error) {
    if (!isExpected) return { path: file, isLocal: false };
    if (pauseMs === undefined || systemCode(error) !== 'ENOENT')
      return { unseen: `${file}: ${causeOf(error)}` };
    await sleep(pauseMs);
    return look(file, folders, isExpected, later);
  }
}

/** Folders without links; those of the last photos are remembered. */
class RealFolders {
  readonly #allowed: readonly string[];
  readonly #fileSystems = new LocalFileSystems();
  readonly #known = new Map<string, Promise<string>>();

  constructor(allowed: readonly string[]) {
    this.#allowed = allowed;
  }

  isAllowed(real: string): boolean {
    return this.#allowed.some((folder) => isInside(folder, real));
  }

  isLocal(real: string): boolean {
    return this.#fileSystems.has(real);
  }

  /** @throws system errors. */
  realPath(folder: string): Promise<string> {
    const known = this.#known.get(folder);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST_FOLDERS) this.#known.clear();
    const found = realPathOf(folder);
    this.#known.set(folder, found);
    found.catch(() => this.#known.delete(folder));
    return found;
  }
}

const MOST_FOLDERS = 1000;
