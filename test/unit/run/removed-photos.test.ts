// When records and thumbnails of photos that are gone leave the output.

import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { decoders } from '../../../src/image/decoders/index.js';
import type { ThumbsEvent } from '../../../src/run/events.js';
import { runFolder, runInProcess } from '../../support/in-process/run.js';
import { writeThumbnail } from '../../support/left-files.js';
import { expectSound, recordsIn, thumbnailsIn } from '../../support/output.js';
import { photoFolder, temporaryFolder, writePhotos } from '../../support/photos.js';

/** Two folders of photos, all different, after a run over both. */
async function twoFolders() {
  const folder = temporaryFolder();
  const out = path.join(folder, 'thumbnails');
  const names = writePhotos(path.join(folder, 'photos/a'), 5).map((file) => path.basename(file));
  fs.mkdirSync(path.join(folder, 'photos/b'));
  for (const name of names.slice(3))
    fs.renameSync(path.join(folder, 'photos/a', name), path.join(folder, 'photos/b', name));
  await runFolder(folder);
  const runIn = async (root: string) => (await runInProcess([path.join(folder, root)], { out })).summary;
  const sources = () => recordsIn(out).map(({ source }) => source.replace('../photos/', ''));
  return { folder, out, runIn, sources };
}

test('the record of a removed photo goes with the next run that walks its folder', async () => {
  const { folder, runIn, sources } = await twoFolders();
  fs.rmSync(path.join(folder, 'photos/a/photo-1.jpg'));
  fs.rmSync(path.join(folder, 'photos/b/photo-4.jpg'));
  expect(await runIn('photos/b')).toMatchObject({ photos: 1, unchanged: 1, removed: 1 });
  expect(sources()).toEqual(['a/photo-1.jpg', 'a/photo-2.jpg', 'a/photo-3.jpg', 'b/photo-5.jpg']);
  expect(await runIn('photos')).toMatchObject({ photos: 3, unchanged: 3, removed: 1 });
  expect(sources()).toEqual(['a/photo-2.jpg', 'a/photo-3.jpg', 'b/photo-5.jpg']);
});

test('records of photos outside the roots stay', async () => {
  const folder = temporaryFolder();
  for (const name of ['a', 'b']) writePhotos(path.join(folder, name), 1);
  const out = path.join(folder, 'out');
  for (const name of ['a', 'b']) await runInProcess([path.join(folder, name)], { out });
  expect(recordsIn(out).map(({ source }) => source)).toEqual(['../a/photo-1.jpg', '../b/photo-1.jpg']);
});

test('the thumbnail of a removed photo stays until a run prunes', async () => {
  const { folder, out } = await twoFolders();
  fs.rmSync(path.join(folder, 'photos/a/photo-1.jpg'));
  expect((await runFolder(folder)).summary).not.toHaveProperty('pruned');
  expect(thumbnailsIn(out)).toHaveLength(5);
  fs.rmSync(path.join(folder, 'photos/b/photo-4.jpg'));
  const { events, summary } = await runFolder(folder, { prune: true });
  const bytes = events.reduce((sum, event) => (event.type === 'pruned' ? sum + event.bytes : sum), 0);
  expect(summary).toMatchObject({ unchanged: 3, removed: 1, pruned: { files: 2, bytes } });
  expect(thumbnailsIn(out)).toHaveLength(3);
  await expectSound(out);
});

test('a stopped run removes no record and prunes nothing', async () => {
  const { folder, out, files } = photoFolder(8);
  await runFolder(folder);
  fs.rmSync(files[0] ?? '');
  writeThumbnail(out, 'no record names it');
  const stop = new AbortController();
  const onEvent = ({ type }: ThumbsEvent) => {
    if (type === 'done') stop.abort();
  };
  const { summary } = await runFolder(folder, { force: true, prune: true, signal: stop.signal }, { onEvent });
  expect(summary).toMatchObject({ stopped: 'signal', removed: 0 });
  expect(summary).not.toHaveProperty('pruned');
  expect(thumbnailsIn(out)).toHaveLength(9);
  expect(recordsIn(out)).toHaveLength(8);
});

test('records of photos whose package is gone stay, and their thumbnails, until it is back or the user forgets them', async () => {
  const { folder, out, files } = photoFolder(2);
  const drawing = path.join(folder, 'photos/drawing.png');
  await sharp(fs.readFileSync(files[0] ?? ''))
    .png()
    .toFile(drawing);
  await runFolder(folder);
  const { png } = decoders;
  onTestFinished(() => {
    Object.assign(decoders, { png });
  });
  const lack = { needs: 'png-js', reason: 'png-js is not installed', remedy: 'npm install png-js' };
  Object.assign(decoders, { png: { ...png, lacks: () => ({ ...lack, kind: 'package' }) } });
  const without = await runFolder(folder, { prune: true });
  expect(without.summary).toMatchObject({ unchanged: 2, removed: 0, pruned: { files: 0 } });
  expect(recordsIn(out)).toHaveLength(3);
  Object.assign(decoders, { png });
  expect((await runFolder(folder)).summary).toMatchObject({ unchanged: 3, removed: 0 });
  // An option is the user's own choice.
  Object.assign(decoders, { png: { ...png, lacks: () => ({ ...lack, kind: 'option' }) } });
  expect((await runFolder(folder)).summary).toMatchObject({ unchanged: 2, removed: 1 });
});

test('a photo whose package is gone keeps its record and its thumbnail under the name of another format, too', async () => {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'photos'));
  const pixels = sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } });
  fs.writeFileSync(path.join(folder, 'photos/sent.jpg'), await pixels.png().toBuffer());
  await runFolder(folder);
  const { png } = decoders;
  onTestFinished(() => {
    Object.assign(decoders, { png });
  });
  const lacks = () => ({ needs: 'png-js', kind: 'package', reason: 'png-js is not installed', remedy: '' });
  Object.assign(decoders, { png: { ...png, lacks, digestParts: () => ({ version: 'none' }) } });
  expect((await runFolder(folder)).summary).toMatchObject({ unchanged: 1, failed: 0 });
  Object.assign(decoders, { png });
  expect((await runFolder(folder)).summary).toMatchObject({ unchanged: 1, made: 0 });
});
