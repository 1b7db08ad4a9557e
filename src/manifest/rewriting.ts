// The lines of a manifest as they are written: the header, and records under another header.

import { isInLayout } from '../files/thumbnails/thumbnail-name.js';
import type { Layout } from '../options/options.js';
import { jsonLine } from '../printable.js';
import type { Digests, HeaderDigests } from './digests/digests.js';
import { recordUnder } from './digests/matching.js';
import { entries, requireRecord } from './reading.js';
import { MANIFEST_VERSION, type ManifestHeader, type ManifestRecord, type ShardHeader } from './record.js';
import type { RecordIndex } from './record-index.js';

/** Puts thumbnails where a layout has them. */
export interface Placement {
  readonly layout: Layout;
  /** Where the thumbnail is to lie. When this returns, it lies there, and still under its old path. */
  place(file: string): string;
  /** To be called when the manifest has the new paths: removes the old ones. Not called when it has not. */
  removeOld(): void;
}

/** The header as its version has it. */
export function headerLine({ version, options, shard, ...digests }: ManifestHeader): string {
  if (version === 1) return jsonLine({ manifest: 'thumbs', version, options });
  return jsonLine(headerOf(digests, shard));
}

export function headerOf(
  { variants, decoders, failures, versions }: HeaderDigests,
  shard?: ShardHeader,
): ManifestHeader {
  return {
    manifest: 'thumbs',
    version: MANIFEST_VERSION,
    variants,
    decoders,
    failures,
    versions,
    ...(shard === undefined ? {} : { shard }),
  };
}

/** What a record is brought to. */
export interface Rewriting {
  readonly header: ManifestHeader;
  readonly digests: Digests;
  readonly placement: Placement | undefined;
}

/** A manifest's lines under another header. */
export function* linesUnder(records: RecordIndex | undefined, rewriting: Rewriting): Generator<string> {
  yield `${headerLine(rewriting.header)}\n`;
  if (records === undefined) return;
  for (const entry of entries(records.file, records.descriptor))
    yield lineUnder(requireRecord(records.file, entry), records.header, rewriting);
}

/** A record's line under another header. @param from The header that it was read under. */
export function lineUnder(
  record: ManifestRecord,
  from: HeaderDigests,
  { header, digests, placement }: Rewriting,
): string {
  return `${jsonLine(recordUnder(placed(record, placement), { from, to: header, digests }))}\n`;
}

/** Whether a record names a thumbnail that lies elsewhere than the layout has it. */
export function liesElsewhere(record: ManifestRecord | undefined, layout: Layout): boolean {
  return record?.status === 'done' && record.thumbnails.some(({ file }) => !isInLayout(file, layout));
}

function placed(record: ManifestRecord, placement: Placement | undefined): ManifestRecord {
  if (placement === undefined || record.status === 'failed') return record;
  const thumbnails = record.thumbnails.map((entry) =>
    isInLayout(entry.file, placement.layout) ? entry : { ...entry, file: placement.place(entry.file) },
  );
  return { ...record, thumbnails };
}
