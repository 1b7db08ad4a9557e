// What a walk leaves out and counts: pictures and videos that are not selected, and folders that are not walked because of what they are.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { changeMarker } from '../../../src/files/folder-marker.js';
import { photoExtensions } from '../../../src/image/decoders/index.js';
import { defaultDecoding } from '../../../src/options/options.js';
import { CountedPaths } from '../../../src/producer/counted-paths.js';
import { pictureExtensions } from '../../../src/producer/photo-names.js';
import { walkFolder, walkTree } from '../../support/in-process/walk.js';
import { doneRecord, failedRecord, THUMBNAIL, writeRecords } from '../../support/manifests.js';
import { makeTree, temporaryFolder } from '../../support/photos.js';

/** A folder with a thumbnail as a run fills it. */
function fill(folder: string): void {
  makeTree(folder, [THUMBNAIL]);
  changeMarker(folder, (marker) => marker);
}

/** A folder with a thumbnail as version 0.1 has filled it, without a marker. */
function fillAsVersion01(folder: string): void {
  makeTree(folder, [THUMBNAIL]);
  writeRecords(path.join(folder, 'manifest.jsonl'), [failedRecord('a.jpg'), doneRecord('b.jpg')]);
}

test('files that look like pictures or videos are counted by extension; photos, other files, hidden and excluded ones are not', async () => {
  const tree = [
    'p/a.jpg',
    'p/b.JXL',
    'p/b.mov',
    'p/sub/c.jxl',
    'p/sub/d.crw',
    'p/e.txt',
    'p/f.ts',
    'p/jxl',
    'p/g.thm',
  ];
  const others = [
    'p/.h.jxl',
    'p/.i/j.jxl',
    'p/.jxl',
    'p/drafts/k.jxl',
    'p/l.psd',
    'p/m.jxl/',
    'p/n.jxl -> b.JXL',
  ];
  const { files, folder, progress } = await walkTree([...tree, ...others], ['p'], {
    exclude: ['drafts', '*.PSD'],
  });
  expect(files).toEqual(['p/a.jpg']);
  expect(progress.passedOver.counts).toEqual({ crw: 1, jxl: 2, mov: 1 });
  expect(progress.passedOver.named).toEqual(
    ['p/b.JXL', 'p/b.mov', 'p/sub/c.jxl', 'p/sub/d.crw'].map((name) => ({
      path: path.join(folder, name),
      group: path.extname(name).slice(1).toLowerCase(),
    })),
  );
});

test('with hidden and follow, hidden files and what links lead to are counted too', async () => {
  const tree = [
    'p/.a.jxl',
    'p/.b/c.jxl',
    'p/d.jxl -> ../e',
    'e',
    'p/f -> ../g',
    'g/h.jxl',
    'p/i.jxl -> nowhere',
  ];
  const { progress } = await walkTree(tree, ['p'], { hidden: true, follow: true });
  expect(progress.passedOver.counts).toEqual({ jxl: 4 });
});

test('photos that an include leaves out are counted, in the folders that are walked', async () => {
  const tree = ['p/a.jpg', 'p/b.png', 'p/c.jxl', 'p/sub/d.JPEG', 'p/sub/e.txt', 'p/other/f.png'];
  const { files, progress } = await walkTree(tree, ['p'], { include: ['sub/*.txt', 'a.*'] });
  expect(files).toEqual(['p/a.jpg', 'p/sub/e.txt']);
  expect(progress.passedOver.counts).toEqual({ jxl: 1, jpeg: 1, png: 2 });
  const some = await walkTree(tree, ['p'], { include: ['sub/*.txt'] });
  expect(some.progress.passedOver.counts).toEqual({ jxl: 1, jpeg: 1, jpg: 1, png: 1 });
});

test('a file that several includes or roots lead to is counted once, and not at all if one of them selects it', async () => {
  const tree = ['p/a.jxl', 'p/sub/b.jxl', 'p/sub/c.jpg', 'p/sub/d.png', 'link -> p'];
  const { progress } = await walkTree(tree, ['p/sub', 'p', 'link', 'p/sub/b.jxl'], {
    include: ['sub/*.jpg', 'sub/c.*'],
  });
  expect(progress.passedOver.counts).toEqual({ jxl: 1, png: 1 });
  const following = await walkTree([...tree, 'q/e -> ../p/sub', 'q/f.jxl -> ../p/a.jxl'], ['q', 'p'], {
    follow: true,
  });
  expect(following.progress.passedOver.counts).toEqual({ jxl: 2 });
});

