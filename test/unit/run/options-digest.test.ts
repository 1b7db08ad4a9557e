// What is made again when the options that decide the pixels change, or the versions of the renderer.

import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Lack } from '../../../src/image/decoders/decoder.js';
import { decoders } from '../../../src/image/decoders/index.js';
import { rendererVersion } from '../../../src/image/renderer-version.js';
import { digestOf } from '../../../src/manifest/digests/digests.js';
import type { Embedded } from '../../../src/options/options.js';
import type { ThumbsEvent } from '../../../src/run/events.js';
import { runFolder } from '../../support/in-process/run.js';
import { asVersion1 } from '../../support/manifests.js';
import { expectSound, isOfHeader, recordsIn } from '../../support/output.js';
import { damagedImages, sampleImages } from '../../support/paths.js';
import { photoFolder } from '../../support/photos.js';
import { insideBox } from '../../support/variants.js';

/** Three photos and a damaged one, after a first run. */
async function finishedRun() {
  const { folder, out } = photoFolder(3);
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos/broken.jpg'));
  await runFolder(folder);
  const manifest = path.join(out, 'manifest.jsonl');
  return { folder, out, manifest, before: fs.readFileSync(manifest, 'utf8') };
}

/** A manifest with the second half of each digest changed in its header: that of the versions. */
function madeByOtherVersions(manifest: string): string {
  const end = manifest.indexOf('\n');
  const { decoders: before, failures, ...header } = JSON.parse(manifest.slice(0, end));
  const other = (digest: unknown) => String(digest).slice(0, 32) + '0'.repeat(32);
  const changed = Object.entries(before).map(([format, digest]) => [format, other(digest)]);
  const others = { decoders: Object.fromEntries(changed), failures: other(failures) };
  return JSON.stringify({ ...header, ...others }) + manifest.slice(end);
}

const ALL_AGAIN = { made: 3, failed: 1, known: 0, unchanged: 0 };

test('another box makes all again, known failures too, and the first box gives the first manifest', async () => {
  const { folder, manifest, before } = await finishedRun();
  expect((await runFolder(folder, { size: 50 })).summary).toMatchObject(ALL_AGAIN);
  expect((await runFolder(folder)).summary).toMatchObject(ALL_AGAIN);
  expect(fs.readFileSync(manifest, 'utf8')).toBe(before);
});

test('another version of the renderer makes all again', async () => {
  const { folder, manifest, before } = await finishedRun();
  fs.writeFileSync(manifest, madeByOtherVersions(before));
  expect((await runFolder(folder)).summary).toMatchObject(ALL_AGAIN);
  expect(fs.readFileSync(manifest, 'utf8')).toBe(before);
});

test('the JPEG reader is part of the digest: libvips instead of our own makes all again', async () => {
  const { folder } = photoFolder(3);
  expect((await runFolder(folder)).summary).toMatchObject({ made: 3 });
  vi.stubEnv('THUMBS_JPEG', 'libvips');
  expect((await runFolder(folder)).summary).toMatchObject({ made: 3, unchanged: 0 });
  expect((await runFolder(folder)).summary).toMatchObject({ made: 0, unchanged: 3 });
});

test('a stopped run with other options costs the next one only what it has made', async () => {
  const { folder, out } = photoFolder(8);
  await runFolder(folder);
  const stop = new AbortController();
  const onEvent = ({ type }: ThumbsEvent) => {
    if (type === 'done') stop.abort();
  };
  const { summary } = await runFolder(folder, { size: 50, signal: stop.signal }, { onEvent });
  const other = recordsIn(out).filter(isOfHeader).length;
  expect(summary).toMatchObject({ stopped: 'signal', made: other });
  expect(other).toBeGreaterThan(0);
  expect(other).toBeLessThan(8);
  expect((await runFolder(folder)).summary).toMatchObject({ made: other, unchanged: 8 - other });
  await expectSound(out);
});

/** Gives a decoder another version, as a new release of its library would. */
function changeGifDecoder(version: number): void {
  const { gif } = decoders;
  Object.assign(decoders, { gif: { ...gif, versions: () => ({ version }) } });
  onTestFinished(() => {
    Object.assign(decoders, { gif });
  });
}

test('another version of a decoder makes the photos of its format again, and no other', async () => {
  const { folder, out } = photoFolder(3);
  await sharp(fs.readFileSync(path.join(folder, 'photos/photo-1.jpg')))
    .gif()
    .toFile(path.join(folder, 'photos/drawing.gif'));
  const first = await runFolder(folder);
  const before = fs.readFileSync(path.join(out, 'manifest.jsonl'), 'utf8');
  expect(first.summary).toMatchObject({ photos: 4, unchanged: 0 });
  changeGifDecoder(1);
  expect((await runFolder(folder)).summary).toMatchObject({ photos: 4, unchanged: 3 });
  expect((await runFolder(folder)).summary).toMatchObject({ photos: 4, unchanged: 4 });
  expect(recordsIn(out).every(isOfHeader)).toBe(true);
  fs.renameSync(path.join(folder, 'photos/drawing.gif'), path.join(folder, 'photos/moved.gif'));
  expect((await runFolder(folder)).summary).toMatchObject({ unchanged: 4, identified: 1 });
  fs.renameSync(path.join(folder, 'photos/moved.gif'), path.join(folder, 'photos/drawing.gif'));
  changeGifDecoder(2);
  expect((await runFolder(folder)).summary).toMatchObject({ photos: 4, unchanged: 3 });
  Object.assign(decoders.gif, { versions: () => ({}) });
  expect((await runFolder(folder)).summary).toMatchObject({ photos: 4, unchanged: 3 });
  expect(fs.readFileSync(path.join(out, 'manifest.jsonl'), 'utf8')).toBe(before);
  await expectSound(out);
});

