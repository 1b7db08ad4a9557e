// What a run does otherwise when it is a shard of one: others write to the output folder at the same time.

import fs from 'node:fs';
import path from 'node:path';
import { layoutError } from '../../errors.js';
import { readMarker } from '../../files/folder-marker.js';
import { realFile } from '../../files/real-path.js';
import { digestOf } from '../../manifest/digests/digests.js';
import { noteManifest } from '../../manifest/folder-manifests.js';
import { isManifest } from '../../manifest/reading.js';
import type { ShardSeed } from '../../manifest/shards/seeding.js';
import { sourceName } from '../../manifest/source-names.js';
import type { Layout, ResolvedOptions, ResolvedPlace, ResolvedShard } from '../../options/options.js';
import { shardManifest } from '../../options/shard.js';
import type { Root } from '../../producer/roots.js';

/** The options with manifests by their real paths: a shard's lies beside the merged one, whatever link leads to that. */
export function withRealManifests(options: ResolvedOptions): ResolvedOptions {
  const { shard } = options;
  if (shard === undefined) return { ...options, manifest: realFile(options.manifest) };
  const merged = realFile(shard.merged);
  return { ...options, manifest: realFile(shardManifest(merged, shard)), shard: { ...shard, merged } };
}

/** What the shard's manifest begins with. */
export function shardSeed(
  { index, of, merged }: ResolvedShard,
  options: ResolvedOptions,
  roots: readonly Root[],
): ShardSeed {
  return { index, of, merged, options: optionsDigest(merged, options, roots) };
}

/**
 * The digest of what all shards of a run must have in common and the digests of variants and decoders do not say: which photos are
 * selected, and what their records have.
 */
function optionsDigest(
  merged: string,
  { include, exclude, hidden, follow, anyExtension, preferJpeg, decoding, placeholder }: ResolvedOptions,
  roots: readonly Root[],
): string {
  const paths = roots.map(({ path: root, kind }) => `${kind} ${sourceName(merged, root)}`);
  return digestOf({
    paths,
    include: [...include].sort(),
    exclude: [...exclude].sort(),
    ...{ hidden, follow, anyExtension, preferJpeg },
    svg: decoding.svg,
    placeholder,
  });
}

/**
 * Where a shard's thumbnails lie. The first shard of a new folder decides that; no shard moves thumbnails that others may name.
 * @throws {ThumbsError} `OPTION`: another layout was asked for.
 */
export function shardLayout({ out, layout, shard }: ResolvedOptions): Layout {
  const isUnmarked = shard !== undefined && path.dirname(shard.merged) === out && isManifest(shard.merged);
  // A folder of version 0.1 has no marker, and is flat.
  const present = readMarker(out)?.layout ?? (isUnmarked ? 'flat' : undefined);
  const wanted = layout ?? present ?? 'flat';
  if (present !== undefined && wanted !== present) throw layoutError(out, present, wanted);
  return wanted;
}

/**
 * Notes in the folder's marker that the shard's manifest uses the folder, and returns {@link shardLayout}. The caller has locked the marker
 * against other shards.
 */
export function noteShard(place: ResolvedPlace, options: ResolvedOptions): Layout {
  const layout = shardLayout(options);
  const { merged } = options.shard ?? {};
  noteManifest(place, layout, merged !== undefined && fs.existsSync(merged) ? [merged] : []);
  return layout;
}
