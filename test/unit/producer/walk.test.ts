import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { ProducerOptions } from '../../../src/producer/producer.js';
import { newWalkProgress } from '../../../src/producer/walk-progress.js';
import { startWalk, walkFolder, walkTree } from '../../support/in-process/walk.js';
import { makeTree, temporaryFolder } from '../../support/photos.js';
import { until } from '../../support/processes/processes.js';

test('the walk finds every photo extension in any letter case, and nothing else', async () => {
  const photos = ['jpg', 'jpeg', 'jpe', 'jfif', 'png', 'webp', 'gif', 'tif', 'tiff', 'avif'].flatMap(
    (extension) => [`p/a.${extension}`, `p/b.${extension.toUpperCase()}`],
  );
  const { files } = await walkTree([...photos, 'p/notes.txt', 'p/raw.crw', 'p/jpg', 'p/a.jpg.bak'], ['p']);
  expect(files).toEqual([...photos].sort());
});

test('a file that several roots lead to, or a link as root, is one job', async () => {
  const tree = ['p/a.jpg', 'p/sub/b.jpg', 'q/c.jpg', 'single', 'link -> p'];
  const { files, progress } = await walkTree(tree, [
    'p',
    'p/sub',
    'p/a.jpg',
    'p',
    'q/c.jpg',
    'single',
    'link',
  ]);
  expect(files).toEqual(['p/a.jpg', 'p/sub/b.jpg', 'q/c.jpg', 'single']);
  expect(progress).toMatchObject({ found: 4, ended: true });
});

test('the last photo is followed by one sentinel for each consumer', async () => {
  expect((await walkTree(['p/a.jpg'], ['p'], { consumers: 3 })).sentinels).toBe(3);
  expect(await walkTree(['p/'], ['p'], { consumers: 2 })).toMatchObject({ files: [], sentinels: 2 });
});

