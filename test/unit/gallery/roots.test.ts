// Which folders a gallery begins with.

import { expect, test } from 'vitest';
import { Roots } from '../../../src/gallery/contents/roots.js';

test('each photo lies in the outermost root around it; a root without photos is none', () => {
  const roots = new Roots(
    ['/home/ann/photos', '/home/ann/photos/2024', '/mnt/empty'],
    ['/home/ann/photos/2024/a.jpg', '/home/ann/photos/b.jpg'],
  );
  expect([roots.all, roots.areKnown]).toEqual([['/home/ann/photos'], true]);
  expect(roots.locate('/home/ann/photos/2024/a.jpg')).toEqual({
    ...{ root: '/home/ann/photos', name: 'photos', inner: '2024/a.jpg' },
  });
});

test('where no root is known, no folder is shown that has no photos itself: it may lie above the one that was given', () => {
  const sources = [
    '/home/ann/private/photos/a.jpg',
    '/home/ann/private/photos/in/b.jpg',
    '/home/ann/private/scans/1999/c.jpg',
    '/mnt/nas/pics/d.jpg',
  ];
  const roots = new Roots([], sources);
  expect(roots.areKnown).toBe(false);
  expect(roots.all).toEqual(['/home/ann/private/photos', '/home/ann/private/scans/1999', '/mnt/nas/pics']);
  const known = new Roots(['/home/ann/private/photos'], sources);
  expect([known.all, known.areKnown]).toEqual([roots.all, false]);
});

test('roots that are called alike have names of their own, the same in whatever order they are known', () => {
  const sources = ['/a/DCIM/1.jpg', '/b/DCIM/1.jpg', '/c/DCIM (2)/1.jpg'];
  const names = (known: readonly string[]) => {
    const roots = new Roots(known, sources);
    return sources.map((source) => roots.locate(source).name);
  };
  const known = ['/a/DCIM', '/b/DCIM', '/c/DCIM (2)'];
  expect(names(known)).toEqual(['DCIM', 'DCIM (2)', 'DCIM (2) (2)']);
  expect(names([...known].reverse())).toEqual(names(known));
});