test('what looks like a picture or a video is known by its extension, with those of photos', () => {
  const extensionOf = pictureExtensions(['jpg', 'neu']);
  const names = ['a.JXL', 'b.x.CRW', 'c.mp4', 'd.jxl', 'e.360', 'f.jpg', 'g.Neu'];
  expect(names.map(extensionOf)).toEqual(['jxl', 'crw', 'mp4', 'jxl', '360', 'jpg', 'neu']);
  expect(['a.ts', 'b.thm', 'c.txt', 'jxl', 'd.jxl.bak', 'e.', ''].map(extensionOf)).toEqual(
    Array(7).fill(undefined),
  );
  for (const extension of photoExtensions(defaultDecoding))
    expect(pictureExtensions(photoExtensions(defaultDecoding))(`a.${extension}`)).toBe(extension);
});

test('of many paths the first 10,000 are named, and all are counted', () => {
  const counted = new CountedPaths();
  for (let index = 0; index < 10_005; index += 1)
    counted.add({ path: `/p/${index % 7}/${index}`, group: 'jxl' });
  expect(counted.counts).toEqual({ jxl: 10_005 });
  expect(counted.named).toHaveLength(10_000);
  expect(counted.named[0]).toEqual({ path: '/p/0/0', group: 'jxl' });
});

const SYSTEM = ['@eaDir', '#recycle', '#snapshot', '$RECYCLE.BIN', 'System Volume Information', 'lost+found'];

test('folders of systems and network storage are not walked, in any letter case, and counted', async () => {
  const names = [...SYSTEM, 'Catalog Previews.lrdata', ...SYSTEM.map((name) => name.toUpperCase())];
  const tree = names.flatMap((name, index) => [`p/${index}/${name}/a.jpg`, `p/${index}/${name}/b.jxl`]);
  const { files, folder, progress } = await walkTree([...tree, 'p/c.jpg', 'p/x.eaDir/d.jpg'], ['p']);
  expect(files).toEqual(['p/c.jpg', 'p/x.eaDir/d.jpg']);
  expect(progress.skippedFolders.counts).toEqual({
    ...Object.fromEntries(SYSTEM.map((name) => [name, 2])),
    '*.lrdata': 1,
  });
  expect(progress.skippedFolders.named[0]).toEqual({
    path: path.join(folder, 'p/0/@eaDir'),
    group: '@eaDir',
  });
  expect(progress.passedOver.counts).toEqual({});
});

test('such a folder that a root is, or that an include names, is walked; one that is excluded or cannot match is not counted', async () => {
  const tree = ['p/@eaDir/a.jpg', 'p/sub/@eaDir/b.jpg', 'p/lost+found/@eaDir/c.jpg'];
  const roots = await walkTree(tree, ['p', 'p/lost+found', 'p/sub/@eaDir']);
  expect(roots.files).toEqual(['p/sub/@eaDir/b.jpg']);
  expect(roots.progress.skippedFolders.counts).toEqual({ '@eaDir': 2 });
  const include = await walkTree(tree, ['p'], { include: ['**/@EADIR/*.jpg'] });
  expect(include.files).toEqual(['p/@eaDir/a.jpg', 'p/sub/@eaDir/b.jpg']);
  expect(include.progress.skippedFolders.counts).toEqual({ 'lost+found': 1 });
  const less = await walkTree(tree, ['p'], { include: ['s*/*/*.jpg'], exclude: ['lost+found'] });
  expect(less.progress.skippedFolders.counts).toEqual({ '@eaDir': 1 });
});

