// What photos are called in the manifest, by whatever path they are reached.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runFolder } from '../../support/in-process/run.js';
import { recordsIn } from '../../support/output.js';
import { damagedImages } from '../../support/paths.js';
import { photoFolder, temporaryFolder, writePhotos } from '../../support/photos.js';

const UNCHANGED = { unchanged: 2, identified: 0, removed: 0 };
const NAMES = ['../../photos/photo-1.jpg', '../../photos/photo-2.jpg'];

/** Two photos, and an output folder that is a link to `deep/real`; a first run is finished. */
async function linkedOutput() {
  const { folder } = photoFolder(2);
  const real = path.join(folder, 'deep/real');
  fs.mkdirSync(real, { recursive: true });
  fs.symlinkSync('deep/real', path.join(folder, 'thumbnails'));
  await runFolder(folder);
  return { folder, real };
}

function sources(out: string): string[] {
  return recordsIn(out).map(({ source }) => source);
}

test('a tree that is moved together with its output is unchanged, known failures too', async () => {
  const folder = temporaryFolder();
  writePhotos(path.join(folder, 'archive/photos/a'), 3);
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'archive/photos/broken.jpg'));
  await runFolder(path.join(folder, 'archive'));
  fs.renameSync(path.join(folder, 'archive'), path.join(folder, 'moved'));
  expect(await runFolder(path.join(folder, 'moved'))).toMatchObject({
    summary: { unchanged: 3, known: 1, removed: 0 },
    started: 0,
  });
});

test('names are relative to the real folder of the manifest, whatever links lead to it', async () => {
  const { folder, real } = await linkedOutput();
  expect(sources(real)).toEqual(NAMES);
  expect(fs.existsSync(path.join(real, NAMES[0] ?? ''))).toBe(true);
  for (const out of [real, path.join(folder, 'thumbnails')])
    expect((await runFolder(folder, { out })).summary).toMatchObject(UNCHANGED);
  const manifest = path.join(folder, 'deep/link.jsonl');
  fs.symlinkSync('real/manifest.jsonl', manifest);
  expect((await runFolder(folder, { manifest })).summary).toMatchObject(UNCHANGED);
});

test('a link on the way to the photos, to the output or to both changes no name', async () => {
  const { folder, real } = await linkedOutput();
  const link = path.join(temporaryFolder(), 'link');
  fs.symlinkSync(folder, link);
  for (const [root, out] of [
    [link, path.join(link, 'thumbnails')],
    [link, real],
    [folder, path.join(link, 'thumbnails')],
  ] as const)
    expect((await runFolder(root, { out })).summary).toMatchObject(UNCHANGED);
  expect(sources(real)).toEqual(NAMES);
});

test('a manifest that is a dangling link is written where the link leads, with names relative to that', async () => {
  const { folder } = await linkedOutput();
  const manifest = path.join(folder, 'dangling.jsonl');
  fs.symlinkSync('deep/new.jsonl', manifest);
  for (const unchanged of [0, 2])
    expect((await runFolder(folder, { manifest })).summary).toMatchObject({ ...UNCHANGED, unchanged });
  expect(fs.readFileSync(path.join(folder, 'deep/new.jsonl'), 'utf8')).toContain('"../photos/photo-1.jpg"');
});

test('an output folder with a photo’s name is not taken for a photo, whatever link leads to the root', async () => {
  const { folder } = photoFolder(2);
  const link = path.join(temporaryFolder(), 'link');
  fs.symlinkSync(folder, link);
  const out = path.join(link, 'photos/out.png');
  for (const unchanged of [0, 2])
    expect((await runFolder(link, { out })).summary).toMatchObject({ photos: 2, failed: 0, unchanged });
});

test('names that differ in letter case only are two photos', async () => {
  const { folder, out, files } = photoFolder(2);
  const photos = path.join(folder, 'photos');
  fs.renameSync(files[0] ?? '', path.join(photos, 'Photo.JPG'));
  fs.renameSync(files[1] ?? '', path.join(photos, 'photo.jpg'));
  await runFolder(folder);
  expect(sources(out)).toEqual(['../photos/Photo.JPG', '../photos/photo.jpg']);
  expect(await runFolder(folder)).toMatchObject({ summary: { unchanged: 2 }, started: 0 });
  fs.rmSync(path.join(photos, 'Photo.JPG'));
  fs.renameSync(path.join(photos, 'photo.jpg'), path.join(photos, 'PHOTO.jpg'));
  expect((await runFolder(folder)).summary).toMatchObject({ unchanged: 1, identified: 1, removed: 2 });
  expect(sources(out)).toEqual(['../photos/PHOTO.jpg']);
});
