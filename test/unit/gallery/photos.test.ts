// Which of a photo's thumbnails stand in the rows and in the full view.

import { expect, test } from 'vitest';
import { galleryPhoto, idOf } from '../../../src/gallery/contents/photos.js';
import type { DoneRecord } from '../../../src/manifest/record.js';
import { inProgram } from '../../support/byte-names.js';
import { doneRecord } from '../../support/manifests.js';

const LOCATION = { root: '/home/photos', name: 'photos', inner: 'in/a.JPG' };

type Size = readonly [width: number, height: number];

/** Sizes of the pictures that are chosen of thumbnails of these sizes. */
function choice(source: Size, sizes: readonly Size[]) {
  const thumbnails = sizes.map(([width, height], index) => ({
    ...{ variant: `v${index}`, file: `${String(index).repeat(64)}.png`, width, height, bytes: 1 },
  }));
  const [sourceWidth, sourceHeight] = source;
  const record = { ...doneRecord('../photos/in/a.JPG'), thumbnails, sourceWidth, sourceHeight };
  const { small, larger, full } = galleryPhoto(record, LOCATION, idOf(LOCATION), false);
  const size = ({ width, height }: { width: number; height: number }): Size => [width, height];
  return { small: size(small), larger: larger && size(larger), full: size(full) };
}

test('one thumbnail is everything', () => {
  expect(choice([4000, 3000], [[200, 150]])).toEqual({
    small: [200, 150],
    larger: undefined,
    full: [200, 150],
  });
});

test('the smallest that is as high as a row stands in it, a larger one on dense screens, the largest in the full view', () => {
  const sizes: Size[] = [
    [1600, 1200],
    [100, 75],
    [800, 600],
    [400, 300],
    [260, 195],
  ];
  expect(choice([4000, 3000], sizes)).toEqual({ small: [400, 300], larger: [800, 600], full: [1600, 1200] });
});

test('where none is as high as a row, the largest that is no full view stands in it', () => {
  expect(
    choice(
      [4000, 3000],
      [
        [100, 75],
        [200, 150],
        [1600, 1200],
      ],
    ),
  ).toEqual({
    ...{ small: [200, 150], larger: undefined, full: [1600, 1200] },
  });
});

test('a row never has a picture of more than a thousand pixels, unless there is no other', () => {
  expect(
    choice(
      [6000, 1000],
      [
        [600, 100],
        [1500, 250],
      ],
    ),
  ).toMatchObject({ small: [600, 100], full: [1500, 250] });
  expect(
    choice(
      [4000, 3000],
      [
        [1600, 1200],
        [3200, 2400],
      ],
    ),
  ).toMatchObject({ small: [1600, 1200], full: [3200, 2400] });
});

test('variants that show a part of the photo are left out where one shows the whole', () => {
  const sizes: Size[] = [
    [300, 300],
    [320, 240],
    [1000, 1000],
  ];
  expect(choice([4000, 3000], sizes)).toEqual({ small: [320, 240], larger: undefined, full: [320, 240] });
  expect(
    choice(
      [4000, 3000],
      [
        [300, 300],
        [1000, 1000],
      ],
    ),
  ).toEqual({
    ...{ small: [300, 300], larger: [1000, 1000], full: [1000, 1000] },
  });
});

test('a pixel more or less, as of tiny and very wide thumbnails, makes no part of a photo', () => {
  expect(
    choice(
      [10_000, 300],
      [
        [200, 6],
        [80, 80],
      ],
    ),
  ).toMatchObject({ small: [200, 6], full: [200, 6] });
  expect(
    choice(
      [3, 2],
      [
        [3, 2],
        [40, 40],
      ],
    ),
  ).toMatchObject({ full: [3, 2] });
  expect(choice([1, 1], [[1, 1]])).toMatchObject({ full: [1, 1] });
});

test('an id is of where the photo lies below its root, and differs where names only look alike', () => {
  const of = (root: string, inner: string) => idOf({ root, name: root.split('/').at(-1) ?? '', inner });
  expect(of('/a/photos', 'x/1.jpg')).toBe(of('/b/photos', 'x/1.jpg'));
  expect(of('/a/photos', 'x/1.jpg')).not.toBe(of('/a/photos', 'y/1.jpg'));
  expect(of('/a', `${inProgram('\xe9')}.jpg`)).not.toBe(of('/a', `${inProgram('\xe8')}.jpg`));
  expect(of('/a', `${inProgram('\xe9')}.jpg`)).not.toBe(of('/a', '\ufffd.jpg'));
  expect(idOf(LOCATION, 1)).not.toBe(idOf(LOCATION));
  expect(idOf(LOCATION)).toMatch(/^[0-9a-f]{12}$/);
});

test('an original keeps a photo’s extension alone, any other becomes that of its format, and an SVG is none', () => {
  const of = (inner: string, sourceFormat: DoneRecord['sourceFormat']) =>
    galleryPhoto(
      { ...doneRecord(`../photos/${inner}`), sourceFormat },
      { ...LOCATION, inner },
      '0123456789ab',
      true,
    ).original;
  expect(of('in/a.JPG', 'jpeg')).toMatchObject({
    ...{ file: 'originals/01/0123456789ab.jpg', source: '/home/photos/in/a.JPG', isShown: true },
  });
  expect(of('in/a.heic', 'heic')).toMatchObject({ file: 'originals/01/0123456789ab.heic', isShown: false });
  for (const name of ['a.jp"><b>', 'shell.php', 'page.html', 'none', '.jpg'])
    expect(of(name, 'jpeg')?.file).toBe('originals/01/0123456789ab.jpeg');
  expect(of('a.svg', 'svg')).toBeUndefined();
});

test('a name is on one line and has no controls', () => {
  const name = 'a\n\u202eb\u0000.jpg';
  const photo = galleryPhoto(
    doneRecord(`../photos/${name}`),
    { ...LOCATION, inner: name },
    '0123456789ab',
    false,
  );
  expect(photo.name).toBe('a\\u000a\\u202eb\\u0000.jpg');
});
