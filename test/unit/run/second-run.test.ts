// What a run makes again when there is an output of an earlier one.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { replaceUnseen, setTime } from '../../support/file-changes.js';
import { runFolder } from '../../support/in-process/run.js';
import { expectSound, outcomesOf, recordsIn, thumbnailOf } from '../../support/output.js';
import { jpeg, mutate, photoFolder } from '../../support/photos.js';

test('unchanged photos are neither read nor given to a consumer, and the manifest is not written', async () => {
  const { folder, out, files } = photoFolder(5);
  for (const file of files) setTime(file, 1_700_000_000);
  expect(await runFolder(folder)).toMatchObject({ summary: { made: 5, unchanged: 0 } });
  // A photo that is read would fail: it is no image any more.
  for (const file of files) replaceUnseen(file);
  const manifest = fs.statSync(path.join(out, 'manifest.jsonl'));
  expect(await runFolder(folder)).toMatchObject({
    summary: { photos: 5, made: 0, unchanged: 5, failed: 0 },
    started: 0,
  });
  expect(fs.statSync(path.join(out, 'manifest.jsonl'))).toMatchObject({
    ino: manifest.ino,
    mtimeMs: manifest.mtimeMs,
  });
  await expectSound(out);
});

test('force makes every thumbnail again, from the bytes that the photos have now', async () => {
  const { folder, out, files } = photoFolder(3);
  await runFolder(folder);
  expect(await runFolder(folder, { force: true })).toMatchObject({ summary: { made: 3, unchanged: 0 } });
  replaceUnseen(files[0] ?? '');
  const { events } = await runFolder(folder, { force: true });
  expect(outcomesOf(events)).toEqual({
    'photo-1.jpg': 'failed UNSUPPORTED',
    'photo-2.jpg': 'done',
    'photo-3.jpg': 'done',
  });
  await expectSound(out);
});

test('a changed size, time or thumbnail is noticed, and only what its content does not identify is made again', async () => {
  const { folder, out, files } = photoFolder(6);
  await runFolder(folder);
  fs.writeFileSync(files[0] ?? '', await jpeg(100, 300, 200));
  setTime(files[1] ?? '', 1_700_000_000);
  fs.rmSync(thumbnailOf(out, 'photo-3.jpg'));
  fs.truncateSync(thumbnailOf(out, 'photo-4.jpg'), 100);
  fs.copyFileSync(files[4] ?? '', `${files[4]}.jpg`);
  const { events, summary } = await runFolder(folder);
  expect(outcomesOf(events)).toEqual({
    'photo-1.jpg': 'done',
    'photo-2.jpg': 'identified',
    'photo-3.jpg': 'done',
    'photo-4.jpg': 'done',
    'photo-5.jpg': 'unchanged',
    'photo-5.jpg.jpg': 'identified',
    'photo-6.jpg': 'unchanged',
  });
  expect(summary).toMatchObject({ made: 3, unchanged: 4, identified: 2 });
  await expectSound(out);
});

/** JPEGs with zeros behind their end, so that all have one length. */
const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(40_000 - bytes.length)]);

test('another content of the same length is decoded', async () => {
  const { folder, out, files } = photoFolder(2);
  const [first = ''] = files;
  fs.writeFileSync(first, padded(fs.readFileSync(first)));
  await runFolder(folder);
  fs.writeFileSync(first, padded(await jpeg(50)));
  const { events } = await runFolder(folder);
  expect(outcomesOf(events)).toEqual({ 'photo-1.jpg': 'done', 'photo-2.jpg': 'unchanged' });
  await expectSound(out);
});

test('two photos of one length and time that have changed places keep their own thumbnails', async () => {
  const { folder, out, files } = photoFolder(2);
  const [first = '', second = ''] = files;
  for (const file of files) {
    fs.writeFileSync(file, padded(fs.readFileSync(file)));
    setTime(file, 1_700_000_000);
  }
  await runFolder(folder);
  const thumbnails = () => files.map((file) => thumbnailOf(out, path.basename(file)));
  const before = thumbnails();
  for (const file of files) setTime(file, 1_700_000_001);
  fs.renameSync(first, `${first}.aside`);
  fs.renameSync(second, first);
  fs.renameSync(`${first}.aside`, second);
  const { events } = await runFolder(folder);
  expect(outcomesOf(events)).toEqual({ 'photo-1.jpg': 'identified', 'photo-2.jpg': 'identified' });
  expect(thumbnails()).toEqual(before.reverse());
  await expectSound(out);
});

