// How the producer has photos planned.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { LocalFileSystems } from '../../../src/files/local-file-systems.js';
import { plannedJob, startWalk, walkTree } from '../../support/in-process/walk.js';
import { makeTree, temporaryFolder } from '../../support/photos.js';

/** Walks a tree and returns whether each photo was said to be on a disk of this machine. */
async function localPhotos(roots: readonly string[], follow = false): Promise<Record<string, boolean>> {
  const found: Record<string, boolean> = {};
  const plan = (file: string, isLocal: boolean) => {
    found[path.basename(file)] = isLocal;
    return plannedJob(file);
  };
  await walkTree(['p/a.jpg', 'p/b/c.jpg', 'single.jpg'], roots, { plan, follow });
  return found;
}

test('a photo is planned at once only where no link can lead to another file system', async () => {
  const isLocal = new LocalFileSystems().has(fs.realpathSync('/tmp'));
  expect(await localPhotos(['p'])).toEqual({ 'a.jpg': isLocal, 'c.jpg': isLocal });
  expect(await localPhotos(['p'], true)).toEqual({ 'a.jpg': false, 'c.jpg': false });
  expect(await localPhotos(['single.jpg'])).toEqual({ 'single.jpg': false });
});

test('signals and timers are heard while the photos of one folder are planned', async () => {
  let turns = 0;
  let next = setImmediate(function count() {
    turns += 1;
    next = setImmediate(count);
  });
  const turnsAt: number[] = [];
  const plan = (file: string) => {
    // Each photo takes longer than the producer may work without a turn of the event loop.
    for (const until = performance.now() + 15; performance.now() < until; );
    turnsAt.push(turns);
    return plannedJob(file);
  };
  await walkTree(['p/a.jpg', 'p/b.jpg', 'p/c.jpg', 'p/d.jpg'], ['p'], { plan });
  clearImmediate(next);
  expect(new Set(turnsAt).size).toBe(4);
});

test('a plan that fails ends the run behind the photos before it', async () => {
  const folder = makeTree(temporaryFolder(), ['a.jpg', 'b.jpg', 'c.jpg']);
  const paths = ['a.jpg', 'b.jpg', 'c.jpg'].map((name) => path.join(folder, name));
  const plan = (file: string) =>
    file === paths[1] ? Promise.reject(new Error('unreadable manifest')) : plannedJob(file);
  const { items } = await startWalk(paths, { plan, out: path.join(folder, 'out') });
  expect(await items.next()).toMatchObject({ value: { path: paths[0] } });
  await expect(items.next()).rejects.toThrow('unreadable manifest');
});