test.each([fill, fillAsVersion01])(
  'a folder of thumbnails is not walked, wherever it lies and however it is reached: %o',
  async (fillFolder) => {
    const folder = makeTree(temporaryFolder(), [
      'p/a.jpg',
      'p/sub/b.jpg',
      'elsewhere/c.jpg',
      'p/sub/link -> ../../elsewhere/thumbs',
    ]);
    for (const name of ['p/thumbs', 'p/sub/Thumbs.jpg', 'elsewhere/thumbs']) {
      makeTree(folder, [`${name}/ab/d.png`]);
      fillFolder(path.join(folder, name));
    }
    makeTree(folder, ['p/inner -> ../elsewhere/thumbs/ab', 'p/e -> ../elsewhere']);
    const photos = ['p/a.jpg', 'p/sub/b.jpg'];
    const plain = await walkFolder(folder);
    expect([plain.files, plain.progress.skippedFolders.counts]).toEqual([photos, { '.thumbs.json': 2 }]);
    expect(plain.progress.skippedFolders.named.map((skipped) => path.relative(folder, skipped.path))).toEqual(
      ['p/sub/Thumbs.jpg', 'p/thumbs'],
    );
    const including = await walkFolder(folder, { include: ['thumbs/*', './a.*'] });
    expect([including.files, including.progress.skippedFolders.counts]).toEqual([
      ['p/a.jpg'],
      { '.thumbs.json': 1 },
    ]);
    const following = await walkFolder(folder, { follow: true });
    expect(following.files).toEqual(['p/a.jpg', 'p/e/c.jpg', 'p/sub/b.jpg']);
    // One folder is reached by a link and through another one; `inner` lies in it.
    expect(following.progress.skippedFolders.counts).toEqual({ '.thumbs.json': 5 });
  },
);

test.each([fill, fillAsVersion01])(
  'pictures and videos in a folder of thumbnails are counted, and thumbnails and files that are excluded or hidden are not: %o',
  async (fillFolder) => {
    const folder = makeTree(
      temporaryFolder(),
      [
        ...['a.jpg', 'Pics/b.JPG', 'Pics/c.jpg', 'Pics/d.mov', 'Pics/e.txt', 'Pics/f\n.png'],
        ...['Pics/.g.jpg', 'Pics/drafts.jpg', 'Pics/h.jpg/', 'Pics/i.jpg -> b.JPG', 'Pics/j/k.jpg'],
        ...[`Pics/${'1'.repeat(64)}.png`, `Pics/${'1'.repeat(63)}.png`],
      ].map((name) => `p/${name}`),
    );
    fillFolder(path.join(folder, 'p/Pics'));
    const exclude = ['Pics/draft*'];
    const { files, progress } = await walkFolder(folder, { exclude });
    expect(files).toEqual(['p/a.jpg']);
    expect(progress.skippedFolders.counts).toEqual({ '.thumbs.json': 1 });
    expect(progress.passedOver.counts).toEqual({ jpg: 2, mov: 1, png: 2 });
    const named = progress.passedOver.named.map((file) => path.relative(folder, file.path));
    expect(named).toEqual(
      [`${'1'.repeat(63)}.png`, 'b.JPG', 'c.jpg', 'd.mov', 'f\n.png'].map((name) => `p/Pics/${name}`),
    );
    expect(progress.unmatched.exclude).toEqual([]);
    const more = await walkFolder(folder, { exclude, hidden: true, follow: true });
    expect(more.progress.passedOver.counts).toEqual({ jpg: 4, mov: 1, png: 2 });
    const excluded = await walkFolder(folder, { exclude: ['pics/*'] });
    expect([excluded.progress.passedOver.counts, excluded.progress.skippedFolders.counts]).toEqual([{}, {}]);
  },
);

test('a picture in a folder of thumbnails is not counted where a root is that picture, and counted once where two roots lead to it', async () => {
  const folder = makeTree(temporaryFolder(), ['p/q/Pics/a.jpg', 'p/q/Pics/b.jpg', 'p/c.jpg']);
  fill(path.join(folder, 'p/q/Pics'));
  const { files, progress } = await walkFolder(folder, {}, ['p', 'p/q', 'p/q/Pics/a.jpg']);
  expect(files).toEqual(['p/c.jpg', 'p/q/Pics/a.jpg']);
  expect(progress.passedOver.named).toEqual([{ path: path.join(folder, 'p/q/Pics/b.jpg'), group: 'jpg' }]);
});

test('the run’s own output folder is not read, and nothing in it is counted', async () => {
  const folder = makeTree(temporaryFolder(), ['p/a.jpg', 'p/Pics/b.jpg']);
  fill(path.join(folder, 'p/Pics'));
  const { files, progress } = await walkFolder(folder, { out: 'p/Pics' });
  expect([files, progress.passedOver.counts]).toEqual([['p/a.jpg'], {}]);
});