test('moved photos are identified and not decoded, also where several have the same size and content', async () => {
  const { folder, out, files } = photoFolder(4);
  const photos = path.join(folder, 'photos');
  for (let copy = 0; copy < 4; copy += 1)
    fs.copyFileSync(files[0] ?? '', path.join(photos, `copy-${copy}.jpg`));
  await runFolder(folder);
  const before = recordsIn(out);
  const names = fs.readdirSync(photos);
  fs.mkdirSync(path.join(photos, '2025'));
  for (const name of names) fs.renameSync(path.join(photos, name), path.join(photos, '2025', name));
  const { summary } = await runFolder(folder);
  expect(summary).toMatchObject({ made: 0, unchanged: 8, identified: 8, removed: 8, sourceBytes: 0 });
  expect(recordsIn(out)).toEqual(
    before.map((record) => ({ ...record, source: record.source.replace('photos/', 'photos/2025/') })),
  );
  await expectSound(out);
});

test('a photo is identified only while the thumbnail of its content exists', async () => {
  const { folder, out, files } = photoFolder(2);
  await runFolder(folder);
  fs.rmSync(thumbnailOf(out, 'photo-1.jpg'));
  for (const file of files) setTime(file, 1_700_000_000);
  const { events } = await runFolder(folder);
  expect(outcomesOf(events)).toEqual({ 'photo-1.jpg': 'done', 'photo-2.jpg': 'identified' });
  await expectSound(out);
});

test('identified photos have the records that a fresh run writes, byte by byte', async () => {
  const { folder, files } = photoFolder(3);
  await runFolder(folder);
  for (const file of files) setTime(file, 1_700_000_000);
  const { summary } = await runFolder(folder);
  expect(summary).toMatchObject({ identified: 3 });
  await runFolder(folder, { out: path.join(folder, 'fresh') });
  const [second, fresh] = ['thumbnails', 'fresh'].map((out) =>
    fs.readFileSync(path.join(folder, out, 'manifest.jsonl'), 'utf8'),
  );
  expect(second).toBe(fresh);
});

test('times before 1970 and in the far future are recorded, and an older time is a change like any other', async () => {
  const { folder, out, files } = photoFolder(4);
  const times = [-86_400, 0, 1, 4_102_444_800];
  for (const [index, file] of files.entries()) setTime(file, times[index] ?? 0);
  await runFolder(folder);
  expect(recordsIn(out).map((record) => record.sourceMtimeMs)).toEqual(times.map((time) => time * 1000));
  expect(await runFolder(folder)).toMatchObject({ summary: { unchanged: 4, identified: 0 }, started: 0 });
  // An older photo in place of a newer one, as after a backup is restored.
  fs.writeFileSync(files[3] ?? '', await jpeg(77));
  setTime(files[3] ?? '', 1000);
  for (const file of files.slice(0, 3)) setTime(file, 500);
  const { events } = await runFolder(folder);
  expect(outcomesOf(events)).toEqual({
    'photo-1.jpg': 'identified',
    'photo-2.jpg': 'identified',
    'photo-3.jpg': 'identified',
    'photo-4.jpg': 'done',
  });
});

test('a time that differs by one nanosecond is another time', async () => {
  const { folder, out } = photoFolder(1);
  await runFolder(folder);
  const manifest = path.join(out, 'manifest.jsonl');
  const [record] = recordsIn(out);
  const nanoseconds = String(record?.sourceMtimeNs);
  const other = String(BigInt(nanoseconds) + 1n);
  fs.writeFileSync(manifest, fs.readFileSync(manifest, 'utf8').replace(nanoseconds, other));
  expect(await runFolder(folder)).toMatchObject({ summary: { unchanged: 1, identified: 1 } });
  expect(recordsIn(out)).toEqual([record]);
});

test('a thumbnail with one byte changed has the same size and is kept; force replaces it', async () => {
  const { folder, out } = photoFolder(2);
  await runFolder(folder);
  mutate(thumbnailOf(out, 'photo-1.jpg'), 300);
  expect(await runFolder(folder)).toMatchObject({ summary: { unchanged: 2 }, started: 0 });
  await runFolder(folder, { force: true });
  await expectSound(out);
});