test('the output folder is never walked, even inside a root', async () => {
  const tree = ['p/a.jpg', 'p/thumbs/old.jpg', 'p/thumbs/sub/older.jpg'];
  expect((await walkTree(tree, ['p'], { out: 'p/thumbs' })).files).toEqual(['p/a.jpg']);
  await expect(walkTree(['p/a.jpg'], ['p'], { out: 'p' })).rejects.toMatchObject({ code: 'OPTION' });
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
  const filesOf = async (options: Partial<ProducerOptions>) => (await walkTree(tree, ['p'], options)).files;
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

/** A folder that is counted as skipped by whoever would list it, so only if the folder above was listed. */
function addCounted(folder: string): void {
  fs.mkdirSync(path.join(folder, 'caf.lrdata'), { recursive: true });
}

test.each([
  'private*',
  '**/private*',
  '*VATE-20[0-9][0-9]',
  '*vate*',
  'private-2024',
  'Private-2024/',
  '{x,p*}',
  '**/p*/**',
])('a folder that --exclude %s matches is not read', async (glob) => {
  const tree = ['p/a.jpg', 'p/sub/b.jpg', 'p/private-2024/c.jpg', 'p/sub/private-2024/d/e.jpg'];
  const folder = makeTree(temporaryFolder(), tree);
  addCounted(path.join(folder, 'p/private-2024'));
  addCounted(path.join(folder, 'p/sub/private-2024'));
  const all = await walkFolder(folder);
  expect([all.files, all.progress.skippedFolders.named.length]).toEqual([[...tree].sort(), 2]);
  const { files, progress } = await walkFolder(folder, { exclude: [glob] });
  expect([files, progress.skippedFolders.counts]).toEqual([['p/a.jpg', 'p/sub/b.jpg'], {}]);
});

test.each([
  'caf*/**',
  'caf.lrdata/*',
  './CAF?lrdata/**/*',
  '**/caf*/**',
  '**/caf*/*',
  'c*/**/**',
  '{x,c*}/{*,y}/',
])('a folder in which --exclude %s leaves nothing is not read', async (glob) => {
  const folder = makeTree(temporaryFolder(), ['p/a.jpg', 'p/caf.jpg', 'p/sub/b.jpg']);
  addCounted(path.join(folder, 'p'));
  const { files, progress } = await walkFolder(folder, { exclude: [glob] });
  expect([files, progress.skippedFolders.counts]).toEqual([['p/a.jpg', 'p/caf.jpg', 'p/sub/b.jpg'], {}]);
  expect(progress.unmatched.exclude).toEqual([]);
});

test('an exclude of what lies deeper in a folder leaves the folder’s own files in', async () => {
  const tree = ['p/a.jpg', 'p/x/b.jpg', 'p/x/y/c.jpg', 'p/x/y/z/d.jpg'];
  const folder = makeTree(temporaryFolder(), tree);
  addCounted(path.join(folder, 'p/x'));
  const left = async (glob: string) => {
    const { files, progress } = await walkFolder(folder, { exclude: [glob] });
    return [files, progress.skippedFolders.named.length];
  };
  for (const glob of ['x/*/**', 'x/*/*', 'x/**/*/*', '*/*/**'])
    expect([glob, ...(await left(glob))]).toEqual([glob, ['p/a.jpg', 'p/x/b.jpg'], 0]);
  expect(await left('*/**')).toEqual([['p/a.jpg'], 0]);
  expect(await left('**/*/**')).toEqual([['p/a.jpg'], 0]);
});

test('an exclude with a slash starts at the root, and one of files leaves folders in', async () => {
  const tree = ['p/a.jpg', 'p/b.PNG', 'p/x/drafts/c.jpg', 'p/drafts/d.jpg', 'p/y.png/e.jpg', 'p/2024/f.jpg'];
  const left = async (...exclude: string[]) => (await walkTree(tree, ['p'], { exclude })).files;
  expect(await left('x/drafts', '*.png')).toEqual(['p/2024/f.jpg', 'p/a.jpg', 'p/drafts/d.jpg']);
  expect(await left('./drafts', '20[0-9][0-9]', 'y.png/**')).toEqual([
    'p/a.jpg',
    'p/b.PNG',
    'p/x/drafts/c.jpg',
  ]);
  expect(await left('**')).toEqual([]);
});

test('globs ignore letter case in all their parts', async () => {
  const tree = ['p/drafts/One.JPG', 'p/drafts/Deep/er/two.jpg', 'p/\u00e9t\u00e9/three.jpg', 'p/four.jpg'];
  const selected = async (...include: string[]) => (await walkTree(tree, ['p'], { include })).files;
  expect(await selected('Drafts/*.jpg')).toEqual(['p/drafts/One.JPG']);
  expect(await selected('DRAFTS/one.jpg', './Four.jpg')).toEqual(['p/drafts/One.JPG', 'p/four.jpg']);
  expect(await selected('Drafts/deep/ER/*')).toEqual(['p/drafts/Deep/er/two.jpg']);
  expect(await selected('\u00c9t\u00e9/**')).toEqual(['p/\u00e9t\u00e9/three.jpg']);
  expect(await selected('{DRAFTS,nowhere}/**')).toEqual(['p/drafts/Deep/er/two.jpg', 'p/drafts/One.JPG']);
});

test('a folder in which no include can match is not read', async () => {
  const folder = makeTree(temporaryFolder(), ['p/a/b/c.jpg', 'p/a/d/e.jpg', 'p/f/b/g.jpg']);
  for (const sub of ['p/a/b/deeper', 'p/a/d', 'p/f', 'p/f/b']) addCounted(path.join(folder, sub));
  const { files, progress } = await walkFolder(folder, { include: ['A/B/*.jpg', 'a/b/x?/*.jpg'] });
  expect([files, progress.unreadableFolders]).toEqual([['p/a/b/c.jpg'], []]);
});

test('hidden files and folders are walked only on request', async () => {
  const tree = ['p/a.jpg', 'p/.b.jpg', 'p/.c/d.jpg'];
  expect((await walkTree(tree, ['p'])).files).toEqual(['p/a.jpg']);
  expect((await walkTree(tree, ['p'], { hidden: true })).files).toEqual([
    'p/.b.jpg',
    'p/.c/d.jpg',
    'p/a.jpg',
  ]);
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
  const without = await walkTree(tree, ['p']);
  expect(without.files).toEqual(['p/a.jpg']);
  expect(without.progress.skippedLinks).toBe(4);
  const following = await walkTree(tree, ['p'], { follow: true });
  expect(following.files).toEqual(['p/a.jpg', 'p/album/b.jpg', 'p/link.jpg']);
  expect(following.progress.skippedLinks).toBe(0);
  const twoRoots = await walkTree(tree, ['p', 'elsewhere'], { follow: true });
  expect(twoRoots.files).toEqual(['p/a.jpg', 'p/album/b.jpg', 'p/link.jpg']);
});

test('a glob does not lead through a link that is not followed', async () => {
  const tree = ['p/a.jpg', 'p/link -> ../elsewhere', 'elsewhere/b.jpg'];
  expect((await walkTree(tree, ['p'], { include: ['link/*.jpg'] })).files).toEqual([]);
  expect((await walkTree(tree, ['p'], { include: ['link/*.jpg'], follow: true })).files).toEqual([
    'p/link/b.jpg',
  ]);
});

test('a folder under a photo’s name is a job, and is walked; the output folder under one is neither', async () => {
  const tree = ['p/a.jpg', 'p/o.jpg/c.jpg'];
  expect((await walkTree(tree, ['p'])).files).toEqual(['p/a.jpg', 'p/o.jpg', 'p/o.jpg/c.jpg']);
  expect((await walkTree(tree, ['p'], { out: 'p/o.jpg' })).files).toEqual(['p/a.jpg']);
});

test('names with line terminators are found', async () => {
  const tree = ['p/\na.jpg', 'p/b\r\u2028\u2029.jpg', 'p/c\nd/e.jpg', 'p/\ufdd0\ufdd4.jpg'];
  expect((await walkTree(tree, ['p'])).files).toEqual([...tree].sort());
});

test('a fault of the program in a walk ends it, and is not charged to a folder', async () => {
  const folder = makeTree(temporaryFolder(), ['p/a.jpg', 'p/sub/link -> nowhere']);
  const progress = Object.defineProperty(newWalkProgress(), 'skippedLinks', {
    get: () => {
      throw new TypeError('a fault');
    },
  });
  const { items } = await startWalk([path.join(folder, 'p')], { out: path.join(folder, 'out'), progress });
  const drain = async () => {
    for await (const _ of items);
  };
  await expect(drain()).rejects.toThrow('a fault');
  expect(progress.unreadableFolders).toEqual([]);
});

test('an abort ends a walk that finds nothing', async () => {
  // A skipped link in each folder shows that the folder was listed.
  const links = Array.from({ length: 300 }, (_, sub) => `p/${sub % 15}/${sub}/link -> nowhere`);
  const folder = makeTree(temporaryFolder(), links);
  const stop = new AbortController();
  let listed = 0;
  const { progress, items } = await startWalk([path.join(folder, 'p')], {
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
  const { progress, items } = await startWalk([path.join(folder, 'p')], { out: path.join(folder, 'out') });
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
  expect(progress).toMatchObject({ found: early + late, ended: true });
});
