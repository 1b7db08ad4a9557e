import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type ProducerOptions, produce } from '../../../src/producer/producer.js';
import { findRoots } from '../../../src/producer/roots.js';
import { newWalkProgress, type WalkProgress } from '../../../src/producer/walk-progress.js';
import { plainWalk } from '../../support/in-process/walk.js';
import { makeTree, temporaryFolder } from '../../support/photos.js';
import { until } from '../../support/processes/processes.js';

interface Found {
  /** Paths of the jobs from the tree's folder, sorted. */
  readonly files: string[];
  readonly sentinels: number;
  readonly progress: WalkProgress;
}

/** Makes a tree of empty files, walks `roots` of it and returns what was found. */
async function found(
  tree: readonly string[],
  roots: readonly string[],
  options: Partial<ProducerOptions> = {},
): Promise<Found> {
  const folder = makeTree(temporaryFolder(), tree);
  const paths = roots.map((root) => path.join(folder, root));
  const { progress, items } = await start(paths, {
    ...options,
    out: path.join(folder, options.out ?? 'out'),
  });
  const files: string[] = [];
  let sentinels = 0;
  for await (const item of items) {
    if (item.type === 'sentinel') sentinels += 1;
    else files.push(path.relative(folder, item.path));
  }
  return { files: files.sort(), sentinels, progress };
}

async function start(
  paths: readonly string[],
  {
    progress = newWalkProgress(),
    ...options
  }: Partial<ProducerOptions> & { out: string; progress?: WalkProgress },
) {
  const roots = await findRoots(paths, options.out);
  fs.mkdirSync(options.out, { recursive: true });
  return { progress, items: produce({ ...plainWalk, consumers: 1, ...options, roots }, progress) };
}

test('the walk finds every photo extension in any letter case, and nothing else', async () => {
  const photos = ['jpg', 'jpeg', 'jpe', 'jfif', 'png', 'webp', 'gif', 'tif', 'tiff', 'avif'].flatMap(
    (extension) => [`p/a.${extension}`, `p/b.${extension.toUpperCase()}`],
  );
  const { files } = await found([...photos, 'p/notes.txt', 'p/raw.cr2', 'p/jpg', 'p/a.jpg.bak'], ['p']);
  expect(files).toEqual([...photos].sort());
});

test('a file that several roots lead to, or a link as root, is one job', async () => {
  const tree = ['p/a.jpg', 'p/sub/b.jpg', 'q/c.jpg', 'single', 'link -> p'];
  const { files, progress } = await found(tree, ['p', 'p/sub', 'p/a.jpg', 'p', 'q/c.jpg', 'single', 'link']);
  expect(files).toEqual(['p/a.jpg', 'p/sub/b.jpg', 'q/c.jpg', 'single']);
  expect(progress).toEqual({ ...newWalkProgress(), found: 4, ended: true });
});

test('the last photo is followed by one sentinel for each consumer', async () => {
  expect((await found(['p/a.jpg'], ['p'], { consumers: 3 })).sentinels).toBe(3);
  expect(await found(['p/'], ['p'], { consumers: 2 })).toMatchObject({ files: [], sentinels: 2 });
});

test('the output folder is never walked, even inside a root', async () => {
  const tree = ['p/a.jpg', 'p/thumbs/old.jpg', 'p/thumbs/sub/older.jpg'];
  expect((await found(tree, ['p'], { out: 'p/thumbs' })).files).toEqual(['p/a.jpg']);
  await expect(found(['p/a.jpg'], ['p'], { out: 'p' })).rejects.toMatchObject({ code: 'OPTION' });
});

test('include and exclude select by globs of paths or of names', async () => {
  const tree = [
    'p/a.jpg',
    'p/b.png',
    'p/drafts/c.jpg',
    'p/sub/drafts/d.jpg',
    'p/sub/e.jpg',
    'p/sub/odd.photo',
  ];
  const filesOf = async (options: Partial<ProducerOptions>) => (await found(tree, ['p'], options)).files;
  expect(await filesOf({ exclude: ['drafts'] })).toEqual(['p/a.jpg', 'p/b.png', 'p/sub/e.jpg']);
  expect(await filesOf({ exclude: ['drafts/', '*.PNG'] })).toEqual(['p/a.jpg', 'p/sub/e.jpg']);
  expect(await filesOf({ exclude: ['sub/drafts'] })).toEqual([
    'p/a.jpg',
    'p/b.png',
    'p/drafts/c.jpg',
    'p/sub/e.jpg',
  ]);
  expect(await filesOf({ include: ['*.photo', '*.png'] })).toEqual(['p/b.png', 'p/sub/odd.photo']);
  expect(await filesOf({ include: ['sub/**', 'sub/*.jpg'] })).toEqual([
    'p/sub/drafts/d.jpg',
    'p/sub/e.jpg',
    'p/sub/odd.photo',
  ]);
});

test('hidden files and folders are walked only on request', async () => {
  const tree = ['p/a.jpg', 'p/.b.jpg', 'p/.c/d.jpg'];
  expect((await found(tree, ['p'])).files).toEqual(['p/a.jpg']);
  expect((await found(tree, ['p'], { hidden: true })).files).toEqual(['p/.b.jpg', 'p/.c/d.jpg', 'p/a.jpg']);
});

