// `thumbs gallery`: what it says, and its exit code.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { GallerySummary } from '../../../src/gallery/create-gallery.js';
import { writeManyPhotos } from '../../support/gallery/photos.js';
import { photoFolder, temporaryFolder } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';

async function manyPhotos(): Promise<string> {
  const folder = temporaryFolder();
  await writeManyPhotos(folder, 20);
  return folder;
}

test('it says where the gallery is, what is in it and what was done', async () => {
  const folder = await manyPhotos();
  const first = await thumbs(['gallery'], { cwd: folder });
  expect([first.code, first.stdout]).toEqual([0, '']);
  expect(first.stderr).toMatch(/^gallery .*gallery\/index\.html \(20 photos; \d+ files written\)\n/);
  expect(first.stderr).toContain(
    'the largest thumbnails have 40 pixels: for a full view, run thumbs with -s 200x200 -s 1600x1600',
  );
  const quiet = await thumbs(['gallery', '--quiet'], { cwd: folder });
  expect([quiet.code, quiet.stdout, quiet.stderr]).toEqual([0, '', '']);
});

test('with --json it prints one object', async () => {
  const folder = await manyPhotos();
  const { code, stdout } = await thumbs(['gallery', '--json', '--quiet', '--gallery', 'site'], {
    cwd: folder,
  });
  const made: GallerySummary = JSON.parse(stdout);
  expect(stdout.split('\n').length).toBe(2);
  expect([code, made.type, path.basename(made.folder), made.photos]).toEqual([0, 'gallery', 'site', 20]);
});

test('a missing thumbnail and a changed file are said, also when quiet, and fail', async () => {
  const folder = await manyPhotos();
  await thumbs(['gallery'], { cwd: folder });
  const [thumbnail = ''] = fs
    .readdirSync(path.join(folder, 'thumbnails'))
    .filter((name) => name.endsWith('.png'));
  fs.rmSync(path.join(folder, 'thumbnails', thumbnail));
  fs.writeFileSync(path.join(folder, 'gallery/index.html'), 'mine');
  const { code, stderr } = await thumbs(['gallery', '--quiet'], { cwd: folder });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^4 photos not in the gallery: a thumbnail is missing/);
  expect(stderr).toMatch(
    /left as they are, because thumbs has not written them so: .*gallery\/index\.html\n$/,
  );
});

test('a folder of something else is refused, and stays', async () => {
  const folder = await manyPhotos();
  fs.mkdirSync(path.join(folder, 'site'));
  fs.writeFileSync(path.join(folder, 'site/a.txt'), 'mine');
  const { code, stderr } = await thumbs(['gallery', '--gallery', 'site'], { cwd: folder });
  expect([code, stderr]).toEqual([2, expect.stringContaining('has files that are not of thumbs, as a.txt')]);
  expect(fs.readdirSync(path.join(folder, 'site'))).toEqual(['a.txt']);
});

test('a path that cannot be a gallery is refused with its cause, exit 3, or 2', async () => {
  const folder = await manyPhotos();
  fs.writeFileSync(path.join(folder, 'file'), '');
  fs.symlinkSync('loop', path.join(folder, 'loop'));
  for (const [name, cause] of [
    ['file/x', /not a directory \(ENOTDIR\)/],
    ['x'.repeat(300), /name too long \(ENAMETOOLONG\)/],
    ['loop/x', /\(ELOOP\)/],
  ] as const) {
    const { code, stderr } = await thumbs(['gallery', '--gallery', name], { cwd: folder });
    expect([code, stderr]).toEqual([3, expect.stringMatching(cause)]);
  }
});

test('a run fills neither one folder as gallery and links, nor one in the other, and says so before it begins', async () => {
  const { folder } = photoFolder(1);
  for (const [gallery, links] of [
    ['a', 'a'],
    ['a/b', 'a'],
    ['a', 'a/b'],
  ] as const) {
    const { code, stderr } = await thumbs(['photos', '--gallery', gallery, '--links', links], {
      cwd: folder,
    });
    expect([code, stderr]).toEqual([2, expect.stringContaining('lie in one another, or are the same')]);
  }
  expect(fs.readdirSync(folder)).toEqual(['photos']);
});
