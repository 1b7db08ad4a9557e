// Joins the manifests of all shards of a run to the manifest that one run would have written.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {
  causeOf,
  expectedError,
  mergeError,
  optionError,
  outputError,
  type ThumbsError,
} from '../../errors.js';
import { MARKER_NAME, readMarker } from '../../files/folder-marker.js';
import { HeldLock } from '../../files/locks/held-lock.js';
import { Lock } from '../../files/locks/lock.js';
import { realFile, realPlace } from '../../files/real-path.js';
import { replaceFileInSteps } from '../../files/replace-file.js';
import {
  isFreeForExport,
  requireFreeForExport,
  requireOtherThanManifest,
} from '../../manifest/earlier-export.js';
import { nameIn, noteMerged, noteMerging } from '../../manifest/folder-manifests.js';
import { asManifestError } from '../../manifest/reading.js';
import { contentOf, type ManifestRecord } from '../../manifest/record.js';
import { RecordIndex } from '../../manifest/record-index.js';
import { headerLine } from '../../manifest/rewriting.js';
import { digestOfFile } from '../../manifest/shards/seeding.js';
import { unionOf } from '../../manifest/shards/union.js';
import { sourceName } from '../../manifest/source-names.js';
import { checkFlag, checkStrings, checkUtf8Path, refuseUnknown } from '../../options/checks.js';
import type { PlaceOptions, ResolvedOptions, ResolvedPlace } from '../../options/options.js';
import { resolveExports, resolvePlace } from '../../options/resolve.js';
import { mergedName } from '../../options/shard.js';
import { printable } from '../../printable.js';
import { finishInTurns, type Steps } from '../../steps.js';
import { type CompleteShards, requireAllShards } from './shard-check.js';

/** The options of {@link mergeShards}. */
export interface MergeOptions extends PlaceOptions {
  /** Files to export the merged manifest to, each `.txt`, `.csv` or `.json`. @default [] */
  readonly export?: readonly string[];
  /** Keep the manifests of the shards. @default false */
  readonly keep?: boolean;
  /** Ends the merge; nothing is written then, unless the merged manifest was just replaced. */
  readonly signal?: AbortSignal;
}

/** What was merged. */
export interface MergeSummary {
  readonly type: 'merged';
  readonly shards: number;
  /** Photos on record. */
  readonly photos: number;
  /** Of these, the photos that failed. */
  readonly failed: number;
  /** Photos that were on record before, and are not any more. */
  readonly removed: number;
  /** Absolute path of the merged manifest. */
  readonly manifest: string;
  /** Absolute paths of the exports. */
  readonly exports: readonly string[];
}

/**
 * Merges the manifests of all shards of a run, and removes them. The result is, byte for byte, what one run would have written. Resolves to
 * undefined when `signal` was aborted first.
 * @throws {ThumbsError} `OPTION`; `MANIFEST`: a shard is missing, not complete or made otherwise than the others, or the merged manifest was
 * changed since they began; then nothing was written. `OUTPUT` or `LOCKED`.
 */
export async function mergeShards(
  manifests: readonly string[],
  options: MergeOptions = {},
): Promise<MergeSummary | undefined> {
  refuseUnknown(options, ['out', 'manifest', 'export', 'keep', 'signal'] satisfies Array<keyof MergeOptions>);
  const names = checkStrings('manifests', manifests);
  if (names.length === 0) throw expectedError('manifests', 'to name at least one manifest', names);
  const files = names.map((name) => realFile(checkUtf8Path('manifests', name)));
  const resolved = resolvePlace(options);
  const exports = resolveExports(options.export ?? [], resolved);
  const isKept = checkFlag('keep', options.keep ?? false);
  const option = options.manifest === undefined ? 'out' : 'manifest';
  for (const file of files) requireSamePlace(file, realFile(resolved.manifest), option);
  // Before a lock is written where nothing is to be merged.
  requireAllShards(files);
  const place = realPlace(resolved);
  requireFolderOf(files, place);
  requireFreeExports(exports, place);
  const locks = Lock.takeAll([place.out, place.manifest]);
  try {
    const merging = new Merging(place, files, () => HeldLock.requireAllHeld(locks));
    const merged = await finishInTurns(merging.merge(exports, isKept), options.signal);
    if (merged === undefined) return undefined;
    await writeExports(exports, place);
    return merged;
  } finally {
    for (const lock of locks) lock.release();
  }
}

/**
 * Sources are named relative to the manifest's folder.
 * @param option What was given, or would have to be.
 */
function requireSamePlace(file: string, merged: string, option: 'out' | 'manifest'): void {
  const folder = path.dirname(file);
  const name = mergedName(path.basename(file)) ?? path.basename(merged);
  if (path.join(folder, name) === merged) return;
  if (option === 'out' && name === path.basename(merged))
    throw expectedError('out', `to be ${folder}, where ${path.basename(file)} lies`, path.dirname(merged));
  const wanted = path.join(folder, name);
  throw expectedError('manifest', `to be ${wanted}, of which ${path.basename(file)} is a part`, merged);
}

/** Otherwise the marker of a folder would name manifests of another one. */
function requireFolderOf(files: readonly string[], { out, manifest }: ResolvedPlace): void {
  const named = new Set(readMarker(out)?.manifests ?? []);
  // A merge that was interrupted may have noted that it is done.
  if ([manifest, ...files].some((file) => named.has(nameIn(out, file)))) return;
  throw expectedError(
    'out',
    `to be the folder of these thumbnails, whose ${MARKER_NAME} names the manifests`,
    out,
  );
}

