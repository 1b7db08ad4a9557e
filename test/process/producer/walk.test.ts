import fs from 'node:fs';
import path from 'node:path';
import { createThumbnails, type SummaryEvent, type ThumbsOptions } from 'thumbs-pipeline';
import { expect, test } from 'vitest';
import { produce } from '../../../src/producer/producer.js';
import { findRoots } from '../../../src/producer/roots.js';
import { newWalkProgress } from '../../../src/producer/walk-progress.js';
import { recordsIn } from '../../support/output.js';
import { jpeg, temporaryFolder } from '../../support/photos.js';
import { plainWalk } from '../../support/walk.js';

/** Makes files (names that end in `/` are folders, `a -> b` links), runs over `roots` and tells what was found. */
async function found(files: readonly string[], roots: readonly string[], options: ThumbsOptions = {}) {
  const folder = temporaryFolder();
  const photo = await jpeg(1, 20, 20);
  for (const file of files) {
    const [name = '', target] = file.split(' -> ');
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    if (target !== undefined) fs.symlinkSync(target, path.join(folder, name));
    else if (name.endsWith('/')) fs.mkdirSync(path.join(folder, name), { recursive: true });
    else fs.writeFileSync(path.join(folder, name), photo);
  }
  const out = path.join(folder, options.out ?? 'out');
  let summary: SummaryEvent | undefined;
  const paths = roots.map((root) => path.join(folder, root));
  for await (const event of createThumbnails(paths, { workers: 2, ...options, out })) {
    if (event.type === 'summary') summary = event;
  }
  const manifest = recordsIn(out).map(({ source }) => path.relative(folder, path.resolve(out, source)));
  return { files: manifest.sort(), summary };
}

test('every photo extension in any letter case, and nothing else', async () => {
  const photos = ['jpg', 'jpeg', 'jpe', 'jfif', 'png', 'webp', 'gif', 'tif', 'tiff', 'avif'].flatMap(
    (extension) => [`p/a.${extension}`, `p/b.${extension.toUpperCase()}`],
  );
  const { files } = await found([...photos, 'p/notes.txt', 'p/raw.cr2', 'p/jpg', 'p/a.jpg.bak'], ['p']);
  expect(files).toEqual([...photos].sort());
});

test('folders and single files mixed; a file reached by two roots, or by a link as root, is one job', async () => {
  const files = ['p/a.jpg', 'p/sub/b.jpg', 'q/c.jpg', 'single', 'link -> p'];
  const run = await found(files, ['p', 'p/sub', 'p/a.jpg', 'p', 'q/c.jpg', 'single', 'link']);
  expect(run.files).toEqual(['p/a.jpg', 'p/sub/b.jpg', 'q/c.jpg', 'single']);
  expect(run.summary?.photos).toBe(4);
});

test('the output folder is never walked, even inside a root', async () => {
  const run = await found(['p/a.jpg', 'p/thumbs/old.jpg', 'p/thumbs/sub/older.jpg'], ['p'], {
    out: 'p/thumbs',
  });
  expect(run.files).toEqual(['p/a.jpg']);
  await expect(found(['p/a.jpg'], ['p'], { out: 'p' })).rejects.toMatchObject({ code: 'OPTION' });
});

test('include and exclude', async () => {
  const files = [
    'p/a.jpg',
    'p/b.png',
    'p/drafts/c.jpg',
    'p/sub/drafts/d.jpg',
    'p/sub/e.jpg',
    'p/sub/odd.photo',
  ];
  expect((await found(files, ['p'], { exclude: ['drafts'] })).files).toEqual([
    'p/a.jpg',
    'p/b.png',
    'p/sub/e.jpg',
  ]);
  expect((await found(files, ['p'], { exclude: ['/drafts/'.slice(1), '*.PNG'] })).files).toEqual([
    'p/a.jpg',
    'p/sub/e.jpg',
  ]);
  expect((await found(files, ['p'], { exclude: ['sub/drafts'] })).files).toEqual([
    'p/a.jpg',
    'p/b.png',
    'p/drafts/c.jpg',
    'p/sub/e.jpg',
  ]);
  expect((await found(files, ['p'], { include: ['*.photo', '*.png'] })).files).toEqual([
    'p/b.png',
    'p/sub/odd.photo',
  ]);
  expect((await found(files, ['p'], { include: ['sub/**', 'sub/*.jpg'] })).files).toEqual([
    'p/sub/drafts/d.jpg',
    'p/sub/e.jpg',
    'p/sub/odd.photo',
  ]);
});

test('hidden files and folders only when asked for', async () => {
  const files = ['p/a.jpg', 'p/.b.jpg', 'p/.c/d.jpg'];
  expect((await found(files, ['p'])).files).toEqual(['p/a.jpg']);
  expect((await found(files, ['p'], { hidden: true })).files).toEqual(['p/.b.jpg', 'p/.c/d.jpg', 'p/a.jpg']);
});

