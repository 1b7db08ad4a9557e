// An output folder of many photos, made from the thumbnails of few: each thumbnail is a file of its own, with some bytes behind its end,
// which decoders ignore.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { readManifest } from '../../../src/manifest/reading.js';
import type { DoneRecord, ThumbnailEntry } from '../../../src/manifest/record.js';
import { thumbsCommand } from '../measuring.js';

const SIZES = ['400x400,format=webp,name=row', '1600x1600,format=webp,name=screen'];

/** How the photos lie. */
export interface Shape {
  readonly photos: number;
  readonly folders: number;
}

/** The folders of an output, with its manifest in `thumbnails`. */
export function makeOutput(folder: string, photos: string, { photos: count, folders }: Shape): void {
  const few = path.join(folder, 'few');
  const sizes = SIZES.flatMap((size) => ['-s', size]);
  execFileSync(process.execPath, [thumbsCommand, photos, '-o', few, ...sizes, '--placeholder', '-q']);
  const manifest = path.join(few, 'manifest.jsonl');
  const [header = ''] = fs.readFileSync(manifest, 'utf8').split('\n');
  const records = [...readManifest(manifest)].filter((record) => record.status === 'done');
  const out = path.join(folder, 'thumbnails');
  fs.mkdirSync(out, { recursive: true });
  const lines: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const record = records[index % records.length];
    if (record === undefined) throw new Error(`No thumbnails of ${photos}`);
    lines.push(JSON.stringify(copyOf(record, index, folders, few, out)));
  }
  fs.writeFileSync(path.join(out, 'manifest.jsonl'), `${[header, ...lines.sort()].join('\n')}\n`);
}

/** A day in photos: so many years are in the timeline. */
const PHOTOS_A_DAY = 14;

function copyOf(record: DoneRecord, index: number, folders: number, few: string, out: string): DoneRecord {
  const taken = new Date(Date.UTC(2010, 0, 1, 8) + Math.floor(index / PHOTOS_A_DAY) * 86_400_000);
  const album = `${taken.getUTCFullYear()} album ${index % folders}`;
  const source = folders === 1 ? `../photos/IMG_${index}.jpg` : `../photos/${album}/IMG_${index}.jpg`;
  const [row, ...others] = record.thumbnails;
  if (row === undefined) throw new Error('Expected a thumbnail');
  // The full view is not measured: few files are enough.
  for (const { file } of others)
    if (!fs.existsSync(path.join(out, file))) fs.copyFileSync(path.join(few, file), path.join(out, file));
  return {
    ...record,
    source,
    takenAt: taken.toISOString().slice(0, 19),
    thumbnails: [fileOfItsOwn(row, index, few, out), ...others],
  };
}

function fileOfItsOwn(entry: ThumbnailEntry, index: number, few: string, out: string): ThumbnailEntry {
  const bytes = Buffer.concat([fs.readFileSync(path.join(few, entry.file)), Buffer.from(String(index))]);
  const file = `${createHash('sha256').update(bytes).digest('hex')}.webp`;
  fs.writeFileSync(path.join(out, file), bytes);
  return { ...entry, file, bytes: bytes.length };
}
