// Records of an earlier version, which did not look when photos were taken, are completed without a thumbnail being made.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { planThumbnails } from '../../../src/run/plan-thumbnails.js';
import { setTime } from '../../support/file-changes.js';
import { datedExif } from '../../support/images/exif-structure.js';
import { gif } from '../../support/images/hostile-images.js';
import { jpegWithExif } from '../../support/images/with-exif.js';
import { runFolder } from '../../support/in-process/run.js';
import { outcomesOf, recordsIn, thumbnailsIn } from '../../support/output.js';
import { jpeg, photoFolder, snapshot } from '../../support/photos.js';

const TAKEN_AT = '2024-05-01T12:30:05+02:00';

/** A folder with a dated photo, one without a date, a GIF and a broken one, after a run of an earlier version. */
async function earlierRun(): Promise<{
  folder: string;
  out: string;
  photos: string;
  manifest: string;
  complete: string;
}> {
  const { folder, out, files } = photoFolder(1);
  const photos = path.dirname(files[0] ?? '');
  const dated = jpegWithExif(await jpeg(7), datedExif('2024:05:01 12:30:05', '+02:00'));
  fs.writeFileSync(path.join(photos, 'dated.jpg'), dated);
  fs.writeFileSync(path.join(photos, 'drawn.gif'), gif(40, 30, 1));
  fs.writeFileSync(path.join(photos, 'broken.jpg'), dated.subarray(0, 400));
  await runFolder(folder);
  const manifest = path.join(out, 'manifest.jsonl');
  const complete = fs.readFileSync(manifest, 'utf8');
  fs.writeFileSync(manifest, complete.replaceAll(/,"takenAt":(?:null|"[^"]*")/g, ''));
  return { folder, out, photos, manifest, complete };
}

function takenAts(out: string): unknown[] {
  return recordsIn(out).map((record) => [
    path.basename(record.source),
    'takenAt' in record ? record.takenAt : 'absent',
  ]);
}

test('records of an earlier version are completed, and no thumbnail is written', async () => {
  const { folder, out, manifest, complete } = await earlierRun();
  expect(takenAts(out).flat()).toEqual(
    ['broken.jpg', 'dated.jpg', 'drawn.gif', 'photo-1.jpg'].flatMap((name) => [name, 'absent']),
  );
  const before = snapshot(out);
  const { summary, events } = await runFolder(folder);
  expect(outcomesOf(events)).toEqual({
    'broken.jpg': 'known CORRUPT',
    'dated.jpg': 'identified',
    'drawn.gif': 'unchanged',
    'photo-1.jpg': 'identified',
  });
  expect(summary).toMatchObject({ made: 0, unchanged: 3, identified: 2, known: 1, failed: 1 });
  expect(takenAts(out)).toEqual([
    ['broken.jpg', 'absent'],
    ['dated.jpg', TAKEN_AT],
    ['drawn.gif', 'absent'],
    ['photo-1.jpg', null],
  ]);
  const after = snapshot(out);
  for (const name of thumbnailsIn(out)) expect(after.get(name)).toBe(before.get(name));
  // As if this version had made them, but for the GIF, which is not read.
  expect(withoutGif(fs.readFileSync(manifest, 'utf8'))).toBe(withoutGif(complete));
});

function withoutGif(manifest: string): string {
  return manifest
    .split('\n')
    .filter((line) => !line.includes('drawn.gif'))
    .join('\n');
}

test('a run after that has nothing to do', async () => {
  const { folder, out } = await earlierRun();
  await runFolder(folder);
  const before = snapshot(out);
  const { summary, started } = await runFolder(folder);
  expect([started, summary.unchanged, summary.identified]).toEqual([0, 3, 0]);
  expect(snapshot(out)).toEqual(before);
});

test('a dry run counts them as to be compared by content, and prunes none of their thumbnails', async () => {
  const { folder, out, photos } = await earlierRun();
  const events = [];
  for await (const event of planThumbnails([photos], { out })) events.push(event);
  expect(events.at(-1)).toMatchObject({
    compare: { photos: 2 },
    unchanged: { photos: 1 },
    changed: { photos: 0 },
    unneeded: { files: 0 },
  });
  expect(events).toContainEqual(
    expect.objectContaining({
      path: path.join(folder, 'photos/dated.jpg'),
      plan: 'compare',
      why: 'incomplete',
    }),
  );
});

test('a photo that was moved or touched gets it, too, and keeps it', async () => {
  const { folder, out, photos } = await earlierRun();
  fs.renameSync(path.join(photos, 'dated.jpg'), path.join(photos, 'moved.jpg'));
  await runFolder(folder);
  expect(takenAts(out)).toContainEqual(['moved.jpg', TAKEN_AT]);
  setTime(path.join(photos, 'moved.jpg'), 1_700_000_000);
  const { summary } = await runFolder(folder);
  expect([summary.identified, summary.made]).toEqual([1, 0]);
  expect(takenAts(out)).toContainEqual(['moved.jpg', TAKEN_AT]);
});

test('a photo that cannot be read for it keeps its record and its thumbnail', async () => {
  const { folder, out } = await earlierRun();
  const reason = 'it could not be read';
  const doJob = async () => ({ status: 'failed', code: 'UNREADABLE', reason }) as const;
  const { summary, events } = await runFolder(folder, {}, { doJob });
  expect(summary).toMatchObject({ unchanged: 3, identified: 0, known: 1, failed: 1 });
  expect(outcomesOf(events)).toMatchObject({ 'dated.jpg': 'unchanged' });
  expect(takenAts(out)).toContainEqual(['dated.jpg', 'absent']);
  await runFolder(folder);
  expect(takenAts(out)).toContainEqual(['dated.jpg', TAKEN_AT]);
});

test('a photo whose content is another one than that of its record is made', async () => {
  const { folder, out, photos } = await earlierRun();
  const file = path.join(photos, 'dated.jpg');
  setTime(file, 1_700_000_000);
  await runFolder(folder);
  const manifest = path.join(out, 'manifest.jsonl');
  fs.writeFileSync(manifest, fs.readFileSync(manifest, 'utf8').replace(`,"takenAt":"${TAKEN_AT}"`, ''));
  const bytes = fs.readFileSync(file);
  bytes.write('2024:05:02', bytes.indexOf('2024:05:01'));
  fs.writeFileSync(file, bytes);
  setTime(file, 1_700_000_000);
  const { events } = await runFolder(folder);
  expect(outcomesOf(events)).toMatchObject({ 'dated.jpg': 'done' });
  expect(takenAts(out)).toContainEqual(['dated.jpg', '2024-05-02T12:30:05+02:00']);
});