test('symbolic links only when asked for; a loop is walked once', async () => {
  const files = [
    'p/a.jpg',
    'p/link.jpg -> a.jpg',
    'p/album -> ../elsewhere',
    'p/loop -> .',
    'p/sub/up -> ..',
    'elsewhere/b.jpg',
    'elsewhere/back -> ../p',
  ];
  const without = await found(files, ['p']);
  expect(without.files).toEqual(['p/a.jpg']);
  expect(without.summary?.skippedLinks).toBe(4);
  const following = await found(files, ['p'], { follow: true });
  expect(following.files).toEqual(['p/a.jpg', 'p/album/b.jpg', 'p/link.jpg']);
  const twoRoots = await found(files, ['p', 'elsewhere'], { follow: true });
  expect(twoRoots.files).toEqual(['p/a.jpg', 'p/album/b.jpg', 'p/link.jpg']);
});

test('a glob does not lead through a link that is not followed', async () => {
  const files = ['p/a.jpg', 'p/link -> ../elsewhere', 'elsewhere/b.jpg', 'p/o.jpg/c.jpg'];
  expect((await found(files, ['p'], { include: ['link/*.jpg'] })).files).toEqual([]);
  expect((await found(files, ['p'], { include: ['link/*.jpg'], follow: true })).files).toEqual([
    'p/link/b.jpg',
  ]);
  // An output folder under a photo's name is no photo.
  expect((await found(files, ['p'], { out: 'p/o.jpg' })).files).toEqual(['p/a.jpg']);
});

test('a folder whose name is not UTF-8 is reported, not lost', async () => {
  const folder = temporaryFolder();
  const latin1 = Buffer.from(path.join(folder, 'caf\u00e9'), 'latin1');
  fs.mkdirSync(latin1);
  fs.writeFileSync(Buffer.concat([latin1, Buffer.from('/a.jpg')]), await jpeg(1, 20, 20));
  const told: string[] = [];
  for await (const event of createThumbnails([folder], { out: path.join(folder, 'out') })) {
    if (event.type === 'unreadable-folder') told.push(`${event.path}: ${event.reason}`);
    if (event.type === 'summary') expect(event).toMatchObject({ photos: 0, unreadableFolders: 1 });
  }
  expect(told).toEqual([`${folder}/caf\ufffd: its name is not valid UTF-8`]);
});

test('an abort ends a walk that finds nothing', async () => {
  const folder = temporaryFolder();
  const photos = path.join(folder, 'p');
  for (let sub = 0; sub < 3000; sub += 1) {
    fs.mkdirSync(path.join(photos, `${sub % 50}`, `${sub}`), { recursive: true });
    fs.symlinkSync('nowhere', path.join(photos, `${sub % 50}`, `${sub}`, 'link'));
  }
  const stop = new AbortController();
  // A link that is told of is a folder that was listed.
  let listed = 0;
  const out = path.join(folder, 'out');
  fs.mkdirSync(out);
  const roots = await findRoots([photos], out);
  const progress = {
    ...newWalkProgress(),
    get skippedLinks() {
      return listed;
    },
    set skippedLinks(count) {
      listed = count;
      stop.abort();
    },
  };
  const jobs = produce({ roots, out, consumers: 1, signal: stop.signal, ...plainWalk }, progress);
  expect(await jobs.next()).toEqual({ value: { type: 'sentinel' }, done: false });
  expect(progress.ended).toBe(false);
  expect(listed).toBeGreaterThan(0);
  expect(listed).toBeLessThan(100);
});

test('a path that does not exist is an error before anything starts', async () => {
  const folder = temporaryFolder();
  const events = createThumbnails([path.join(folder, 'nowhere')], { out: path.join(folder, 'out') });
  await expect(events.next()).rejects.toMatchObject({
    code: 'OPTION',
    message: `Cannot take ${folder}/nowhere: no such file or directory (ENOENT)`,
  });
  expect(fs.readdirSync(folder)).toEqual([]);
});

test('the walk waits when nobody takes its photos', async () => {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, 'seed.jpg'), '');
  for (let sub = 0; sub < 100; sub += 1) {
    fs.mkdirSync(path.join(folder, 'p', `${sub}`), { recursive: true });
    for (let file = 0; file < 100; file += 1) {
      fs.linkSync(path.join(folder, 'seed.jpg'), path.join(folder, 'p', `${sub}`, `${file}.jpg`));
    }
  }
  const progress = newWalkProgress();
  fs.mkdirSync(path.join(folder, 'out'));
  const out = path.join(folder, 'out');
  const roots = await findRoots([path.join(folder, 'p')], out);
  const jobs = produce({ roots, out, consumers: 1, ...plainWalk }, progress);
  await jobs.next();
  let before = -1;
  // Until two looks, with time to walk all 10,000 between them, find the same.
  for (; before !== progress.found; await new Promise((resolve) => setTimeout(resolve, 500)))
    before = progress.found;
  expect(progress.found).toBeLessThan(4200);
  expect(progress.ended).toBe(false);
  // A photo that comes into every folder now is found in those that have not been listed yet: more than a third.
  for (let sub = 0; sub < 100; sub += 1) {
    fs.linkSync(path.join(folder, 'seed.jpg'), path.join(folder, 'p', `${sub}`, 'late.jpg'));
  }
  let [rest, late] = [1, 0];
  for await (const item of jobs) {
    if (item.type !== 'job') continue;
    if (item.path.endsWith('late.jpg')) late += 1;
    else rest += 1;
  }
  expect(rest).toBe(10_000);
  expect(late).toBeGreaterThan(33);
  expect(progress).toEqual({ ...newWalkProgress(), found: rest + late, ended: true });
});
