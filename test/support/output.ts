// The output of a run: its records, its events, and the invariants that hold after every run.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect } from 'vitest';
import { MARKER_NAME } from '../../src/files/folder-marker.js';
import {
  formatOfFile,
  isThumbnailFile,
  shardOf,
  thumbnailFile,
  thumbnailName,
} from '../../src/files/thumbnails/thumbnail-name.js';
import { encoders } from '../../src/image/encoders/index.js';
import { readManifest } from '../../src/manifest/reading.js';
import type { DoneFacts, ManifestRecord, ThumbnailEntry } from '../../src/manifest/record.js';
import { nameOf } from '../../src/manifest/source-names.js';
import type { ThumbsEvent } from '../../src/run/events.js';
import { processesLeft } from './processes/processes.js';

/** The records of an output folder. */
export function recordsIn(out: string): ManifestRecord[] {
  return [...readManifest(path.join(out, 'manifest.jsonl'))];
}

/** The thumbnails in an output folder, in either layout, as records have them. */
export function thumbnailsIn(out: string): string[] {
  const names = fs.readdirSync(out, { recursive: true, encoding: 'utf8' });
  return names.map((name) => name.replaceAll(path.sep, '/')).filter(isThumbnailFile);
}

/** What one run's output is compared with: every byte of the manifest, and which thumbnails there are, whose names are their bytes. */
export function outputInBytes(
  out: string,
  manifest: string = path.join(out, 'manifest.jsonl'),
): { manifest: string; thumbnails: string[] } {
  return { manifest: fs.readFileSync(manifest, 'utf8'), thumbnails: thumbnailsIn(out).sort() };
}

/** The thumbnail of a photo that has one. */
export function onlyThumbnail({ thumbnails }: Pick<DoneFacts, 'thumbnails'>): ThumbnailEntry {
  const [first, ...others] = thumbnails;
  if (first === undefined || others.length > 0)
    throw new Error(`Expected one thumbnail, got ${thumbnails.length}`);
  return first;
}

/** Whether a record is of what the manifest's header says: neither its thumbnails nor its failure have digests of their own. */
export function isOfHeader(record: ManifestRecord): boolean {
  if (record.status === 'failed') return record.digest === undefined;
  return record.thumbnails.every(({ digest, decoder }) => digest === undefined && decoder === undefined);
}

/** The path of the thumbnail of the photo with this file name; of a file that does not exist if it has none. */
export function thumbnailOf(out: string, name: string): string {
  const record = recordsIn(out).find(({ source }) => path.basename(source) === name);
  return path.join(out, record?.status === 'done' ? onlyThumbnail(record).file : 'none');
}

/** The failed records of an output folder as `[file name of the source, code, message]`. */
export function failuresIn(out: string): Array<[name: string, code: string, message: string]> {
  return recordsIn(out).flatMap((record) =>
    record.status === 'failed'
      ? [[path.basename(record.source), record.error.code, record.error.message]]
      : [],
  );
}

/** What became of each photo, by its file name: `unchanged`, `identified`, `done`, `failed CORRUPT`, `known CORRUPT`. */
export function outcomesOf(events: readonly ThumbsEvent[]): Record<string, string> {
  const outcomes: Record<string, string> = {};
  for (const event of events) {
    if (event.type !== 'done' && event.type !== 'unchanged' && event.type !== 'failed') continue;
    outcomes[path.basename(event.path)] = outcomeOf(event);
  }
  return outcomes;
}

function outcomeOf(event: Extract<ThumbsEvent, { type: 'done' | 'unchanged' | 'failed' }>): string {
  if (event.type === 'done') return 'done';
  if (event.type === 'unchanged') return event.identified ? 'identified' : 'unchanged';
  return `${event.known ? 'known' : 'failed'} ${event.record.error.code}`;
}

/**
 * The invariants of every finished run: one record a source, sorted, and what {@link expectWhole} checks; no process, no temporary file
 * and no lock is left.
 */
export async function expectSound(out: string): Promise<void> {
  const records = recordsIn(out);
  const sources = records.map(({ source }) => source);
  expect(sources).toEqual([...sources].sort());
  expect(new Set(records.map(nameOf)).size).toBe(records.length);
  expect(processesLeft()).toEqual([]);
  // Temporary files and locks are hidden ones, as is the folder's marker.
  expect(fs.readdirSync(out).filter((name) => name.startsWith('.'))).toEqual([MARKER_NAME]);
  await expectWhole(out);
}

/**
 * What holds after any end of a run, even a sudden one: every file under a thumbnail's name decodes, is of the format that the name says,
 * has the SHA-256 of its bytes as its name and lies where that says; and every thumbnail that a record names exists as the record says.
 */
export async function expectWhole(out: string): Promise<void> {
  const found = new Map<string, { bytes: number; width: number; height: number }>();
  for (const file of thumbnailsIn(out)) {
    const bytes = fs.readFileSync(path.join(out, file));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const format = formatOfFile(file) ?? 'png';
    const layout = shardOf(file) === undefined ? 'flat' : 'sharded';
    expect(thumbnailFile(thumbnailName(sha256, format), layout)).toBe(file);
    const { info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const size = { width: info.width, height: info.height };
    expect(encoders[format].readSize(bytes), file).toEqual(size);
    found.set(file, { bytes: bytes.length, ...size });
  }
  for (const record of recordsIn(out)) {
    if (record.status === 'failed') continue;
    for (const { file, bytes, width, height } of record.thumbnails)
      expect({ file, ...found.get(file) }).toEqual({ file, bytes, width, height });
  }
}
