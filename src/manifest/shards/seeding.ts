// What a shard's manifest begins with: the shard's own records of earlier runs, and those that the merged manifest has of its photos. With
// them it is to the shard what the manifest is to a whole run.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { manifestError, type ThumbsError } from '../../errors.js';
import type { Layout } from '../../options/options.js';
import { type Shard, shardName } from '../../options/shard.js';
import type { Steps } from '../../steps.js';
import type { Digests } from '../digests/digests.js';
import { copyLines, type LinePosition } from '../lines.js';
import type { LoadOptions } from '../loading/record-loading.js';
import { openManifest } from '../reading.js';
import type { ManifestHeader, ShardHeader } from '../record.js';
import { RecordIndex } from '../record-index.js';
import { headerLine, headerOf, liesElsewhere, lineUnder, type Rewriting } from '../rewriting.js';
import { isOfShard } from './division.js';

/** A shard, and the manifest that those of all shards are merged to. */
export interface ShardSeed extends Pick<ShardHeader, 'index' | 'of' | 'options'> {
  /** Absolute path. It need not exist. */
  readonly merged: string;
}

/** What a shard's manifest is made of when it is opened. */
export interface Seeds {
  /** What its header says. */
  readonly shard: ShardHeader;
  /** The shard's own manifest; undefined when there is none. */
  readonly own: RecordIndex | undefined;
  /** The merged manifest, with the photos of all shards; undefined when there is none. */
  readonly merged: RecordIndex | undefined;
  /** Whether the shard's own manifest began with what the merged one has now. */
  readonly isSeeded: boolean;
}

/**
 * Opens what a shard's manifest is made of. Close both.
 * @throws {ThumbsError} `MANIFEST`: one of them cannot be read, is damaged, or is not what its name says.
 */
export function* openSeeds(
  file: string,
  { merged, index, of, options }: ShardSeed,
  how: LoadOptions,
): Steps<Seeds> {
  const shard = { index, of };
  const from = yield* digestOfFile(merged);
  let [own, all]: Array<RecordIndex | undefined> = [];
  let seeds: Seeds | undefined;
  try {
    own = yield* RecordIndex.openInSteps(file, { ...how, isWanted: (source) => isOfShard(source, shard) });
    if (own !== undefined) requireShard(own, shard);
    all = yield* RecordIndex.openInSteps(merged, how);
    if (all?.header.shard !== undefined) throw wholeError(merged, all.header.shard);
    const began = own?.header.shard;
    const isSeeded = began !== undefined && began.from === from && began.options === options;
    const header = { ...shard, options, ...(from === undefined ? {} : { from }) };
    seeds = { shard: header, own, merged: all, isSeeded };
  } finally {
    if (seeds === undefined) for (const opened of [own, all]) opened?.close();
  }
  return seeds;
}

/** The lines of the shard's manifest: of a photo that both have, the shard's own record. */
export function* seedLines(seeds: Seeds, rewriting: Rewriting): Generator<string | Buffer> {
  const { own, merged } = seeds;
  yield `${headerLine(rewriting.header)}\n`;
  if (own !== undefined) yield* linesOf(own, rewriting, () => true);
  if (merged !== undefined) yield* linesOf(merged, rewriting, (source) => isSeed(source, seeds));
}

/** Whether the shard has the merged manifest's record of a source. */
function isSeed(source: string, { shard, own, isSeeded }: Seeds): boolean {
  return !isSeeded && own?.positions.rowOf(source) === undefined && isOfShard(source, shard);
}

/** How many records of the shard's manifest name a thumbnail that lies elsewhere than the layout has it. */
export function countElsewhere(seeds: Seeds, layout: Layout | undefined): number {
  const { own, merged } = seeds;
  const count = own?.elsewhere ?? 0;
  if (merged === undefined || merged.elsewhere === 0 || layout === undefined) return count;
  const sources = [...merged.positions.sources()].filter(([source]) => isSeed(source, seeds));
  return count + sources.filter(([source]) => liesElsewhere(merged.find(source), layout)).length;
}

function* linesOf(
  records: RecordIndex,
  rewriting: Rewriting,
  isTaken: (source: string) => boolean,
): Generator<string | Buffer> {
  const { header } = rewriting;
  const hasSameDigests = headerLine({ ...records.header, shard: header.shard }) === headerLine(header);
  if (hasSameDigests && records.hasLfEndings && records.elsewhere === 0) {
    yield* copyLines(records.descriptor, positionsOf(records, isTaken));
    return;
  }
  for (const [source] of records.positions.sources()) {
    const record = isTaken(source) ? records.find(source) : undefined;
    if (record !== undefined) yield lineUnder(record, records.header, rewriting);
  }
}

function* positionsOf(
  { positions }: RecordIndex,
  isTaken: (source: string) => boolean,
): Generator<LinePosition> {
  for (const [source, row] of positions.sources()) if (isTaken(source)) yield positions.at(row);
}

/** The header of a shard's manifest, whose digests are those of the merged one where these count as current. */
export function seededHeader(digests: Digests, { merged, shard }: Seeds): ManifestHeader {
  return headerOf(digests.header(merged?.header), shard);
}

/** @throws {ThumbsError} `MANIFEST`: it is a shard's manifest, and a whole run would put all photos into it. */
export function requireWhole({ file, header }: RecordIndex): void {
  if (header.shard !== undefined) throw wholeError(file, header.shard);
}

function wholeError(file: string, shard: Shard): ThumbsError {
  return manifestError(
    file,
    `it is that of shard ${shardName(shard)}, which is to be merged with the others`,
  );
}

function requireShard({ file, header }: RecordIndex, { index, of }: Shard): void {
  const { shard } = header;
  if (shard?.index === index && shard.of === of) return;
  const what = shard === undefined ? 'a whole run' : `shard ${shardName(shard)}`;
  throw manifestError(file, `it is that of ${what}, not of shard ${index}/${of}`);
}

const CHUNK_BYTES = 1 << 20;

/** SHA-256 of a manifest's bytes, 64 hex digits; undefined when there is none. */
export function* digestOfFile(file: string): Steps<string | undefined> {
  if (!fs.existsSync(file)) return undefined;
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const descriptor = openManifest(file);
  try {
    for (;;) {
      const count = fs.readSync(descriptor, chunk, 0, CHUNK_BYTES, null);
      if (count === 0) return hash.digest('hex');
      hash.update(chunk.subarray(0, count));
      yield;
    }
  } finally {
    fs.closeSync(descriptor);
  }
}
