// Folders as albums: which albums there are, in which order their photos stand, and what stands for them.

import { expect, test } from 'vitest';
import { type Album, albumTree, allAlbums } from '../../../src/gallery/contents/albums.js';
import { galleryPhoto, idOf } from '../../../src/gallery/contents/photos.js';
import { Roots } from '../../../src/gallery/contents/roots.js';
import { inProgram } from '../../support/byte-names.js';
import { doneRecord } from '../../support/manifests.js';

interface Source {
  readonly takenAt?: string;
  readonly width?: number;
  readonly height?: number;
}

/** The albums of sources by their absolute paths; each has a thumbnail that is called like it. */
function tree(roots: readonly string[], sources: Readonly<Record<string, Source>>): Album {
  const places = new Roots(roots, Object.keys(sources));
  const located = Object.entries(sources).map(([source, { takenAt, width = 30, height = 20 }]) => {
    const location = places.locate(source);
    const name = source.split('/').at(-1) ?? '';
    const record = {
      ...doneRecord(`../${name}`, { file: `${name}.png`, width, height }),
      ...{ takenAt: takenAt ?? null, sourceWidth: width, sourceHeight: height },
    };
    return { photo: galleryPhoto(record, location, idOf(location), false), location };
  });
  return albumTree(places, located);
}

/** `title (count): names`, of the album and all below. */
function outline(home: Album): string[] {
  return [...allAlbums(home)].map(
    ({ title, count, photos }) => `${title} (${count}): ${photos.map(({ name }) => name).join(' ')}`,
  );
}

function slugs(home: Album): string[] {
  return [...allAlbums(home)].map(({ slug }) => slug);
}

test('photos of one root are in the gallery itself, those of its folders in albums', () => {
  const home = tree(['/home/photos'], {
    '/home/photos/a.jpg': {},
    '/home/photos/b/c.jpg': {},
    '/home/photos/b/d/e/f.jpg': {},
  });
  expect(outline(home)).toEqual([' (3): a.jpg', 'b (2): c.jpg', 'd (1): ', 'e (1): f.jpg']);
  expect(home.slug).toBe('index');
});

test('several roots are albums in the gallery, with numbers where they are called alike', () => {
  const home = tree(['/b/DCIM', '/a/DCIM', '/c/other', '/d/without photos'], {
    '/a/DCIM/1.jpg': {},
    '/b/DCIM/2.jpg': {},
    '/c/other/x/3.jpg': {},
  });
  expect(outline(home)).toEqual([
    ' (3): ',
    'DCIM (1): 1.jpg',
    'DCIM (2) (1): 2.jpg',
    'other (1): ',
    'x (1): 3.jpg',
  ]);
  expect(new Set(slugs(home)).size).toBe(5);
  const called = tree(['/a/DCIM', '/b/DCIM', '/c/DCIM (2)'], {
    '/a/DCIM/1.jpg': {},
    '/b/DCIM/2.jpg': {},
    '/c/DCIM (2)/3.jpg': {},
  });
  expect(outline(called)).toEqual([
    ' (3): ',
    'DCIM (1): 1.jpg',
    'DCIM (2) (1): 2.jpg',
    'DCIM (2) (2) (1): 3.jpg',
  ]);
});

test('a root that lies in another one is a folder of it', () => {
  const home = tree(['/photos/in', '/photos'], { '/photos/in/a.jpg': {}, '/photos/b.jpg': {} });
  expect(outline(home)).toEqual([' (2): b.jpg', 'in (1): a.jpg']);
});

test('photos outside of all known roots have the folder in common that they lie in', () => {
  expect(outline(tree([], { '/x/y/a/1.jpg': {}, '/x/y/b/2.jpg': {} }))).toEqual([
    ' (2): ',
    'a (1): 1.jpg',
    'b (1): 2.jpg',
  ]);
  const beside = tree(['/photos'], { '/photos/1.jpg': {}, '/old/deep/2.jpg': {}, '/old/deep/in/3.jpg': {} });
  expect(outline(beside)).toEqual([' (3): ', 'deep (2): 2.jpg', 'in (1): 3.jpg', 'photos (1): 1.jpg']);
});

