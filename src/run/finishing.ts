// What a run does after its last photo: removes records, rewrites the manifest, writes the exports, brings links and gallery up to date and
// prunes.

import { ThumbsError } from '../errors.js';
import type { RunLocks } from '../files/locks/run-locks.js';
import { realPlace } from '../files/real-path.js';
import type { PrunedEvent } from '../maintenance/unneeded.js';
import { notePhotosLeft } from '../manifest/folder-manifests.js';
import type { ManifestStore, Removed } from '../manifest/store.js';
import type { ResolvedOptions, ResolvedPlace } from '../options/options.js';
import type { Root } from '../producer/roots.js';
import { finishInTurns } from '../steps.js';
import type { StopReason, SummaryEvent } from './events.js';
import type { KeptRecords } from './kept-records.js';
import { loadExport, loadGallery, loadLinks, writeExports } from './outputs.js';

const loadPrune = () => import('../maintenance/prune.js');

/**
 * Begins to load what the run imports at its end: after the first fork, which it would delay, and long before it is needed, because an
 * update may have replaced this package's files by then. Node.js looks for a file again when another one imports it, so each module is
 * loaded here by the import that uses it.
 */
export function preloadFinish({ exports, gallery, links, prune }: ResolvedOptions): void {
  const ignore = () => {}; // It is thrown again where the module is used.
  if (exports.length > 0) loadExport().catch(ignore);
  if (links !== undefined) loadLinks().catch(ignore);
  if (gallery !== undefined) loadGallery().catch(ignore);
  if (prune) loadPrune().catch(ignore);
}

/** A run that has reached its last photo, or was stopped. */
export interface EndedRun {
  readonly options: ResolvedOptions;
  readonly roots: readonly Root[];
  readonly manifest: ManifestStore;
  /** Which records stay of photos that were not found. */
  readonly kept: KeptRecords;
  /** Whether every photo was reached. If not, no record is removed and nothing is pruned. */
  readonly isComplete: boolean;
  /** Why not; undefined for a complete run. */
  readonly stopped: StopReason | undefined;
  readonly locks: Pick<RunLocks, 'requireHeld' | 'exclusively'>;
}

/** What the summary says of it. */
export type Finished = Pick<
  SummaryEvent,
  'removed' | 'kept' | 'emptyRoots' | 'links' | 'gallery' | 'pruned' | 'pruneRefused' | 'stopped'
>;

/** @throws {ThumbsError} `OUTPUT`, `MANIFEST` or `LOCKED`. */
export async function* finishRun(run: EndedRun): AsyncGenerator<PrunedEvent, Finished> {
  const { options, manifest, kept, isComplete, locks } = run;
  const place = realPlace(options);
  const stays = (source: string) => !isComplete || kept.stays(source);
  const onRemoval = ({ photos }: Removed) => {
    if (photos > 0) locks.exclusively(() => notePhotosLeft(place, photos));
  };
  const removed = manifest.finish(stays, onRemoval, isComplete);
  locks.requireHeld();
  await writeExports(options.exports, manifest);
  const linking = await linkAfterRun(place, run);
  // Links that were not brought up to date may lead to what would be removed.
  const mayPrune = options.prune && isComplete && linking.stopped === undefined;
  const pruning = mayPrune ? yield* pruneAfterRun(place, run) : {};
  const figures = { removed: removed.records, kept: kept.inEmptyRoots, emptyRoots: kept.emptyRoots };
  const showing = linking.stopped === undefined ? await showAfterRun(place, run) : {};
  return { ...figures, ...linking, ...pruning, ...showing };
}

/** Brings the gallery up to date, unless the run was stopped by a signal, or is meanwhile. */
async function showAfterRun(
  place: ResolvedPlace,
  { options: { gallery, signal }, stopped }: EndedRun,
): Promise<Pick<Finished, 'gallery' | 'stopped'>> {
  if (gallery === undefined || stopped === 'signal') return {};
  const { fillGallery } = await loadGallery();
  const made = await fillGallery({ place, folder: gallery, signal });
  return made === undefined ? { stopped: 'signal' } : { gallery: made };
}

/** Brings the folder of links up to date, unless the run was stopped by a signal, or is meanwhile. */
async function linkAfterRun(
  place: ResolvedPlace,
  { options: { links, variants, signal }, roots, stopped }: EndedRun,
): Promise<Pick<Finished, 'links' | 'stopped'>> {
  if (links === undefined || stopped === 'signal') return {};
  const { updateLinks } = await loadLinks();
  const order = {
    links,
    place,
    roots: roots.map((root) => root.path),
    variants: variants.map(({ name }) => name),
  };
  const figures = await finishInTurns(updateLinks(order), signal);
  return figures === undefined ? { stopped: 'signal' } : { links: figures };
}

/** Prunes. A refusal does not make the run fail. */
async function* pruneAfterRun(
  place: ResolvedPlace,
  { options, locks }: EndedRun,
): AsyncGenerator<PrunedEvent, Pick<Finished, 'pruned' | 'pruneRefused'>> {
  const { prune } = await loadPrune();
  const pruned = { files: 0, bytes: 0 };
  try {
    for await (const event of prune(place, {
      forget: options.forget,
      requireLocks: () => locks.requireHeld(),
    })) {
      pruned.files += 1;
      pruned.bytes += event.bytes;
      yield event;
    }
  } catch (error) {
    if (error instanceof ThumbsError && error.code === 'REFUSED') return { pruneRefused: error.message };
    throw error;
  }
  return { pruned };
}