test('photos of earlier versions are made again in the formats whose pixels come out otherwise: no JPEG, no GIF', async () => {
  const { folder, out } = photoFolder(2);
  const changed = ['png', 'webp', 'tiff', 'avif'] as const;
  const photo = sharp(fs.readFileSync(path.join(folder, 'photos/photo-1.jpg'))).resize(40, 30);
  for (const format of [...changed, 'gif'] as const)
    await photo
      .clone()
      .toFormat(format)
      .toFile(path.join(folder, `photos/drawing.${format}`));
  expect((await runFolder(folder)).summary).toMatchObject({ photos: 7, unchanged: 0 });
  const manifest = path.join(out, 'manifest.jsonl');
  const before = fs.readFileSync(manifest, 'utf8');
  // They had the digest of all photos.
  const { box } = insideBox(200);
  const digest = digestOf({ box, jpegReader: 'own', renderer: rendererVersion() });
  fs.writeFileSync(manifest, asVersion1(before, digest));
  const made: string[] = [];
  const onEvent = (event: ThumbsEvent) => {
    if (event.type === 'done') made.push(path.extname(event.path).slice(1));
  };
  expect((await runFolder(folder, {}, { onEvent })).summary).toMatchObject({ photos: 7, unchanged: 3 });
  expect(made.sort()).toEqual([...changed].sort());
  expect(fs.readFileSync(manifest, 'utf8')).toBe(before);
  await expectSound(out);
});

test('thumbnails of version 1 that a run with other options has left are still known', async () => {
  const { folder, out } = photoFolder(4);
  await runFolder(folder);
  const manifest = path.join(out, 'manifest.jsonl');
  const digest = digestOf({ box: insideBox(200).box, jpegReader: 'own', renderer: rendererVersion() });
  fs.writeFileSync(manifest, asVersion1(fs.readFileSync(manifest, 'utf8'), digest));
  const stop = new AbortController();
  const onEvent = (event: ThumbsEvent) => {
    if (event.type === 'done') stop.abort();
  };
  const stopped = await runFolder(folder, { size: 50, signal: stop.signal }, { onEvent });
  expect(stopped.summary.notReached).toBeGreaterThan(0);
  const { summary } = await runFolder(folder);
  expect(summary).toMatchObject({ made: stopped.summary.done, unchanged: stopped.summary.notReached });
  await expectSound(out);
});

test('another `embedded` makes the photos again whose decoder heeds it, and tries again what failed', async () => {
  const { folder } = await finishedRun();
  const heic = path.join(sampleImages, 'embedded-thumbnail.heic');
  fs.copyFileSync(heic, path.join(folder, 'photos/photo.heic'));
  expect((await runFolder(folder)).summary).toMatchObject({ made: 1, unchanged: 3, known: 1 });
  const run = async (embedded: Embedded) => (await runFolder(folder, { embedded })).summary;
  expect(await run('always')).toMatchObject({ made: 3, unchanged: 1, failed: 1, known: 0 });
  expect(await run('always')).toMatchObject({ made: 0, unchanged: 4, failed: 1, known: 1 });
  expect(await run('never')).toMatchObject({ made: 4, unchanged: 0, failed: 1, known: 0 });
  expect(await run('auto')).toMatchObject({ made: 1, unchanged: 3, failed: 1, known: 0 });
});

test('a photo whose decoder lacks its package now keeps its thumbnail, whatever its name and wherever it is moved', async () => {
  const { folder, out } = photoFolder(2);
  const drawing = path.join(folder, 'photos/drawing.jpg');
  await sharp(fs.readFileSync(path.join(folder, 'photos/photo-1.jpg')))
    .gif()
    .toFile(drawing);
  changeGifDecoder(1);
  await runFolder(folder);
  const before = fs.readFileSync(path.join(out, 'manifest.jsonl'), 'utf8');
  const lack: Lack = { needs: 'gif-js', kind: 'package', reason: 'not installed', remedy: 'npm install' };
  Object.assign(decoders.gif, { versions: () => ({}), lacks: () => lack });
  expect((await runFolder(folder)).summary).toMatchObject({ unchanged: 3, failed: 0 });
  const moved = path.join(folder, 'photos/moved.jpg');
  fs.renameSync(drawing, moved);
  expect((await runFolder(folder)).summary).toMatchObject({ unchanged: 3, identified: 1, failed: 0 });
  fs.renameSync(moved, drawing);
  expect((await runFolder(folder)).summary).toMatchObject({ unchanged: 3, identified: 1, failed: 0 });
  Object.assign(decoders.gif, { lacks: undefined });
  changeGifDecoder(1);
  expect((await runFolder(folder)).summary).toMatchObject({ unchanged: 3, identified: 0 });
  expect(fs.readFileSync(path.join(out, 'manifest.jsonl'), 'utf8')).toBe(before);
});
