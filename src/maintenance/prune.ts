// Removes from the output folder what nothing needs any more, unless that may be a mistake: the wrong folder, the wrong manifest, a disk
// that is missing.

import { refusedError, type ThumbsError } from '../errors.js';
import { HeldLock } from '../files/locks/held-lock.js';
import { Lock } from '../files/locks/lock.js';
import { realPlace } from '../files/real-path.js';
import { mayBeThumbnail, outputEntries } from '../files/thumbnails/output-entries.js';
import { removeOutput } from '../files/thumbnails/thumbnail-folder.js';
import { ThumbnailSet } from '../files/thumbnails/thumbnail-name.js';
import {
  addNamed,
  addNamedByOthers,
  notePruned,
  photosLeft,
  presentManifests,
  usesFolder,
} from '../manifest/folder-manifests.js';
import { requireManifest } from '../manifest/reading.js';
import { checkFlag, refuseUnknown } from '../options/checks.js';
import type { PlaceOptions, ResolvedPlace } from '../options/options.js';
import { resolvePlace } from '../options/resolve.js';
import { findUnneeded, type PrunedEvent } from './unneeded.js';

/** The options of {@link pruneThumbnails}. */
export interface PruneOptions extends PlaceOptions {
  /** Only report what would be removed. @default false */
  readonly dryRun?: boolean;
  /**
   * Prune although more than half of the recorded photos, and more than 20, have left the manifest since the last prune, or although a
   * manifest that uses the folder is missing. @default false
   */
  readonly forget?: boolean;
}

/**
 * Removes the thumbnails that no record names, and stale temporary files, as it is iterated. The records of every manifest that uses the
 * folder count.
 * @throws {ThumbsError} `OPTION`, at once. While iterating: `MANIFEST` (there is none, or it is not a manifest: then everything would
 * be unneeded), `REFUSED` (as with `forget`; or none of the manifest's thumbnails is in the folder), `OUTPUT` or `LOCKED`.
 */
export function pruneThumbnails(options: PruneOptions = {}): AsyncGenerator<PrunedEvent> {
  refuseUnknown(options, ['out', 'manifest', 'dryRun', 'forget'] satisfies Array<keyof PruneOptions>);
  const forget = checkFlag('forget', options.forget ?? false);
  return pruneLocked(resolvePlace(options), checkFlag('dryRun', options.dryRun ?? false), forget);
}

async function* pruneLocked(
  resolved: ResolvedPlace,
  dryRun: boolean,
  forget: boolean,
): AsyncGenerator<PrunedEvent> {
  // Before anything is written: a wrong folder or manifest stays unchanged.
  const place = realPlace(resolved);
  requireManifest(place.manifest);
  if (dryRun) {
    for (const target of [place.out, place.manifest]) Lock.check(target);
    yield* findUnneeded(place, (await neededThumbnails(place, forget)).named);
    return;
  }
  const locks = Lock.takeAll([place.out, place.manifest]);
  try {
    yield* prune(place, { forget, requireLocks: () => HeldLock.requireAllHeld(locks) });
  } finally {
    for (const lock of locks) lock.release();
  }
}

/** How a folder is pruned. */
export interface PruneSettings {
  readonly forget: boolean;
  /** Called before each file is removed; it throws when another run has taken over a lock. */
  readonly requireLocks: () => void;
}

/**
 * Prunes; the caller has locked the folder and the manifest.
 * @throws {ThumbsError} `REFUSED`, `MANIFEST`, `OUTPUT` or `LOCKED`.
 */
export async function* prune(
  place: ResolvedPlace,
  { forget, requireLocks }: PruneSettings,
): AsyncGenerator<PrunedEvent> {
  const { named, missing } = await neededThumbnails(place, forget);
  for await (const unneeded of findUnneeded(place, named)) {
    requireLocks();
    removeOutput(place.out, unneeded.path);
    yield unneeded;
  }
  notePruned(place, missing);
}

/** What must not be removed. */
interface Needed {
  /** The thumbnails that records of the folder's manifests name. */
  readonly named: ThumbnailSet;
  /** Manifests of the folder that do not exist, and whose records are forgotten. */
  readonly missing: readonly string[];
}

/** @throws {ThumbsError} `REFUSED` or `MANIFEST`. */
async function neededThumbnails(place: ResolvedPlace, forget: boolean): Promise<Needed> {
  const named = new ThumbnailSet();
  const recorded = addNamed(named, place.manifest);
  await requireSameOutput(place, named);
  const refusal = forget ? undefined : refusalOf(place, { recorded, left: photosLeft(place) });
  if (refusal !== undefined) throw refusal;
  return { named, missing: addNamedByOthers(named, place) };
}

/** A manifest of another folder would make every thumbnail unneeded. */
async function requireSameOutput(place: ResolvedPlace, named: ThumbnailSet): Promise<void> {
  const { out, manifest } = place;
  const isSame = named.size === 0 ? usesFolder(place) : await hasAny(out, named);
  if (!isSame) throw refusedError(`${out} has no thumbnail that ${manifest} names`, false);
}

async function hasAny(out: string, named: ThumbnailSet): Promise<boolean> {
  for await (const entry of outputEntries(out))
    if (mayBeThumbnail(entry) && named.has(entry.file)) return true;
  return false;
}

/** So many photos may leave the manifest between two prunes, however few it has. */
const MAY_LEAVE = 20;

/** Photos of a manifest. */
export interface PhotoCounts {
  /** Photos that it has. */
  readonly recorded: number;
  /** Photos that have left it since the last prune. */
  readonly left: number;
}

/** Why the folder is not pruned without `forget`; undefined when it is. */
export function refusalOf(place: ResolvedPlace, { recorded, left }: PhotoCounts): ThumbsError | undefined {
  const before = recorded + left;
  if (left > MAY_LEAVE && left > before / 2) {
    const reason = `${left} of ${before} recorded photos have left the manifest since the last prune`;
    return refusedError(reason, true);
  }
  const { missing } = presentManifests(place);
  if (missing.length === 0) return undefined;
  const [uses, does] = missing.length === 1 ? ['uses', 'does'] : ['use', 'do'];
  return refusedError(`${missing.join(', ')}, which ${uses} this folder, ${does} not exist`, true);
}
