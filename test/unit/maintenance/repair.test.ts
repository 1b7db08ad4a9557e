// `verify` with repair: what it marks or removes, and what the next run then makes.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { verify } from '../../support/in-process/maintenance.js';
import { runFolder } from '../../support/in-process/run.js';
import { expectSound, outcomesOf, recordsIn, thumbnailOf } from '../../support/output.js';
import { damagedImages } from '../../support/paths.js';
import { mutate, photoFolder } from '../../support/photos.js';

/** The output of a run over three photos, a copy of the first, and a damaged one. */
async function finishedRun() {
  const { folder, out, files } = photoFolder(3);
  fs.copyFileSync(files[0] ?? '', path.join(folder, 'photos/twin.jpg'));
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos/broken.jpg'));
  await runFolder(folder);
  const manifest = path.join(out, 'manifest.jsonl');
  return { folder, out, manifest, before: fs.readFileSync(manifest, 'utf8') };
}

test('after a repair the next run makes what was damaged, and nothing else', async () => {
  const { folder, out, manifest, before } = await finishedRun();
  mutate(thumbnailOf(out, 'photo-1.jpg'), 100);
  fs.writeFileSync(manifest, before.replace(/("source":"..\/photos\/photo-2.jpg".*?"width":)\d+/, '$17'));
  const { summary } = await verify({ out, repair: true });
  expect(summary).toMatchObject({ damaged: 1, wrongRecords: 1, repaired: 3 });
  // Nothing is removed before there is something better.
  expect(fs.existsSync(thumbnailOf(out, 'photo-1.jpg'))).toBe(true);
  const { events } = await runFolder(folder);
  expect(outcomesOf(events)).toEqual({
    'photo-1.jpg': 'done',
    'photo-2.jpg': 'done',
    'photo-3.jpg': 'unchanged',
    'twin.jpg': 'done',
    'broken.jpg': 'known CORRUPT',
  });
  expect(fs.readFileSync(manifest, 'utf8')).toBe(before);
  expect((await verify({ out })).findings).toEqual([]);
  await expectSound(out);
});

test('a missing thumbnail needs no repair: the next run makes it', async () => {
  const { folder, out, manifest, before } = await finishedRun();
  fs.rmSync(thumbnailOf(out, 'photo-2.jpg'));
  expect((await verify({ out, repair: true })).summary).toMatchObject({ missing: 1, repaired: 0 });
  expect(fs.readFileSync(manifest, 'utf8')).toBe(before);
  expect((await runFolder(folder)).summary).toMatchObject({ made: 1, unchanged: 3 });
});

test('a repair removes a damaged line, and the next run restores its record', async () => {
  const { folder, out, manifest, before } = await finishedRun();
  const damaged = before.replace('"status":"done"', '"status":"dune"');
  fs.writeFileSync(manifest, damaged);
  await expect(runFolder(folder)).rejects.toMatchObject({
    code: 'MANIFEST',
    message: `Cannot use ${manifest} as the manifest: line 3 is not a record`,
    remedy: { type: 'repair' },
  });
  expect((await verify({ out })).findings).toEqual(['record manifest.jsonl: ']);
  expect(fs.readFileSync(manifest, 'utf8')).toBe(damaged);
  expect((await verify({ out, repair: true })).summary).toMatchObject({ wrongRecords: 1, repaired: 1 });
  expect(recordsIn(out)).toHaveLength(4);
  // Its content is that of the other copy, so it is not even decoded.
  expect((await runFolder(folder)).summary).toMatchObject({ unchanged: 4, identified: 1, failed: 1 });
  expect(fs.readFileSync(manifest, 'utf8')).toBe(before);
});

test('a link under a thumbnail’s name is foreign, and the next run replaces it with the thumbnail', async () => {
  const { folder, out } = await finishedRun();
  const [first = '', second = ''] = ['photo-2.jpg', 'photo-3.jpg'].map((name) => thumbnailOf(out, name));
  fs.renameSync(first, path.join(folder, 'elsewhere.png'));
  fs.symlinkSync('../elsewhere.png', first);
  fs.rmSync(second);
  // This one leads to itself.
  fs.symlinkSync(path.basename(second), second);
  const names = [first, second].map((file) => path.basename(file));
  expect((await verify({ out })).findings).toEqual(
    [
      ...names.map((name) => `foreign ${name}: `),
      `missing ${names[0]}: photo-2.jpg`,
      `missing ${names[1]}: photo-3.jpg`,
    ].sort(),
  );
  expect((await runFolder(folder)).summary).toMatchObject({ made: 2, unchanged: 2, failed: 1 });
  expect((await verify({ out })).findings).toEqual([]);
  await expectSound(out);
});