test.each([fill, fillAsVersion01])(
  'a folder of thumbnails that a root is, or lies in, is walked: %o',
  async (fillFolder) => {
    const tree = ['p/a.jpg', 'p/thumbs/ab/b.png', 'p/thumbs/more/c.png', 'p/thumbs/ab/link -> ../more'];
    const folder = makeTree(temporaryFolder(), tree);
    fillFolder(path.join(folder, 'p/thumbs'));
    const filesOf = async (roots: string[], follow = false) =>
      (await walkFolder(folder, { follow }, roots)).files;
    const all = ['p/a.jpg', 'p/thumbs/ab/b.png', `p/thumbs/${THUMBNAIL}`, 'p/thumbs/more/c.png'];
    expect(await filesOf(['p', 'p/thumbs'])).toEqual(all);
    expect(await filesOf(['p/thumbs/ab'])).toEqual(['p/thumbs/ab/b.png']);
    // The link leads to another part of the folder: that is walked only where the folder itself is a root.
    expect(await filesOf(['p/thumbs/ab'], true)).toEqual(['p/thumbs/ab/b.png']);
    expect(await filesOf(['p/thumbs'], true)).toEqual([...all.slice(1), 'p/thumbs/ab/link/c.png'].sort());
    expect(await filesOf([`p/thumbs/${THUMBNAIL}`])).toEqual([`p/thumbs/${THUMBNAIL}`]);
  },
);

test('neither a manifest among photos nor a file of the marker’s name that is something else hides them', async () => {
  const folder = makeTree(temporaryFolder(), [
    `p/${'0'.repeat(64)}.jpg`,
    'p/a.jpg',
    'p/b/c.png',
    'p/d/e.png',
    'p/f/g.png',
  ]);
  writeRecords(path.join(folder, 'p/manifest.jsonl'), [doneRecord('a.jpg')]);
  fs.writeFileSync(path.join(folder, 'p/.thumbs.json'), '{}');
  fs.writeFileSync(path.join(folder, 'p/b/.thumbs.json'), '{"thumbs":');
  fs.writeFileSync(path.join(folder, 'p/d/manifest.jsonl'), 'my notes\n');
  fs.mkdirSync(path.join(folder, 'p/f/manifest.jsonl'));
  const { files, progress } = await walkFolder(folder, {}, ['.']);
  expect(files).toEqual([`p/${'0'.repeat(64)}.jpg`, 'p/a.jpg', 'p/b/c.png', 'p/d/e.png', 'p/f/g.png']);
  expect(progress.skippedFolders.counts).toEqual({});
});

test('of a manifest without a marker the first 1,000 photos that have thumbnails are looked at', async () => {
  const folder = makeTree(temporaryFolder(), [`p/999/${THUMBNAIL}`, `p/1000/${THUMBNAIL}`]);
  for (const before of [999, 1000]) {
    const others = Array.from({ length: before }, (_, index) =>
      doneRecord(`${String(index).padStart(4, '0')}.jpg`, { file: `${'1'.repeat(64)}.png` }),
    );
    writeRecords(path.join(folder, 'p', String(before), 'manifest.jsonl'), [
      ...others,
      failedRecord('0.jpg'),
      doneRecord('z.jpg'),
    ]);
  }
  expect((await walkFolder(folder)).files).toEqual([`p/1000/${THUMBNAIL}`]);
});

test('a walk says which globs have matched nothing, and how many photos each root has', async () => {
  const { folder, progress } = await walkTree(
    ['p/a.jpg', 'p/sub/b.jpg', 'q/c.txt', 'r/'],
    ['p', 'p/sub', 'q', 'r'],
    { include: ['*.jpg', '*.tif', 'sub/*'], exclude: ['drafts', '*.txt'] },
  );
  expect(progress.unmatched).toEqual({ include: ['*.tif'], exclude: ['drafts'] });
  const selected = [...progress.selected].map(([root, photos]) => [path.relative(folder, root), photos]);
  expect(selected).toEqual([
    ['p', 2],
    ['p/sub', 1],
    ['q', 0],
    ['r', 0],
  ]);
});
