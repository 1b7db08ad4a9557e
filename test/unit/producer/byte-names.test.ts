// Walks through files and folders whose names are not UTF-8.

import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { MARKER_NAME } from '../../../src/files/folder-marker.js';
import { pathOf } from '../../../src/path-bytes.js';
import { certainJobs } from '../../../src/producer/certain-jobs.js';
import { photoNameTest } from '../../../src/producer/photo-names.js';
import { findRoots } from '../../../src/producer/roots.js';
import {
  bytePath,
  inProgram,
  SHIFT_JIS,
  testWithByteNames,
  writeByteFile,
} from '../../support/byte-names.js';
import { startWalk, walkFolder } from '../../support/in-process/walk.js';
import { temporaryFolder } from '../../support/photos.js';

/** A folder with these files in `p`, all empty. */
function byteTree(...names: string[]): string {
  const folder = temporaryFolder();
  for (const name of names) writeByteFile(path.join(folder, 'p'), name);
  return folder;
}

function sorted(...names: string[]): string[] {
  return names.map((name) => `p/${inProgram(name)}`).sort();
}

testWithByteNames('photos in Latin-1 and Shift-JIS are found, in folders of such names', async () => {
  const names = [
    '\xc4.jpg',
    'caf\xe9/a.JPG',
    `${SHIFT_JIS}/${SHIFT_JIS}.png`,
    'caf\xe9/\xff/\xfe.jpg',
    'b.jpg',
  ];
  const { files, progress } = await walkFolder(
    byteTree(...names, 'caf\xe9/notes\xe9.txt', 'caf\xe9/\xe9.mov'),
  );
  expect(files).toEqual(sorted(...names));
  expect(progress).toMatchObject({ found: 5, unreadableFolders: [], passedOver: { counts: { mov: 1 } } });
});

testWithByteNames('a name with U+FFFD beside the names that look like it is another one', async () => {
  const utf8 = Buffer.from('\ufffd').toString('latin1');
  const names = [`${utf8}.jpg`, '\xe9.jpg', '\xe8.jpg', `${utf8}/a.jpg`, '\xe9/a.jpg'];
  const { files } = await walkFolder(byteTree(...names));
  expect(files).toEqual(
    ['p/\ufffd.jpg', 'p/\ufffd/a.jpg', ...sorted('\xe9.jpg', '\xe8.jpg', '\xe9/a.jpg')].sort(),
  );
});

testWithByteNames(
  'globs see U+FFFD in place of each byte, as it is shown and as it arrives when typed',
  async () => {
    const folder = byteTree('caf\xe9/a.jpg', 'caf\xe9/b.png', 'caf\xe9/drafts/c.jpg', 'd\xe9.jpg', 'e.jpg');
    const files = async (globs: { include?: string[]; exclude?: string[] }) =>
      (await walkFolder(folder, globs)).files;
    expect(await files({ include: ['*.jpg'], exclude: ['drafts'] })).toEqual(
      sorted('caf\xe9/a.jpg', 'd\xe9.jpg', 'e.jpg'),
    );
    expect(await files({ include: ['caf\ufffd/*.jpg'] })).toEqual(sorted('caf\xe9/a.jpg'));
    expect(await files({ include: ['CAF?/**'] })).toEqual(
      sorted('caf\xe9/a.jpg', 'caf\xe9/b.png', 'caf\xe9/drafts/c.jpg'),
    );
    for (const glob of ['caf\ufffd', 'caf\udce9', 'caf?/**', 'c*'])
      expect([glob, await files({ exclude: [glob] })]).toEqual([glob, sorted('d\xe9.jpg', 'e.jpg')]);
  },
);