test('photos are ordered by the clock on the spot, then those without a time by name', () => {
  const home = tree(['/p'], {
    '/p/z.jpg': {},
    '/p/10.jpg': {},
    '/p/9.jpg': {},
    '/p/late.jpg': { takenAt: '2024-05-01T12:00:00-10:00' },
    '/p/early.jpg': { takenAt: '2024-05-01T11:00:00+10:00' },
    '/p/between.jpg': { takenAt: '2024-05-01T11:30:00' },
    '/p/same b.jpg': { takenAt: '2023-01-01T00:00:00' },
    '/p/same a.jpg': { takenAt: '2023-01-01T00:00:00' },
  });
  expect(home.photos.map(({ name }) => name)).toEqual([
    'same a.jpg',
    'same b.jpg',
    'early.jpg',
    'between.jpg',
    'late.jpg',
    '9.jpg',
    '10.jpg',
    'z.jpg',
  ]);
  expect(home.days).toEqual(['2023-01-01', '2024-05-01']);
});

test('albums are ordered by name, with numbers by their values', () => {
  const home = tree(['/p'], {
    '/p/day 10/a.jpg': {},
    '/p/day 9/a.jpg': {},
    '/p/Day 9b/a.jpg': {},
    '/p/Ä/a.jpg': {},
    '/p/b/a.jpg': {},
  });
  expect(home.albums.map(({ title }) => title)).toEqual(['Ä', 'b', 'day 9', 'Day 9b', 'day 10']);
});

test('a photo called cover or folder stands for its album, else the first that is about as wide as a card', () => {
  const cover = (sources: Readonly<Record<string, Source>>) => tree(['/p'], sources).cover?.thumbnail;
  const tall = { width: 20, height: 30 };
  expect(cover({ '/p/a.jpg': {}, '/p/Cover.JPG': tall })).toBe('Cover.JPG.png');
  expect(cover({ '/p/a.jpg': {}, '/p/folder.png': {} })).toBe('folder.png.png');
  expect(cover({ '/p/a.jpg': {}, '/p/discover.jpg': {}, '/p/cover': {} })).toBe('a.jpg.png');
  expect(cover({ '/p/a.jpg': tall, '/p/b.jpg': { width: 90, height: 20 }, '/p/c.jpg': {} })).toBe(
    'c.jpg.png',
  );
  expect(cover({ '/p/a.jpg': tall, '/p/b.jpg': tall })).toBe('a.jpg.png');
  expect(cover({ '/p/in/b.jpg': {}, '/p/in 2/c.jpg': {} })).toBe('b.jpg.png');
});

test('slugs are readable, of ASCII alone, one for each folder', () => {
  const home = tree(['/p'], {
    '/p/Crème Brûlée/a.jpg': {},
    '/p/creme brulee/a.jpg': {},
    '/p/日本/a.jpg': {},
    '/p/../a.jpg': {},
    [`/p/${inProgram('caf\xe9')}/a.jpg`]: {},
    [`/p/${inProgram('caf\xe8')}/a.jpg`]: {},
    [`/p/${'long '.repeat(40)}/a.jpg`]: {},
    '/p/index/a.jpg': {},
    '/p/__proto__/constructor/a.jpg': {},
  });
  const all = slugs(home).slice(1);
  expect(new Set(all).size).toBe(all.length);
  for (const slug of all) expect(slug).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*-[0-9a-f]{8}$/);
  for (const readable of ['creme-brulee', 'album', 'caf', 'index', 'proto', 'constructor'])
    expect(all).toContainEqual(expect.stringMatching(new RegExp(`^${readable}-[0-9a-f]{8}$`)));
});

test('a slug stays the same when other albums come, and wherever the root lies', () => {
  const slugOf = (home: Album, title: string) =>
    [...allAlbums(home)].find((album) => album.title === title)?.slug;
  const alone = tree(['/p'], { '/p/a/b/1.jpg': {} });
  const among = tree(['/else/where/p'], {
    '/else/where/p/a/1.jpg': {},
    '/else/where/p/a/b/1.jpg': {},
    '/else/where/p/b/1.jpg': {},
    '/else/where/p/a b/1.jpg': {},
  });
  expect(slugOf(alone, 'a')).toBe(slugOf(among, 'a'));
  expect(alone.albums[0]?.albums[0]?.slug).toBe(
    among.albums.find(({ title }) => title === 'a')?.albums[0]?.slug,
  );
});

test('folders whose names look alike, because they are not UTF-8, are albums of their own', () => {
  const home = tree(['/p'], {
    [`/p/${inProgram('caf\xe9')}/1.jpg`]: {},
    [`/p/${inProgram('caf\xe8')}/2.jpg`]: {},
    '/p/caf\ufffd/3.jpg': {},
  });
  expect(home.albums.map(({ title, count }) => [title, count])).toEqual([
    ['caf\ufffd', 1],
    ['caf\ufffd', 1],
    ['caf\ufffd', 1],
  ]);
  expect(new Set(slugs(home)).size).toBe(4);
});
