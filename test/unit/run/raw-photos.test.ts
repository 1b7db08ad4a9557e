// Runs over RAW photos: their records, and how moved ones are recognised.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isRecord } from '../../../src/manifest/record.js';
import { families } from '../../support/images/raw/families.js';
import { rawFile } from '../../support/images/raw/files.js';
import { SECRETS } from '../../support/images/raw/pictures.js';
import { runFolder } from '../../support/in-process/run.js';
import { expectSound, recordsIn } from '../../support/output.js';
import { jpeg, temporaryFolder } from '../../support/photos.js';

/** A folder with two RAW photos of each family in `photos`. */
async function rawPhotos(): Promise<string> {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'photos'));
  for (const extension of Object.keys(families))
    for (const orientation of [1, 6]) {
      const bytes = Buffer.concat([await rawFile(extension, orientation), Buffer.alloc(250_000, extension)]);
      fs.writeFileSync(path.join(folder, 'photos', `${orientation}.${extension}`), bytes);
    }
  return folder;
}

/** The records, with what names a photo left out. */
function contents(out: string): unknown[] {
  return recordsIn(out).map(({ source: _, ...record }) => record);
}

test('the record of a RAW photo has its preview and its partial hash, and no serial number, name or place', async () => {
  const folder = await rawPhotos();
  const { summary } = await runFolder(folder);
  expect(summary).toMatchObject({ photos: 30, unchanged: 0, failed: 0 });
  const out = path.join(folder, 'thumbnails');
  for (const record of recordsIn(out)) {
    const preview = { from: 'preview', fromWidth: expect.any(Number) };
    expect(record).toMatchObject({ sourceFormat: 'raw', thumbnails: [preview] });
    // The JPEG in a made RAF says no offset.
    const offset = record.source.endsWith('.raf') ? '' : '+02:00';
    expect(record, record.source).toMatchObject({ takenAt: `2024-05-01T12:30:05${offset}` });
    expect(record.sourcePartialXxh128).toMatch(/^[0-9a-f]{32}$/);
    expect(record).not.toHaveProperty('sourceXxh128');
  }
  for (const name of fs.readdirSync(out))
    for (const secret of SECRETS)
      expect(fs.readFileSync(path.join(out, name), 'latin1'), name).not.toContain(secret);
  await expectSound(out);
});

test('RAW photos that were moved are recognised by their content: none is made again or counted as gone', async () => {
  const folder = await rawPhotos();
  const out = path.join(folder, 'thumbnails');
  await runFolder(folder);
  const before = contents(out);
  fs.renameSync(path.join(folder, 'photos'), path.join(folder, 'elsewhere'));
  fs.mkdirSync(path.join(folder, 'photos'));
  fs.renameSync(path.join(folder, 'elsewhere'), path.join(folder, 'photos/moved'));
  const { summary } = await runFolder(folder, { prune: true });
  expect(summary).toMatchObject({ photos: 30, unchanged: 30, identified: 30, removed: 30 });
  expect(summary).toMatchObject({ pruned: { files: 0 } });
  expect(contents(out)).toEqual(before);
  await expectSound(out);
});

test('a RAW photo whose middle or end is another is another photo; a JPEG of its name stands beside it', async () => {
  const folder = await rawPhotos();
  await runFolder(folder);
  const file = path.join(folder, 'photos/1.nef');
  const { size } = fs.statSync(file);
  for (const at of [size >> 1, size - 1]) {
    const bytes = fs.readFileSync(file);
    bytes.writeUInt8((bytes.readUInt8(at) + 1) & 255, at);
    fs.writeFileSync(file, bytes);
    const { summary } = await runFolder(folder);
    expect(summary).toMatchObject({ photos: 30, unchanged: 29, identified: 0, failed: 0 });
  }
  fs.writeFileSync(path.join(folder, 'photos/1.jpg'), await jpeg(1));
  expect((await runFolder(folder)).summary).toMatchObject({ photos: 31, unchanged: 30, failed: 0 });
});

test('a record has one hash or the other', () => {
  const record = {
    source: 'a.nef',
    status: 'done',
    thumbnails: [{ variant: '200x200', file: `${'ab'.repeat(32)}.png`, width: 1, height: 1, bytes: 1 }],
    sourceFormat: 'raw',
    ...{ sourceWidth: 1, sourceHeight: 1, sourceBytes: 1, sourceMtimeMs: 1 },
  };
  expect(isRecord({ ...record, sourceXxh128: 'a' })).toBe(true);
  expect(isRecord({ ...record, sourcePartialXxh128: 'a' })).toBe(true);
  expect(isRecord(record)).toBe(false);
  expect(isRecord({ ...record, sourcePartialXxh128: 1 })).toBe(false);
});