testWithByteNames('links to and in folders of such names are followed, and make no loop', async () => {
  const folder = byteTree('a.jpg');
  writeByteFile(folder, 'q\xe9/b.jpg');
  const link = (target: string, name: string) =>
    fs.symlinkSync(Buffer.from(target, 'latin1'), bytePath(path.join(folder, 'p'), name));
  link('../q\xe9', 'link\xe8');
  link('../q\xe9/b.jpg', '\xe7.jpg');
  link('..', 'loop\xe9');
  expect((await walkFolder(folder)).progress.skippedLinks).toBe(3);
  const { files, progress } = await walkFolder(folder, { follow: true });
  expect(files).toEqual(sorted('a.jpg', 'link\xe8/b.jpg', '\xe7.jpg', 'loop\xe9/q\xe9/b.jpg'));
  expect(progress.unreadableFolders).toEqual([]);
});

testWithByteNames('a folder of such a name that the program fills is not walked', async () => {
  const marker = JSON.stringify({ thumbs: 'thumbnails', version: 1, layout: 'flat', manifests: [] });
  const folder = byteTree('a.jpg', 'out\xe9/b.jpg');
  writeByteFile(path.join(folder, 'p'), `out\xe9/${MARKER_NAME}`, marker);
  // One that looks like it has none.
  fs.mkdirSync(path.join(folder, 'p/out\ufffd'));
  fs.writeFileSync(path.join(folder, 'p/out\ufffd/c.jpg'), '');
  const { files, progress } = await walkFolder(folder);
  expect(files).toEqual(['p/a.jpg', 'p/out\ufffd/c.jpg']);
  expect(progress.skippedFolders.counts).toEqual({ [MARKER_NAME]: 1 });
});

testWithByteNames('a folder of such a name that version 0.1 has filled is not walked', async () => {
  const folder = byteTree('a.jpg', 'old\xe9/b.jpg');
  const thumbnail = `${'ab'.repeat(32)}.png`;
  const facts = { sourceFormat: 'jpeg', sourceWidth: 1, sourceHeight: 1, sourceBytes: 1, sourceMtimeMs: 1 };
  const thumbnails = [{ file: thumbnail, width: 1, height: 1, bytes: 1 }];
  const lines = [
    { manifest: 'thumbs', version: 1, options: 'digest' },
    { source: '../b.jpg', status: 'done', thumbnails, ...facts, sourceXxh128: 'cd'.repeat(16) },
  ];
  const manifest = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  writeByteFile(path.join(folder, 'p'), 'old\xe9/manifest.jsonl', manifest);
  writeByteFile(path.join(folder, 'p'), `old\xe9/${thumbnail}`);
  const { files, progress } = await walkFolder(folder);
  expect([files, progress.skippedFolders.counts]).toEqual([['p/a.jpg'], { [MARKER_NAME]: 1 }]);
});

testWithByteNames('a root of such a name, or behind a link to one, is walked, each file once', async () => {
  const folder = byteTree('caf\xe9/a.jpg', 'caf\xe9/b.jpg');
  fs.symlinkSync(bytePath(path.join(folder, 'p'), 'caf\xe9'), path.join(folder, 'link'));
  const byName = path.join(folder, 'p', inProgram('caf\xe9'));
  const roots = [byName, path.join(folder, 'link'), path.join(folder, 'p'), path.join(byName, 'a.jpg')];
  const { items, progress } = await startWalk(roots, { out: path.join(folder, 'out') });
  const found: string[] = [];
  for await (const item of items) if (item.type !== 'sentinel') found.push(path.relative(folder, item.path));
  expect([found.sort(), progress.found]).toEqual([sorted('caf\xe9/a.jpg', 'caf\xe9/b.jpg'), 2]);
  const checked = await findRoots([byName], path.join(folder, 'out'));
  const wanted = { include: [], exclude: [] };
  expect(await certainJobs(checked, wanted, photoNameTest(['jpg']), 9)).toBe(2);
  const real = pathOf(fs.realpathSync.native(bytePath(path.join(folder, 'p'), 'caf\xe9'), 'buffer'));
  expect(checked[0]?.realPath).toBe(real);
});
