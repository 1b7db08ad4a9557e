// What a run and a dry run decide alike before the walk: where thumbnails lie, and what the planner compares photos with.

import fs from 'node:fs';
import path from 'node:path';
import { readMarker } from '../files/folder-marker.js';
import { lockPaths } from '../files/locks/lock.js';
import { realFile } from '../files/real-path.js';
import { decoders, lackingFormats, photoExtensions, rawExtensions } from '../image/decoders/index.js';
import { VERDICT_VERSION } from '../image/renderer-version.js';
import type { Digests } from '../manifest/digests/digests.js';
import { isOfShard } from '../manifest/shards/division.js';
import { SourceNames } from '../manifest/source-names.js';
import type { Layout, ResolvedOptions } from '../options/options.js';
import { mergedName } from '../options/shard.js';
import type { PlannerOptions } from '../producer/planner/planner.js';
import type { ProducerOptions } from '../producer/producer.js';
import type { Root } from '../producer/roots.js';
import type { SelectionOptions } from '../producer/selection/selection.js';
import type { OwnFiles } from '../producer/walk-file-system.js';

/** Where the thumbnails of a run lie: as it was asked for, or as the folder has them. */
export function layoutOf({ layout, out }: Pick<ResolvedOptions, 'layout' | 'out'>): Layout {
  return layout ?? (readMarker(out)?.layout === 'sharded' ? 'sharded' : 'flat');
}

export function plannerOptions(options: ResolvedOptions, digests: Digests): PlannerOptions {
  const { manifest, out, force, retryFailed, maxPixels, maxBytes, timeoutMs, maxMemory, decoding } = options;
  const limits = { maxPixels, maxBytes, timeoutMs, maxMemoryBytes: maxMemory };
  const lacks = (needs: string) =>
    Object.values(decoders).some((decoder) => decoder.lacks?.(decoding)?.needs === needs);
  const { placeholder } = options;

  return {
    manifest,
    out,
    digests,
    placeholder,
    verdicts: VERDICT_VERSION,
    lacks,
    force,
    retryFailed,
    limits,
  };
}

/** Extensions of the formats whose decoder lacks a package: lower case, without the dot. */
export function unreadableExtensions({ decoding }: ResolvedOptions): string[] {
  return lackingFormats(decoding).flatMap(({ extensions, lack }) =>
    lack.kind === 'package' ? extensions : [],
  );
}

/** Extensions of the files that are certain to be selected, one by one. */
export function certainExtensions({ preferJpeg, decoding }: ResolvedOptions): readonly string[] {
  const raw = preferJpeg ? rawExtensions() : [];
  return photoExtensions(decoding).filter((extension) => !raw.includes(extension));
}

export function walkOptions(
  options: ResolvedOptions,
  roots: readonly Root[],
): Omit<ProducerOptions, 'plan' | 'consumers' | 'signal'> {
  const { out, follow, anyExtension, manifest, shard } = options;
  // By their names no other selection takes them.
  const ownFiles = anyExtension ? outputFiles(options) : undefined;
  const names = new SourceNames(manifest);
  const isOwn = shard && ((file: string) => isOfShard(names.of(file), shard));
  return { roots, out, follow, ownFiles, isOwn, ...selectionOptions(options) };
}

/** Real paths of the files outside the output folder that a run writes, with their locks, and those of all shards. */
function outputFiles({ manifest, shard, exports }: ResolvedOptions): OwnFiles {
  const merged = realFile(shard?.merged ?? manifest);
  const manifests = [realFile(manifest), merged];
  // Before a dry run its folder may not exist.
  const locks = fs.existsSync(path.dirname(merged)) ? manifests.flatMap(lockPaths) : [];
  const files = new Set([...manifests, ...locks, ...exports.map(({ file }) => realFile(file))]);
  const isOfShard = (file: string) =>
    path.dirname(file) === path.dirname(merged) &&
    mergedName(path.basename(file).replace(LOCK_OF, '$<name>')) === path.basename(merged);
  return { has: (file) => files.has(file) || isOfShard(file) };
}

/** `.manifest-3-of-8.jsonl.lock` is a lock of `manifest-3-of-8.jsonl`. */
const LOCK_OF = /^\.(?<name>.*?)\.(?:lock|lock\.takeover|shared)$/s;

export function selectionOptions(options: ResolvedOptions): SelectionOptions {
  const { include, exclude, hidden, anyExtension, preferJpeg, decoding } = options;
  return {
    ...{ include, exclude, hidden, anyExtension },
    preferJpeg: preferJpeg ? { raw: rawExtensions(), jpeg: decoders.jpeg.extensions } : undefined,
    extensions: photoExtensions(decoding),
    otherExtensions: lackingFormats(decoding).flatMap(({ extensions }) => extensions),
  };
}