test('symbolic links are followed only on request; a loop is walked once', async () => {
  const tree = [
    'p/a.jpg',
    'p/link.jpg -> a.jpg',
    'p/album -> ../elsewhere',
    'p/loop -> .',
    'p/sub/up -> ..',
    'elsewhere/b.jpg',
    'elsewhere/back -> ../p',
  ];
  const without = await found(tree, ['p']);
  expect(without.files).toEqual(['p/a.jpg']);
  expect(without.progress.skippedLinks).toBe(4);
  const following = await found(tree, ['p'], { follow: true });
  expect(following.files).toEqual(['p/a.jpg', 'p/album/b.jpg', 'p/link.jpg']);
  expect(following.progress.skippedLinks).toBe(0);
  const twoRoots = await found(tree, ['p', 'elsewhere'], { follow: true });
  expect(twoRoots.files).toEqual(['p/a.jpg', 'p/album/b.jpg', 'p/link.jpg']);
});

test('a glob does not lead through a link that is not followed', async () => {
  const tree = ['p/a.jpg', 'p/link -> ../elsewhere', 'elsewhere/b.jpg'];
  expect((await found(tree, ['p'], { include: ['link/*.jpg'] })).files).toEqual([]);
  expect((await found(tree, ['p'], { include: ['link/*.jpg'], follow: true })).files).toEqual([
    'p/link/b.jpg',
  ]);
});

test('a folder under a photo’s name is a job, and is walked; the output folder under one is neither', async () => {
  const tree = ['p/a.jpg', 'p/o.jpg/c.jpg'];
  expect((await found(tree, ['p'])).files).toEqual(['p/a.jpg', 'p/o.jpg', 'p/o.jpg/c.jpg']);
  expect((await found(tree, ['p'], { out: 'p/o.jpg' })).files).toEqual(['p/a.jpg']);
});

test('names with line terminators are found', async () => {
  const tree = ['p/\na.jpg', 'p/b\r\u2028\u2029.jpg', 'p/c\nd/e.jpg', 'p/\ufdd0\ufdd4.jpg'];
  expect((await found(tree, ['p'])).files).toEqual([...tree].sort());
});

test('a folder whose name is not UTF-8 is reported as unreadable', async () => {
  const folder = temporaryFolder();
  const latin1 = Buffer.from(path.join(folder, 'p', 'caf\u00e9'), 'latin1');
  fs.mkdirSync(latin1, { recursive: true });
  fs.writeFileSync(Buffer.concat([latin1, Buffer.from('/a.jpg')]), '');
  const { progress, items } = await start([folder], { out: path.join(folder, 'out') });
  expect(await items.next()).toEqual({ value: { type: 'sentinel' }, done: false });
  expect(progress.unreadableFolders).toEqual([
    { path: path.join(folder, 'p', 'caf\ufffd'), reason: 'its name is not valid UTF-8' },
  ]);
  expect(progress.ended).toBe(true);
});

test('an abort ends a walk that finds nothing', async () => {
  // A skipped link in each folder shows that the folder was listed.
  const links = Array.from({ length: 300 }, (_, sub) => `p/${sub % 15}/${sub}/link -> nowhere`);
  const folder = makeTree(temporaryFolder(), links);
  const stop = new AbortController();
  let listed = 0;
  const { progress, items } = await start([path.join(folder, 'p')], {
    out: path.join(folder, 'out'),
    signal: stop.signal,
    progress: {
      ...newWalkProgress(),
      get skippedLinks() {
        return listed;
      },
      set skippedLinks(count) {
        listed = count;
        stop.abort();
      },
    },
  });
  expect(await items.next()).toEqual({ value: { type: 'sentinel' }, done: false });
  expect(progress.ended).toBe(false);
  expect(listed).toBeGreaterThan(0);
  // No further folders than those that were being listed at that moment.
  expect(listed).toBeLessThan(20);
});

test('the walk pauses while nobody takes its photos, and continues from there', async () => {
  const folder = temporaryFolder();
  const folders = Array.from({ length: 200 }, (_, sub) => path.join(folder, 'p', `${sub}`));
  const seed = path.join(folder, 'seed.jpg');
  fs.writeFileSync(seed, '');
  for (const sub of folders) {
    fs.mkdirSync(sub, { recursive: true });
    for (let file = 0; file < 30; file += 1) fs.linkSync(seed, path.join(sub, `${file}.jpg`));
  }
  const { progress, items } = await start([path.join(folder, 'p')], { out: path.join(folder, 'out') });
  await items.next();
  // So many are read ahead.
  await until(() => progress.found > 4096);
  // A walk that does not pause has listed all folders by the time that this has listed each of them twice.
  for (const sub of [...folders, ...folders]) await fs.promises.readdir(sub);
  expect(progress.found).toBeLessThan(4200);
  expect(progress.ended).toBe(false);
  // A photo that comes into every folder now is found in those that were not listed yet: 256 photos wait, and 8 folders were being listed.
  for (const sub of folders) fs.linkSync(seed, path.join(sub, 'late.jpg'));
  let [early, late] = [1, 0];
  for await (const item of items) {
    if (item.type !== 'job') continue;
    if (item.path.endsWith('late.jpg')) late += 1;
    else early += 1;
  }
  expect(early).toBe(6000);
  expect(late).toBeGreaterThan(30);
  expect(progress).toEqual({ ...newWalkProgress(), found: early + late, ended: true });
});
