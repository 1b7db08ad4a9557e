// What the command says of files and folders that it leaves out, and of paths and globs that select nothing.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { PlanEvent } from '../../../src/run/plan-thumbnails.js';
import { runFolder } from '../../support/in-process/run.js';
import { makeTree, photoFolder, temporaryFolder, writePhotos } from '../../support/photos.js';
import { thumbs, thumbsJson } from '../../support/processes/command.js';

/** Two photos among other pictures and videos, folders of a NAS, and an output folder. */
async function mixedFolder(): Promise<string> {
  const { folder } = photoFolder(2);
  await runFolder(folder, { out: path.join(folder, 'photos/web') });
  writePhotos(path.join(folder, 'photos/@eaDir/IMG.jpg'), 1);
  return makeTree(folder, [
    ...[
      'photos/a.JXL',
      'photos/b.jxl',
      'photos/c.mov',
      'photos/notes.txt',
      'photos/.d.jxl',
      'photos/sub/e.crw',
    ],
    ...['photos/sub/@eaDir/f.jpg', 'photos/lost+found/g.jxl'],
  ]);
}

const LEFT_OUT = [
  '4 files of other formats passed over (2 jxl, 1 crw, 1 mov)',
  '3 system folders not walked (2 @eaDir, 1 lost+found)',
  '1 folder that thumbs fills not walked',
];

const NAMED = [
  'not walked photos/@eaDir',
  'not walked photos/lost+found',
  'not walked photos/sub/@eaDir',
  'not walked photos/web',
  'passed over photos/a.JXL',
  'passed over photos/b.jxl',
  'passed over photos/c.mov',
  'passed over photos/sub/e.crw',
];

const FIGURES = {
  passedOver: { crw: 1, jxl: 2, mov: 1 },
  skippedFolders: { '@eaDir': 2, 'lost+found': 1, '.thumbs.json': 1 },
  selectedNothing: { paths: [], include: [] },
  excludedNothing: [],
};

test('a run counts what it leaves out, -v names it, and the exit code stays 0', async () => {
  const folder = await mixedFolder();
  const { code, stderr } = await thumbs(['photos'], { cwd: folder });
  expect([code, stderr.split('\n')]).toEqual([
    0,
    [
      expect.stringMatching(/^2 thumbnails made: 2 photos/),
      ...LEFT_OUT,
      'manifest thumbnails/manifest.jsonl',
      '',
    ],
  ]);
  const verbose = await thumbsJson(['photos', '-v'], { cwd: folder });
  expect(verbose.stderr.split('\n').filter((line) => /^(not walked|passed over) /.test(line))).toEqual(NAMED);
  expect(verbose.stderr).toContain(LEFT_OUT.join('\n'));
  expect(verbose.events.at(-1)).toMatchObject({ type: 'summary', photos: 2, ...FIGURES });
  expect(verbose.events).toContainEqual({
    type: 'passed-over',
    path: path.join(folder, 'photos/a.JXL'),
    extension: 'jxl',
  });
  expect(verbose.events).toContainEqual({
    type: 'skipped-folder',
    path: path.join(folder, 'photos/web'),
    group: '.thumbs.json',
  });
});

test('a dry run counts and names the same', async () => {
  const folder = await mixedFolder();
  const { code, stderr, events } = await thumbsJson<PlanEvent>(['photos', '--dry-run', '-v'], {
    cwd: folder,
  });
  const lines = stderr.split('\n');
  expect(code).toBe(0);
  expect(lines.filter((line) => /^(not walked|passed over) /.test(line))).toEqual(NAMED);
  expect(lines.slice(-5)).toEqual([...LEFT_OUT, 'Nothing was done: this is a dry run.', '']);
  expect(events.at(-1)).toMatchObject({ type: 'plan', ...FIGURES });
});

test('photos in a folder that a run has filled by mistake are counted by later runs', async () => {
  const { folder } = photoFolder(2);
  writePhotos(path.join(folder, 'photos/Pics'), 2);
  await runFolder(folder, { out: path.join(folder, 'photos/Pics') });
  const { code, stderr } = await thumbs(['photos', '-v'], { cwd: folder });
  expect(code).toBe(0);
  const lines = stderr.split('\n');
  expect(lines.filter((line) => /^(not walked|passed over) /.test(line))).toEqual([
    'not walked photos/Pics',
    'passed over photos/Pics/photo-1.jpg',
    'passed over photos/Pics/photo-2.jpg',
  ]);
  expect(lines.slice(-4)).toEqual([
    '2 pictures and videos not selected (2 jpg)',
    '1 folder that thumbs fills not walked',
    'manifest thumbnails/manifest.jsonl',
    '',
  ]);
});

test('a folder of nothing but JPEG XL has no photos, and says what it has', async () => {
  const folder = makeTree(temporaryFolder(), ['photos/a.jxl', 'photos/sub/b.JXL']);
  const { code, stderr } = await thumbs(['photos'], { cwd: folder });
  expect([code, stderr.split('\n').slice(0, 3)]).toEqual([
    0,
    [
      'No photos found.',
      expect.stringMatching(/^0 thumbnails made: 0 photos/),
      '2 files of other formats passed over (2 jxl)',
    ],
  ]);
});

test('paths and globs that select nothing are named, excludes with -v alone', async () => {
  const { folder } = photoFolder(2);
  fs.mkdirSync(path.join(folder, 'empty'));
  const globs = ['--include', '*.jpg', '--include', '*.tif', '--exclude', 'drafts', '--exclude', 'photo-2*'];
  const args = ['photos', 'empty', ...globs];
  const nothing = ['empty: no photos found', "--include '*.tif' selected nothing"];
  const { code, stderr } = await thumbs(args, { cwd: folder });
  expect([code, stderr.split('\n').slice(1, -2)]).toEqual([0, nothing]);
  const plan = await thumbs([...args, '--dry-run'], { cwd: folder });
  expect(plan.stderr.split('\n').slice(-4, -2)).toEqual(nothing);
  const verbose = await thumbsJson([...args, '-v'], { cwd: folder });
  expect(verbose.stderr.split('\n').slice(-5, -2)).toEqual([
    ...nothing,
    "--exclude 'drafts' excluded nothing",
  ]);
  expect(verbose.events.at(-1)).toMatchObject({
    selectedNothing: { paths: [path.join(folder, 'empty')], include: ['*.tif'] },
    excludedNothing: ['drafts'],
  });
  const quiet = await thumbs([...args, '-q'], { cwd: folder });
  expect([quiet.code, quiet.stderr]).toEqual([0, '']);
});
