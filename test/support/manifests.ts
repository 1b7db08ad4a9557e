// Manifests that a test writes by the store itself, without a run.

import path from 'node:path';
import { Digests, type RunDigests } from '../../src/manifest/digests/digests.js';
import { readManifest } from '../../src/manifest/reading.js';
import type { DoneRecord, FailedRecord, ManifestRecord, ThumbnailEntry } from '../../src/manifest/record.js';
import { ManifestStore } from '../../src/manifest/store.js';
import { finish } from '../../src/steps.js';
import { temporaryFolder } from './photos.js';

/** A path for a manifest in a folder of this test's own. */
export function manifestPath(): string {
  return path.join(temporaryFolder(), 'manifest.jsonl');
}

/** The shortest record. */
export function failedRecord(source: string, message = 'empty'): FailedRecord {
  return { source, status: 'failed', error: { code: 'CORRUPT', message } };
}

/** The name of a thumbnail that need not exist. */
export const THUMBNAIL = `${'ab'.repeat(32)}.png`;

/** The record of a JPEG with one thumbnail. @param made Fields of the thumbnail. */
export function doneRecord(source: string, made: Partial<ThumbnailEntry> = {}): DoneRecord {
  return {
    source,
    status: 'done',
    thumbnails: [{ variant: VARIANT, file: THUMBNAIL, width: 200, height: 133, bytes: 5, ...made }],
    ...{ sourceFormat: 'jpeg', sourceWidth: 400, sourceHeight: 266, sourceBytes: 1000 },
    ...{ sourceMtimeMs: 5, sourceMtimeNs: '5000001', sourceXxh128: 'content', takenAt: null },
  };
}

/** The variant of a run that {@link testDigests} are of. */
export const VARIANT = '200x200';

/**
 * What a run wants, and what it would make it by: one variant with this digest, and whatever else is stated.
 * @param digest Also of failures. With another one everything is made under other options.
 */
export function testDigests(digest = 'digest', changes: Partial<RunDigests> = {}): Digests {
  return new Digests({
    variants: { [VARIANT]: digest },
    decoders: { jpeg: 'decoder', png: 'decoder', gif: 'decoder', raw: 'decoder', heic: 'decoder' },
    failures: digest,
    versions: {},
    unreadable: new Set(),
    keepVersions: false,
    ofVersion1: () => undefined,
    failureOfVersion1: () => undefined,
    ...changes,
  });
}

/** Opens a manifest as a run does, at once. */
export function openStore(file: string, digests: Digests = testDigests()): ManifestStore {
  return finish(ManifestStore.openInSteps(file, digests));
}

/** Writes these records as a run does, beside those that are there. */
export function writeRecords(file: string, records: readonly ManifestRecord[], digests?: Digests): void {
  const store = openStore(file, digests);
  for (const record of records) store.append(record);
  store.finish(() => true);
  store.close();
}

/**
 * A manifest as version 1 wrote it, which had one variant and one digest for everything.
 * @param options The digest of all records.
 */
export function asVersion1(manifest: string, options: string): string {
  const [, ...lines] = manifest.trimEnd().split('\n');
  const records = lines.map((line) => {
    const record: ManifestRecord = JSON.parse(line);
    const [thumbnail] = record.status === 'done' ? record.thumbnails : [];
    if (thumbnail === undefined) return record;
    const { file, width, height, bytes, ...others } = thumbnail;
    const { variant: _, ...from } = others;
    return { ...record, thumbnails: [{ file, width, height, bytes }], ...from };
  });
  const header = { manifest: 'thumbs', version: 1, options };
  return [header, ...records].map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** The sources of a manifest, in its order. */
export function sourcesIn(file: string): string[] {
  return [...readManifest(file)].map(({ source }) => source);
}
