// Manifests that a test writes by the store itself, without a run.

import path from 'node:path';
import { type Digests, oneDigest } from '../../src/manifest/digests.js';
import { readManifest } from '../../src/manifest/reading.js';
import type { FailedRecord, ManifestRecord } from '../../src/manifest/record.js';
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

/** Opens a manifest as a run does, at once. */
export function openStore(file: string, digests: Digests): ManifestStore {
  return finish(ManifestStore.openInSteps(file, digests));
}

/** Writes these records as a run does, beside those that are there. */
export function writeRecords(file: string, records: readonly ManifestRecord[], options = 'digest'): void {
  const store = openStore(file, oneDigest(options));
  for (const record of records) store.append(record);
  store.finish(() => true);
  store.close();
}

/** The sources of a manifest, in its order. */
export function sourcesIn(file: string): string[] {
  return [...readManifest(file)].map(({ source }) => source);
}
