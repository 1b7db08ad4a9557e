// Which files are photos by their names: sidecars, RAW files beside a JPEG, and every file whatever its extension.

import { expect, test } from 'vitest';
import { isSidecar, pictureExtensions } from '../../../src/producer/photo-names.js';
import { walkTree } from '../../support/in-process/walk.js';

const SIDECARS = [
  'IMG_1.XMP',
  'IMG_1.jpg.xmp',
  'IMG_1.aae',
  'MVI_1.THM',
  'IMG_1.NEF.dop',
  'IMG_1.pp3',
  'Thumbs.db',
  'desktop.ini',
];

const preferJpeg = { raw: ['cr2', 'nef'], jpeg: ['jpg', 'jpeg'] };

test('sidecars are neither photos nor counted, in any letter case', async () => {
  expect(SIDECARS.filter((name) => !isSidecar(name))).toEqual([]);
  expect(['xmp', 'thm', 'a.xmp.jpg', 'a.thm2', 'thumbs.db.jpg'].filter(isSidecar)).toEqual([]);
  const tree = ['p/a.jpg', ...SIDECARS.map((name) => `p/${name}`)];
  for (const anyExtension of [false, true]) {
    const { files, progress } = await walkTree(tree, ['p'], { anyExtension });
    expect([files, progress.passedOver.counts]).toEqual([['p/a.jpg'], {}]);
  }
});

test('an extension of a decoder that lacks something is counted, whether or not pictures are known to have it', async () => {
  const { files, progress } = await walkTree(['p/a.jpg', 'p/b.NEW', 'p/c.jxl', 'p/d.jxl'], ['p'], {
    otherExtensions: ['new', 'jxl'],
  });
  expect([files, progress.passedOver.counts]).toEqual([['p/a.jpg'], { jxl: 2, new: 1 }]);
});

test('formats that nobody reads here are known: BMP, JPEG XL, JPEG 2000, PSD, PDF, HDR and the like', () => {
  const extensionOf = pictureExtensions([]);
  for (const extension of [
    'bmp',
    'jxl',
    'jp2',
    'j2k',
    'psd',
    'pdf',
    'hdr',
    'exr',
    'ai',
    'eps',
    'svgz',
    'mov',
  ])
    expect(extensionOf(`a.${extension}`)).toBe(extension);
});

test('a RAW file beside a selected JPEG of the same name is left out and counted by itself, in any letter case', async () => {
  const tree = [
    ...[
      'p/IMG_1.CR2',
      'p/IMG_1.JPG',
      'p/img_2.nef',
      'p/IMG_2.jpeg',
      'p/IMG_3.CR2',
      'p/IMG_4.png',
      'p/IMG_4.CR2',
    ],
    ...[
      'p/sub/IMG_3.JPG',
      'p/IMG_5.CR2',
      'p/IMG_5.CR2.jpg',
      'p/a\nb.cr2',
      'p/a\nb.jpg',
      'p/IMG_6.CR2',
      'p/IMG_6.jpg/',
    ],
  ];
  const extensions = ['jpg', 'jpeg', 'png', 'cr2', 'nef'];
  const { files, progress } = await walkTree(tree, ['p'], { extensions, preferJpeg });
  const leftOut = ['p/IMG_1.CR2', 'p/img_2.nef', 'p/a\nb.cr2'];
  expect(files).toEqual(
    tree
      .map((name) => name.replace(/\/$/, ''))
      .filter((name) => !leftOut.includes(name))
      .sort(),
  );
  expect(progress.besideJpeg.counts).toEqual({ cr2: 2, nef: 1 });
  expect(progress.passedOver.counts).toEqual({});
  const both = await walkTree(tree, ['p'], { extensions });
  expect([both.files.length, both.progress.besideJpeg.counts]).toEqual([tree.length, {}]);
});

test('a RAW file stays where its JPEG is not selected, and where it is named itself', async () => {
  const tree = [
    'p/IMG_1.CR2',
    'p/IMG_1.JPG',
    'p/IMG_2.CR2',
    'p/.IMG_2.JPG',
    'p/IMG_3.CR2',
    'p/IMG_3.JPG -> IMG_1.JPG',
  ];
  const extensions = ['jpg', 'cr2'];
  const walk = (options: object, roots = ['p']) =>
    walkTree(tree, roots, { extensions, preferJpeg, ...options });
  expect((await walk({})).files).toEqual(['p/IMG_1.JPG', 'p/IMG_2.CR2', 'p/IMG_3.CR2']);
  expect((await walk({ follow: true })).files).toEqual(['p/IMG_1.JPG', 'p/IMG_2.CR2', 'p/IMG_3.JPG']);
  const excluded = await walk({ exclude: ['*.jpg'] });
  expect(excluded.files).toEqual(['p/IMG_1.CR2', 'p/IMG_2.CR2', 'p/IMG_3.CR2']);
  expect((await walk({ include: ['*.cr2'] })).files).toEqual(['p/IMG_1.CR2', 'p/IMG_2.CR2', 'p/IMG_3.CR2']);
  const named = await walk({}, ['p', 'p/IMG_1.CR2']);
  expect(named.files).toEqual(['p/IMG_1.CR2', 'p/IMG_1.JPG', 'p/IMG_2.CR2', 'p/IMG_3.CR2']);
  expect(named.progress.besideJpeg.counts).toEqual({});
});

test('a RAW file that two roots leave out is counted once', async () => {
  const tree = ['p/sub/IMG_1.CR2', 'p/sub/IMG_1.JPG'];
  const { progress } = await walkTree(tree, ['p', 'p/sub'], { extensions: ['jpg', 'cr2'], preferJpeg });
  expect(progress.besideJpeg.counts).toEqual({ cr2: 1 });
});

test('with any extension every regular file is selected that is neither hidden, excluded nor a sidecar', async () => {
  const tree = [
    'p/a',
    'p/b.jpg',
    'p/c.dat',
    'p/sub/f0012.mov',
    'p/.d',
    'p/e.dat -> c.dat',
    'p/f -> nowhere',
    'p/g.txt',
  ];
  const walk = (options: object) =>
    walkTree(tree, ['p'], { anyExtension: true, exclude: ['*.txt'], ...options });
  const plain = await walk({});
  expect(plain.files).toEqual(['p/a', 'p/b.jpg', 'p/c.dat', 'p/sub/f0012.mov']);
  expect(plain.progress.passedOver.counts).toEqual({});
  expect((await walk({ hidden: true })).files).toEqual(['p/.d', ...plain.files]);
  // A dangling link has no photo's name, and so is none.
  expect((await walk({ follow: true })).files).toEqual([
    'p/a',
    'p/b.jpg',
    'p/c.dat',
    'p/e.dat',
    'p/sub/f0012.mov',
  ]);
  expect((await walk({ include: ['c.*'] })).files).toEqual(['p/c.dat']);
});
