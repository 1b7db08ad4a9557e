// A gallery whose making was interrupted is completed by the next call.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { doneRecord, writeRecords } from '../../support/manifests.js';
import { command } from '../../support/paths.js';
import { temporaryFolder } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';
import { start, until } from '../../support/processes/processes.js';

const PHOTOS = 600;
const ALBUMS = 12;

/** Many photos, each with a thumbnail of its own, which need not be a picture here. */
function manyThumbnails(folder: string): void {
  const out = path.join(folder, 'thumbnails');
  fs.mkdirSync(out);
  const records = Array.from({ length: PHOTOS }, (_, index) => {
    const text = `thumbnail ${index}`;
    const file = `${createHash('sha256').update(text).digest('hex')}.png`;
    fs.writeFileSync(path.join(out, file), text);
    return doneRecord(`../photos/album ${index % ALBUMS}/${index}.jpg`, { file });
  });
  writeRecords(path.join(out, 'manifest.jsonl'), records);
}

/** The texts of a gallery's files by their paths, without its list, which has times. */
function published(gallery: string): Map<string, string> {
  const names = fs.readdirSync(gallery, { recursive: true, encoding: 'utf8' }).sort();
  const regular = names.filter(
    (name) => fs.statSync(path.join(gallery, name)).isFile() && name !== '.thumbs-files.jsonl',
  );
  return new Map(regular.map((name) => [name, fs.readFileSync(path.join(gallery, name), 'utf8')]));
}

/** Bytes of the list of the files that were written. */
function listBytes(gallery: string): number {
  return fs.statSync(path.join(gallery, '.thumbs-files.jsonl'), { throwIfNoEntry: false })?.size ?? 0;
}

test('whenever the making is killed, the next call completes the gallery to the same bytes', async () => {
  const folder = temporaryFolder();
  const gallery = path.join(folder, 'gallery');
  manyThumbnails(folder);
  expect(await thumbs(['gallery'], { cwd: folder })).toMatchObject({ code: 0 });
  const undisturbed = published(gallery);
  const whole = listBytes(gallery);
  for (const part of [0.01, 0.5, 0.98]) {
    fs.rmSync(gallery, { recursive: true });
    const making = start(process.execPath, [command, 'gallery'], { cwd: folder });
    await until(() => listBytes(gallery) > part * whole);
    making.child.kill('SIGKILL');
    expect(await making.finished).toMatchObject({ signal: 'SIGKILL' });
    const { code, stderr } = await thumbs(['gallery'], { cwd: folder });
    expect([code, stderr]).toEqual([0, expect.stringContaining('600 photos, 12 albums')]);
    expect(stderr).not.toContain('left as they are');
    expect(published(gallery)).toEqual(undisturbed);
  }
});

test('a gallery that is killed while it is brought up to date is completed, and what has left is removed', async () => {
  const folder = temporaryFolder();
  const gallery = path.join(folder, 'gallery');
  manyThumbnails(folder);
  await thumbs(['gallery'], { cwd: folder });
  const before = fs.readFileSync(path.join(gallery, 'index.html'), 'utf8');
  const manifest = path.join(folder, 'thumbnails/manifest.jsonl');
  const lines = fs.readFileSync(manifest, 'utf8').split('\n');
  fs.writeFileSync(manifest, lines.filter((line) => !line.includes('/album 1')).join('\n'));
  const making = start(process.execPath, [command, 'gallery', '--title', 'Other'], { cwd: folder });
  await until(() => fs.readFileSync(path.join(gallery, 'index.html'), 'utf8') !== before);
  making.child.kill('SIGKILL');
  expect(await making.finished).toMatchObject({ signal: 'SIGKILL' });
  expect(await thumbs(['gallery', '--title', 'Other'], { cwd: folder })).toMatchObject({ code: 0 });
  const completed = published(gallery);
  fs.rmSync(gallery, { recursive: true });
  await thumbs(['gallery', '--title', 'Other'], { cwd: folder });
  expect(completed).toEqual(published(gallery));
});
