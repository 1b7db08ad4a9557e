import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findRoots, isOutsideWalk, rootsFrom } from '../../../src/producer/roots.js';
import { runInProcess } from '../../support/in-process/run.js';
import { makeTree, temporaryFolder } from '../../support/photos.js';

test('of a path that does not exist, and whose bytes may be lost, the error says what helps', async () => {
  const folder = temporaryFolder();
  await expect(findRoots([path.join(folder, 'caf\ufffd')], path.join(folder, 'out'))).rejects.toMatchObject({
    message: expect.stringMatching(/\(ENOENT\); if its name is not valid UTF-8, name the folder above it$/),
  });
});

test('a path that does not exist is an error before anything is written', async () => {
  const folder = temporaryFolder();
  const running = runInProcess([path.join(folder, 'nowhere')], { out: path.join(folder, 'out') });
  await expect(running).rejects.toMatchObject({
    code: 'OPTION',
    message: `Cannot read ${folder}/nowhere: no such file or directory (ENOENT)`,
  });
  expect(fs.readdirSync(folder)).toEqual([]);
});

test('a path in the output folder is an error, by whatever link it is given', async () => {
  const folder = makeTree(temporaryFolder(), ['out/a.jpg', 'link -> out/a.jpg', 'p/b.jpg']);
  const inFolder = (name: string) => path.join(folder, name);
  for (const name of ['out', 'out/a.jpg', 'link']) {
    await expect(findRoots([inFolder('p'), inFolder(name)], inFolder('out'))).rejects.toMatchObject({
      code: 'OPTION',
      message: `${inFolder(name)} is in the output folder, which is never walked: choose an output folder beside or below the photos`,
      remedy: {
        type: 'other-output',
        out:
          name === 'out' ? inFolder('out/thumbnails') : path.join(path.dirname(inFolder(name)), 'thumbnails'),
      },
    });
  }
});

test('each real folder or file is one root, under its first path, in the order of the paths', async () => {
  const folder = makeTree(temporaryFolder(), ['p/sub/a.jpg', 'link -> p', 'q/b.jpg']);
  const inFolder = (name: string) => path.join(folder, name);
  const roots = await findRoots(['q/b.jpg', 'link', 'p', 'p/sub'].map(inFolder), inFolder('out'));
  expect(roots).toEqual([
    { path: inFolder('q/b.jpg'), realPath: inFolder('q/b.jpg'), kind: 'file', nested: false },
    { path: inFolder('link'), realPath: inFolder('p'), kind: 'folder', nested: false },
    { path: inFolder('p/sub'), realPath: inFolder('p/sub'), kind: 'folder', nested: true },
  ]);
});

test('roots have the same paths whatever links lead to the manifest’s folder; links below it stay', async () => {
  const folder = makeTree(temporaryFolder(), [
    'real/out/',
    'real/p/',
    'real/album -> ../other',
    'other/',
    'link -> real',
  ]);
  const paths = ['real/p', 'link/p', 'link/album', 'other'].map((name) => path.join(folder, name));
  const manifest = path.join(folder, 'real/out/manifest.jsonl');
  for (const [index, expected] of ['real/p', 'real/p', 'real/album', 'other'].entries()) {
    const roots = await findRoots(paths.slice(index, index + 1), path.join(folder, 'real/out'));
    expect(rootsFrom(manifest, roots).map((root) => root.path)).toEqual([path.join(folder, expected)]);
  }
});

test('records of photos that the walk could not meet stay: outside its folders, or in an unreadable one', async () => {
  const folder = makeTree(temporaryFolder(), ['p/locked/', 'single.jpg', 'out/']);
  const roots = await findRoots(
    [path.join(folder, 'p'), path.join(folder, 'single.jpg')],
    path.join(folder, 'out'),
  );
  const unreadable = [{ path: path.join(folder, 'p/locked'), reason: 'permission denied' }];
  const stays = isOutsideWalk(roots, unreadable, path.join(folder, 'out/manifest.jsonl'));
  const outside = ['../p2/a.jpg', '../a.jpg', '../single.jpg', '../p/locked/a.jpg', '../p/locked/sub/b.jpg'];
  const inside = ['../p/a.jpg', '../p/sub/b.jpg', '../p/locked.jpg'];
  expect(outside.filter(stays)).toEqual(outside);
  expect(inside.filter(stays)).toEqual([]);
});
