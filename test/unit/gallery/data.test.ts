// The scripts that hold a gallery's data.

import { expect, test } from 'vitest';
import { CHUNK_PHOTOS } from '../../../src/gallery/client/format.js';
import { albumTree } from '../../../src/gallery/contents/albums.js';
import { albumData, type DataFile, searchData, timelineData } from '../../../src/gallery/contents/data.js';
import { galleryPhoto, idOf } from '../../../src/gallery/contents/photos.js';
import { Roots } from '../../../src/gallery/contents/roots.js';
import { doneRecord } from '../../support/manifests.js';

/** A gallery of photos, by their paths below the root, and when they were taken. */
function gallery(photos: ReadonlyArray<readonly [inner: string, takenAt?: string]>) {
  const sources = photos.map(([inner]) => `/photos/${inner}`);
  const roots = new Roots(['/photos'], sources);
  const located = photos.map(([inner, takenAt = null], index) => {
    const location = roots.locate(`/photos/${inner}`);
    const record = {
      ...doneRecord(`../photos/${inner}`, { file: `${'ab'.repeat(30)}${1000 + index}.png` }),
      takenAt,
    };
    return { photo: galleryPhoto(record, location, idOf(location), false), location };
  });
  return albumTree(roots, located);
}

/** What a page reads of these scripts, by their keys. */
function read(files: readonly DataFile[]): Map<string, unknown> {
  const loaded = new Map<string, unknown>();
  for (const { text } of files)
    new Function('thumbsData', text)((key: string, value: unknown) => loaded.set(key, value));
  return loaded;
}

test('a script is a call with a literal, and has nothing of HTML, whatever the names are', () => {
  const names = [
    '</script><script>.jpg',
    '<!--.jpg',
    '\u2028\u2029.jpg',
    '__proto__',
    '");alert(1)//.jpg',
    '\\.jpg',
  ];
  const home = gallery(names.map((name) => [name.replaceAll('/', '⁄')]));
  const files = [
    ...albumData(home).files,
    ...timelineData(home).files,
    ...searchData(
      home,
      () => '<',
      () => '',
    ),
  ];
  for (const { text } of files) {
    expect(text).toMatch(/^thumbsData\("[a-z0-9-]+",[^\n]*\)\n$/);
    expect(text).not.toMatch(/[<\u2028\u2029]/);
  }
  const data = read(files);
  expect([...data.keys()]).toEqual(['index', 'index-0', 'timeline', 'timeline-0', 'search']);
  const entries = data.get('index-0') as Array<[id: string, name: string]>;
  expect(entries.map(([, name]) => name).sort()).toEqual(home.photos.map(({ name }) => name).sort());
});

test('photos are in scripts of some hundred, each with a shape in the first', () => {
  const count = 2 * CHUNK_PHOTOS + 1;
  const home = gallery(Array.from({ length: count }, (_, index) => [`${index}.jpg`] as const));
  const data = read(albumData(home).files);
  expect([...data.keys()]).toEqual(['index', 'index-0', 'index-1', 'index-2']);
  expect(data.get('index')).toEqual({ sections: [['', count]], ratios: Array(count).fill(150) });
  expect((data.get('index-2') as unknown[]).length).toBe(1);
});

test('the version of a list differs when any of its scripts does', () => {
  const versions = [
    gallery([['a.jpg']]),
    gallery([['b.jpg']]),
    gallery([['a.jpg', '2024-01-01T00:00:00']]),
    gallery([['a.jpg'], ['b.jpg']]),
  ].map((home) => albumData(home).version);
  expect(new Set(versions).size).toBe(versions.length);
  expect(albumData(gallery([['a.jpg']])).version).toBe(versions[0]);
});

/** Sections of the timeline of photos that were taken then. */
function sections(times: ReadonlyArray<string | undefined>): unknown {
  const home = gallery(
    times.map((time, index) => (time === undefined ? [`${index}.jpg`] : [`${index}.jpg`, time])),
  );
  return (read(timelineData(home).files).get('timeline') as { sections: unknown }).sections;
}

test('a timeline has sections of months where there are many photos in one, else of years; the latest first', () => {
  const may = Array.from({ length: 10 }, () => '2024-05-01T00:00:00');
  const june = Array.from({ length: 9 }, () => '2024-06-01T00:00:00+02:00');
  expect(sections([...may, ...june])).toEqual([
    ['2024-06', 9],
    ['2024-05', 10],
  ]);
  expect(sections(['2024-05-01T00:00:00', '2023-05-01T00:00:00', '2024-01-01T00:00:00'])).toEqual([
    ['2024', 2],
    ['2023', 1],
  ]);
});

test('photos without a time are the last section of a timeline', () => {
  expect(sections([undefined, '2024-05-01T00:00:00', undefined])).toEqual([
    ['2024', 1],
    ['', 2],
  ]);
  expect(sections([undefined])).toEqual([['', 1]]);
});

test('what is searched has every album, with its names in the order of its photos', () => {
  const home = gallery([['b.jpg'], ['in/10.jpg'], ['in/9.jpg'], ['in/deep/c.jpg']]);
  const [file] = searchData(
    home,
    ({ title }) => title,
    ({ slug }) => `v-${slug}`,
  );
  const { albums, more } = read(file === undefined ? [] : [file]).get('search') as {
    albums: Array<[slug: string, title: string, names: string[], ratios: number[], version: string]>;
    more: boolean;
  };
  expect(more).toBe(false);
  expect(albums.map(([, title, names]) => [title, names])).toEqual([
    ['', ['b.jpg']],
    ['in', ['9.jpg', '10.jpg']],
    ['deep', ['c.jpg']],
  ]);
  for (const [slug, , , , version] of albums) expect(version).toBe(`v-${slug}`);
});