type Exports = ResolvedOptions['exports'];

function requireFreeExports(exports: Exports, { manifest }: ResolvedPlace): void {
  for (const { file, format } of exports) {
    requireOtherThanManifest(file, manifest);
    requireFreeForExport(file, format);
  }
}

async function writeExports(exports: Exports, { manifest }: ResolvedPlace): Promise<void> {
  if (exports.length === 0) return;
  const { exportManifest } = await import('../../manifest/export.js');
  for (const { file, format } of exports) {
    // It may have been written since the start.
    if (!isFreeForExport(file, format)) throw outputError(file, 'it is not an earlier export of thumbs');
    exportManifest(manifest, file, format);
  }
}

/** One merge, while no run uses the output folder or the manifest. */
class Merging {
  readonly #place: ResolvedPlace;
  readonly #files: readonly string[];
  readonly #shards: CompleteShards;
  readonly #requireLocks: () => void;

  constructor(place: ResolvedPlace, files: readonly string[], requireLocks: () => void) {
    this.#place = place;
    this.#files = files;
    this.#shards = requireAllShards(files);
    this.#requireLocks = requireLocks;
  }

  *merge(exports: Exports, isKept: boolean): Steps<MergeSummary> {
    const { manifest } = this.#place;
    const { from, manifests } = this.#shards;
    const present = yield* digestOfFile(manifest);
    const earlier = yield* RecordIndex.openInSteps(manifest);
    try {
      const checked = yield* this.#check(exports, earlier);
      // If it is what this merge would write, an earlier one was interrupted behind that.
      const isWritten = present === checked.digest;
      if (present !== from && !isWritten) throw changedError(manifest);
      const left = isWritten ? 0 : yield* this.#photosLeft(checked.removed, earlier);
      yield;
      this.#requireLocks();
      noteMerging(this.#place, left);
      if (!isWritten) yield* this.#write();
      const { photos, failed, removed } = checked;
      this.#requireLocks();
      noteMerged(this.#place, this.#files);
      if (!isKept) for (const file of this.#files) removeManifest(file);
      return {
        type: 'merged',
        shards: manifests.length,
        ...{ photos, failed, removed: removed.length },
        manifest,
        exports: exports.map(({ file }) => file),
      };
    } finally {
      earlier?.close();
    }
  }

  /** Reads every line once before anything is written. */
  *#check(exports: Exports, earlier: RecordIndex | undefined): Steps<CheckedUnion> {
    const { manifest } = this.#place;
    const hash = createHash('sha256').update(this.#header());
    const isExport = new Map(exports.map(({ file }) => [sourceName(manifest, realFile(file)), file]));
    const found = new Uint8Array(earlier?.size ?? 0);
    let [photos, failed] = [0, 0];
    for (const { name, record, text } of unionOf(this.#shards.manifests)) {
      hash.update(text);
      photos += 1;
      if (record.status === 'failed') failed += 1;
      const row = earlier?.positions.rowOf(name);
      if (row !== undefined) found[row] = 1;
      const exported = isExport.get(name);
      if (exported !== undefined)
        throw optionError(`The export ${printable(exported)} is one of the photos: name another file`);
      if (photos % STEP === 0) yield;
    }
    const removed: string[] = [];
    for (const [source, row] of earlier?.positions.sources() ?? [])
      if (found[row] !== 1) removed.push(source);
    return { digest: hash.digest('hex'), photos, failed, removed };
  }

  /**
   * How many of these sources had a thumbnail, and are not on record under another name: what `ManifestStore.finish` would count in one run.
   */
  *#photosLeft(removed: readonly string[], earlier: RecordIndex | undefined): Steps<number> {
    const gone = new Map<string, number>();
    for (const source of removed) {
      const content = contentOfDone(earlier?.find(source));
      if (content !== undefined) gone.set(content, (gone.get(content) ?? 0) + 1);
    }
    if (gone.size === 0) return 0;
    let lines = 0;
    for (const { name, record } of unionOf(this.#shards.manifests)) {
      lines += 1;
      if (lines % STEP === 0) yield;
      const content = contentOf(record);
      if (content === undefined || !gone.has(content)) continue;
      if (contentOfDone(earlier?.find(name)) !== content) gone.delete(content);
    }
    return [...gone.values()].reduce((sum, photos) => sum + photos, 0);
  }

  *#write(): Steps<void> {
    const { manifest } = this.#place;
    try {
      yield* replaceFileInSteps(manifest, this.#lines());
    } catch (error) {
      throw asManifestError(manifest, 'write', error);
    }
  }

  *#lines(): Generator<string> {
    yield this.#header();
    for (const { text } of unionOf(this.#shards.manifests)) yield text;
  }

  #header(): string {
    return `${headerLine(this.#shards.header)}\n`;
  }
}

/** Lines between two turns of the event loop. */
const STEP = 1000;

/** What all shards' manifests have. */
interface CheckedUnion {
  /** SHA-256 of the merged manifest, 64 hex digits. */
  readonly digest: string;
  readonly photos: number;
  readonly failed: number;
  /** Sources of the earlier merged manifest that are not on record any more. */
  readonly removed: readonly string[];
}

function changedError(manifest: string): ThumbsError {
  return mergeError(
    `${manifest} was changed since the shards began: run them again, which makes only what is new`,
  );
}

function contentOfDone(record: ManifestRecord | undefined): string | undefined {
  return record?.status === 'done' ? contentOf(record) : undefined;
}

function removeManifest(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch (error) {
    throw outputError(file, causeOf(error), error);
  }
}
