import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { certainJobs } from '../../../src/producer/certain-jobs.js';
import { photoNameTest } from '../../../src/producer/photo-names.js';
import { findRoots } from '../../../src/producer/roots.js';
import type { SelectionOptions } from '../../../src/producer/selection/selection.js';
import { makeTree, temporaryFolder } from '../../support/photos.js';

/** The jobs that are certain for `roots` of a tree, up to `enough`. */
async function certain(
  tree: readonly string[],
  roots: readonly string[],
  enough = 100,
  selection: Partial<SelectionOptions> = {},
): Promise<number> {
  const folder = makeTree(temporaryFolder(), tree);
  const paths = roots.map((root) => path.join(folder, root));
  const found = await findRoots(paths, path.join(folder, 'out'));
  return certainJobs(found, { include: [], exclude: [], ...selection }, photoNameTest(['jpg']), enough);
}

test('photos that a folder itself has are certain jobs; hidden ones, links, folders and other files are not', async () => {
  const tree = ['p/a.jpg', 'p/b.JPG', 'p/.c.jpg', 'p/d.txt', 'p/e.jpg/', 'p/f.jpg -> a.jpg', 'p/sub/g.jpg'];
  expect(await certain(tree, ['p'])).toBe(2);
});

test('no more are counted than are enough', async () => {
  const tree = ['p/a.jpg', 'p/b.jpg', 'p/c.jpg', 'q/d.jpg'];
  expect(await certain(tree, ['p'], 2)).toBe(2);
  expect(await certain(tree, ['p/a.jpg', 'p/b.jpg', 'q/d.jpg'], 2)).toBe(2);
});

test('photos of two folders are not added, because they may be the same', async () => {
  const tree = ['p/a.jpg', 'q/b.jpg', 'q/c.jpg'];
  expect(await certain(tree, ['p', 'q'])).toBe(2);
});

test('where globs select, only files that are roots are certain', async () => {
  const tree = ['p/a.jpg', 'p/b.jpg', 'single'];
  expect(await certain(tree, ['p', 'single'], 100, { include: ['*.jpg'] })).toBe(1);
  expect(await certain(tree, ['p', 'single'], 100, { exclude: ['a.jpg'] })).toBe(1);
});

test('a folder that is gone has no certain jobs', async () => {
  const folder = makeTree(temporaryFolder(), ['p/a.jpg']);
  const roots = await findRoots([path.join(folder, 'p')], path.join(folder, 'out'));
  fs.rmSync(path.join(folder, 'p'), { recursive: true });
  expect(await certainJobs(roots, { include: [], exclude: [] }, photoNameTest(['jpg']), 5)).toBe(0);
});

test('of a large folder a thousand entries are read', async () => {
  const names = Array.from({ length: 1200 }, (_, index) => `p/${index}.jpg`);
  expect(await certain(names, ['p'], 2000)).toBe(1000);
});
