// A tree of links beside the thumbnails, brought up to date by each run. Whole runs in this process.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { MARKER_NAME } from '../../../src/files/folder-marker.js';
import type { ThumbsOptions } from '../../../src/options/options.js';
import type { ThumbsEvent } from '../../../src/run/events.js';
import { planThumbnails } from '../../../src/run/plan-thumbnails.js';
import { testWithByteNames, writeByteFile } from '../../support/byte-names.js';
import { runFolder, runInProcess } from '../../support/in-process/run.js';
import { failedRecord, writeRecords } from '../../support/manifests.js';
import { expectSound, recordsIn } from '../../support/output.js';
import { jpeg, makeTree, photoFolder, snapshot, temporaryFolder } from '../../support/photos.js';

const webp = { size: '100x100', format: 'webp' } as const;

/** Photos, all different, under these names in `photos`. */
async function photosNamed(...names: string[]): Promise<{ folder: string; out: string; album: string }> {
  const folder = temporaryFolder();
  for (const [seed, name] of names.entries()) await writePhoto(folder, name, seed);
  return { folder, out: path.join(folder, 'thumbnails'), album: path.join(folder, 'album') };
}

async function writePhoto(folder: string, name: string, seed: number): Promise<void> {
  const file = path.join(folder, 'photos', name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, await jpeg(seed, 40, 30));
}

/** What the summary says of the links of a run over `photos`. */
async function link(folder: string, options: ThumbsOptions = {}) {
  const links = path.join(folder, 'album');
  const { summary } = await runFolder(folder, { ...webp, links, ...options });
  const { folder: named, ...figures } = summary.links ?? { folder: '' };
  expect(named).toBe(links);
  return figures;
}

/** The files of a tree but the program's own, by name. */
function linksIn(album: string): string[] {
  const names = fs.readdirSync(album, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => !fs.lstatSync(path.join(album, name)).isDirectory());
  return files.filter((name) => !name.startsWith('.thumbs')).sort();
}

/** Checks that each file of a tree has the bytes of a thumbnail of the photo with its name. */
function expectLinked(out: string, album: string): void {
  for (const record of recordsIn(out)) {
    if (record.status === 'failed') continue;
    for (const { file } of record.thumbnails) {
      const bytes = fs.readFileSync(path.join(out, file));
      const own = linksIn(album).filter((name) => name.includes(path.basename(record.source)));
      expect(own.some((name) => fs.readFileSync(path.join(album, name)).equals(bytes))).toBe(true);
    }
  }
}

const nothing = { written: 0, removed: 0, foreign: [], missing: 0 };

test('each thumbnail has a link under its photo’s name, and a second run writes nothing', async () => {
  const { folder, out, album } = await photosNamed('2024/a.jpg', '2024/May/b.jpg', 'c.jpg');
  const size = ['100x100', '20x20,name=screen', '10x10'];
  expect(await link(folder, { size })).toEqual({ ...nothing, files: 9, written: 9 });
  expect(linksIn(album)).toEqual([
    ...['2024/May/b.jpg.10x10.webp', '2024/May/b.jpg.screen.webp', '2024/May/b.jpg.webp'],
    ...['2024/a.jpg.10x10.webp', '2024/a.jpg.screen.webp', '2024/a.jpg.webp'],
    ...['c.jpg.10x10.webp', 'c.jpg.screen.webp', 'c.jpg.webp'],
  ]);
  expectLinked(out, album);
  const before = snapshot(album);
  expect(await link(folder, { size })).toEqual({ ...nothing, files: 9 });
  expect(snapshot(album)).toEqual(before);
  await expectSound(out);
});

test('a changed photo’s link is renewed, a new one’s is made, that of one that is gone or fails is removed', async () => {
  const { folder, out, album } = await photosNamed('2024/a.jpg', '2024/b.jpg', '2025/c.jpg', 'd.jpg');
  await link(folder);
  const kept = snapshot(album).get('2024/a.jpg.webp');
  await writePhoto(folder, '2024/b.jpg', 20);
  await writePhoto(folder, 'new/e.jpg', 21);
  fs.rmSync(path.join(folder, 'photos/2025'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'photos/d.jpg'), 'text');
  expect(await link(folder)).toEqual({ ...nothing, files: 3, written: 2, removed: 2 });
  expect(linksIn(album)).toEqual(['2024/a.jpg.webp', '2024/b.jpg.webp', 'new/e.jpg.webp']);
  expect(fs.existsSync(path.join(album, '2025'))).toBe(false);
  expect(snapshot(album).get('2024/a.jpg.webp')).toBe(kept);
  expectLinked(out, album);
});

test('a file of somebody else in the way of a link stays and is reported, as is a link that was changed', async () => {
  const { folder, album } = await photosNamed('a.jpg', 'b.jpg', 'c.jpg');
  await link(folder);
  fs.writeFileSync(path.join(album, 'a.jpg.webp'), 'edited');
  fs.writeFileSync(path.join(album, 'notes.txt'), 'mine');
  fs.writeFileSync(path.join(album, 'new.jpg.webp'), 'mine');
  await writePhoto(folder, 'new.jpg', 20);
  expect(await link(folder)).toEqual({ ...nothing, files: 2, foreign: ['a.jpg.webp', 'new.jpg.webp'] });
  fs.rmSync(path.join(folder, 'photos/a.jpg'));
  expect(await link(folder)).toMatchObject({ removed: 0, foreign: ['a.jpg.webp', 'new.jpg.webp'] });
  for (const [name, text] of Object.entries({ 'a.jpg.webp': 'edited', 'notes.txt': 'mine' }))
    expect(fs.readFileSync(path.join(album, name), 'utf8')).toBe(text);
});

test('a renamed variant renames its links, and a variant that is dropped loses them', async () => {
  const { folder, album } = await photosNamed('a.jpg');
  await link(folder, { size: ['100x100', '20x20,name=screen'] });
  expect(await link(folder, { size: ['100x100', '20x20,name=page'] })).toMatchObject({
    written: 1,
    removed: 1,
  });
  expect(linksIn(album)).toEqual(['a.jpg.page.webp', 'a.jpg.webp']);
  expect(await link(folder, { size: '20x20,name=page' })).toMatchObject({ written: 0, removed: 1 });
  expect(linksIn(album)).toEqual(['a.jpg.page.webp']);
});

test('a link gives way to a folder of its name in the same run, and a folder to a link', async () => {
  const { folder, album } = await photosNamed('a.jpg', 'b.jpg.webp/c.jpg');
  await link(folder);
  fs.rmSync(path.join(folder, 'photos'), { recursive: true });
  await writePhoto(folder, 'a.jpg.webp/d.jpg', 20);
  await writePhoto(folder, 'b.jpg', 21);
  expect(await link(folder)).toEqual({ ...nothing, files: 2, written: 2, removed: 2 });
  expect(linksIn(album)).toEqual(['a.jpg.webp/d.jpg.webp', 'b.jpg.webp']);
});

test('another type of link renews all, and back again', async () => {
  const { folder, out, album } = await photosNamed('2024/a.jpg', 'b.jpg');
  for (const linkType of ['reflink', 'hard', 'symbolic', 'reflink', 'symbolic', 'hard'] as const) {
    expect(await link(folder, { linkType })).toEqual({ ...nothing, files: 2, written: 2 });
    expect(await link(folder, { linkType })).toEqual({ ...nothing, files: 2 });
    const found = fs.lstatSync(path.join(album, '2024/a.jpg.webp'));
    expect([found.isSymbolicLink(), found.nlink]).toEqual([
      linkType === 'symbolic',
      linkType === 'hard' ? 2 : 1,
    ]);
    expectLinked(out, album);
  }
});

test('records outside the roots of a run keep their links, with all their variants; within them only what is wanted has one', async () => {
  const { folder, out, album } = await photosNamed('2024/a.jpg', '2025/b.jpg');
  const size = ['100x100', '20x20'];
  await link(folder, { size });
  const options = { ...webp, out, links: album, size: '20x20,name=small' };
  const { summary } = await runInProcess([path.join(folder, 'photos/2025')], options);
  expect(summary.links).toMatchObject({ files: 3, written: 1, removed: 2 });
  expect(summary.links).not.toHaveProperty('widened');
  // This run has no variant without a name, and that of the run before stays the plain one.
  expect(linksIn(album)).toEqual(['2024/a.jpg.20x20.webp', '2024/a.jpg.webp', '2025/b.jpg.small.webp']);
});

test('a photo that a run could not find keeps the links of the variants that the run wants', async () => {
  const { folder, album } = await photosNamed('2024/a.jpg');
  await link(folder, { size: ['100x100', '20x20'] });
  // As if its disk was not mounted.
  fs.rmSync(path.join(folder, 'photos/2024'), { recursive: true });
  expect(await link(folder, { size: ['100x100', '20x20'] })).toEqual({ ...nothing, files: 2 });
  expect(await link(folder, { size: ['100x100'] })).toEqual({ ...nothing, files: 1, removed: 1 });
  expect(linksIn(album)).toEqual(['2024/a.jpg.webp']);
});

test('runs over different folders with different sizes each have a plain variant, and rename nothing of each other', async () => {
  const { folder, out, album } = await photosNamed('2024/a.jpg', '2025/b.jpg');
  const over = async (name: string, size: string) => {
    const options = { ...webp, out, links: album, size };
    const { summary } = await runInProcess([path.join(folder, 'photos', name)], options);
    return summary.links;
  };
  await link(folder, { size: '20x20' });
  expect(await over('2025', '30x30')).toMatchObject({ written: 1, removed: 0, files: 2 });
  expect(linksIn(album)).toEqual(['2024/a.jpg.webp', '2025/b.jpg.webp']);
  expect(await over('2024', '20x20')).toMatchObject({ written: 0, removed: 0, files: 2 });
  // A name that is given is part of the link's, also where it is that of a plain one.
  expect(await over('2024', '20x20,name=30x30')).toMatchObject({ written: 1, removed: 1 });
  expect(linksIn(album)).toEqual(['2024/a.jpg.30x30.webp', '2025/b.jpg.webp']);
});

test('the common folder is remembered; a photo outside of it widens it, and every link is renamed', async () => {
  const { folder, out, album } = await photosNamed('2024/a.jpg', '2025/b.jpg', '2025/May/c.jpg');
  const options = { ...webp, out, links: album, forget: true };
  const over = async (name: string) => {
    const { summary } = await runInProcess([path.join(folder, 'photos', name)], options);
    return summary.links;
  };
  expect(await over('2025')).toMatchObject({ written: 2 });
  expect(linksIn(album)).toEqual(['May/c.jpg.webp', 'b.jpg.webp']);
  // Fewer photos: nothing is renamed.
  expect(await over('2025/May')).toMatchObject({ written: 0, removed: 0, files: 2 });
  expect(await over('2024')).toMatchObject({ written: 3, removed: 2, widened: true });
  expect(linksIn(album)).toEqual(['2024/a.jpg.webp', '2025/May/c.jpg.webp', '2025/b.jpg.webp']);
  fs.rmSync(path.join(folder, 'photos/2024/a.jpg'));
  // No photo is left outside of `2025`.
  expect(await over('2024')).toMatchObject({ written: 0, removed: 1, files: 2 });
  expect(linksIn(album)).toEqual(['2025/May/c.jpg.webp', '2025/b.jpg.webp']);
});

test('output, photos and links may be moved together', async () => {
  const { folder } = await photosNamed('2024/a.jpg', 'b.jpg');
  await link(folder, { linkType: 'symbolic' });
  const moved = path.join(temporaryFolder(), 'moved');
  fs.renameSync(folder, moved);
  expect(await link(moved, { linkType: 'symbolic' })).toEqual({ ...nothing, files: 2 });
});

test('a thumbnail that is missing outside the roots of the run has no link, and is counted', async () => {
  const { folder, out, album } = await photosNamed('2024/a.jpg', '2025/b.jpg');
  await link(folder);
  const [record] = recordsIn(out);
  if (record?.status !== 'done') throw new Error('Expected a thumbnail');
  fs.rmSync(path.join(out, record.thumbnails[0]?.file ?? ''));
  const options = { ...webp, out, links: album };
  const { summary } = await runInProcess([path.join(folder, 'photos/2025')], options);
  expect(summary.links).toMatchObject({ files: 1, removed: 1, missing: 1, foreign: [] });
  expect(await link(folder)).toEqual({ ...nothing, files: 2, written: 1 });
});

test('in a sharded output links are made of the same bytes, and stay when it becomes flat', async () => {
  const { folder, out, album } = await photosNamed('a.jpg', 'b.jpg');
  await link(folder, { layout: 'sharded' });
  expectLinked(out, album);
  expect(await link(folder, { layout: 'flat' })).toEqual({ ...nothing, files: 2 });
});

testWithByteNames('a photo whose name is not UTF-8 has a link whose name is', async () => {
  const { folder, album } = await photosNamed('a.jpg');
  writeByteFile(folder, 'photos/\xe9t\xe9/caf\xe9.jpg', await jpeg(5, 40, 30));
  await link(folder);
  expect(linksIn(album)).toEqual(['%E9t%E9/caf%E9.jpg.webp', 'a.jpg.webp']);
  expect(await link(folder)).toEqual({ ...nothing, files: 2 });
});

testWithByteNames('so has one whose common folder is not UTF-8', async () => {
  const { folder, out, album } = await photosNamed('a.jpg');
  const file = writeByteFile(folder, '\xe9t\xe9/photos/b.jpg', await jpeg(5, 40, 30));
  fs.rmSync(path.join(folder, 'photos'), { recursive: true });
  expect(file.length).toBeGreaterThan(0);
  const { summary } = await runInProcess([folder], { ...webp, out, links: album });
  expect(summary.links).toMatchObject({ files: 1 });
  const inner = path.join(folder, '\udce9t\udce9');
  const { summary: second } = await runInProcess([inner], {
    ...webp,
    out,
    links: path.join(folder, 'other'),
  });
  expect(second.links).toMatchObject({ files: 1 });
});

test('a signal while links are made ends the run, which has not pruned and says that it was stopped', async () => {
  const { folder, out } = await photosNamed('a.jpg');
  // More than are read at once.
  const others = Array.from({ length: 500 }, (_, index) => failedRecord(`../gone/${index}.jpg`));
  fs.mkdirSync(out);
  writeRecords(path.join(out, 'manifest.jsonl'), others);
  const stop = new AbortController();
  const onEvent = (event: ThumbsEvent) => {
    if (event.type === 'done') stop.abort();
  };
  const options = { ...webp, prune: true, links: path.join(folder, 'album'), signal: stop.signal };
  const { summary } = await runFolder(folder, options, { onEvent });
  expect(summary).toMatchObject({ stopped: 'signal', photos: 1, notReached: 0 });
  expect([summary.links, summary.pruned]).toEqual([undefined, undefined]);
  expect(await link(folder)).toEqual({ ...nothing, files: 1, written: 1 });
});

test('a dry run says nothing of links and writes none, but checks the folder', async () => {
  const { folder, out, album } = await photosNamed('a.jpg');
  const plan = async (links: string) => {
    const events = [];
    for await (const event of planThumbnails([path.join(folder, 'photos')], { out, links }))
      events.push(event);
    return events.at(-1);
  };
  expect(await plan(album)).not.toHaveProperty('links');
  expect(fs.existsSync(album)).toBe(false);
  await expect(plan(folder)).rejects.toMatchObject({ code: 'OPTION' });
});

test('a folder that may not be one of links is refused before anything is written', async () => {
  const { folder, out } = await photosNamed('2024/a.jpg');
  makeTree(path.join(folder, 'site'), ['index.html']);
  makeTree(
    path.join(folder, 'gallery'),
    [MARKER_NAME],
    '{"thumbs":"gallery","version":1,"manifests":[],"of":"x"}',
  );
  fs.symlinkSync('thumbnails', path.join(folder, 'link'));
  const state = () => [...snapshot(folder).keys()];
  const before = state();
  const photos = path.join(folder, 'photos');
  const cases: Array<[links: string, says: string, options?: ThumbsOptions]> = [
    ['thumbnails', 'lies in the output folder'],
    ['thumbnails/links', 'lies in the output folder'],
    ['link/links', 'lies in the output folder'],
    ['', 'has the output folder in it'],
    ['photos', 'has photos of this run in it'],
    ['photos/2024', 'has files that are not of thumbs, as a.jpg'],
    ['site', 'has files that are not of thumbs, as index.html'],
    ['gallery/links', 'lies in a folder that thumbs fills'],
    ['album', 'has another output in it', { manifest: path.join(folder, 'album/m.jsonl') }],
    ['album', 'has another output in it', { export: [path.join(folder, 'album/e.txt')] }],
  ];
  for (const [links, says, options] of cases)
    await expect(
      runInProcess([photos], { out, links: path.join(folder, links), ...options }),
      links,
    ).rejects.toMatchObject({ code: 'OPTION', message: expect.stringContaining(says) });
  await expect(runInProcess([photos], { out, links: path.join(folder, 'gallery') })).rejects.toMatchObject({
    code: 'OUTPUT',
    message: expect.stringContaining('the marker of a gallery'),
  });
  await expect(runInProcess([path.join(photos, '2024/a.jpg')], { out, links: photos })).rejects.toMatchObject(
    { code: 'OPTION', message: expect.stringContaining('has photos of this run in it') },
  );
  expect(state()).toEqual(before);
});

test('the links of another manifest are left as they are', async () => {
  const { folder, album } = await photosNamed('a.jpg');
  await link(folder);
  const before = snapshot(album);
  await expect(link(folder, { manifest: path.join(folder, 'other.jsonl') })).rejects.toMatchObject({
    ...{ code: 'OPTION', message: expect.stringContaining('was made from another manifest') },
  });
  expect(snapshot(album)).toEqual(before);
});

test('a folder of links among the photos is not walked', async () => {
  const { folder, out } = photoFolder(2);
  const links = path.join(folder, 'photos/links');
  await runFolder(folder, { links });
  const { summary } = await runFolder(folder, { links });
  expect(summary).toMatchObject({ photos: 2, unchanged: 2, skippedFolders: { [MARKER_NAME]: 1 } });
  expect(recordsIn(out)).toHaveLength(2);
  expect(linksIn(links)).toEqual(['photo-1.jpg.png', 'photo-2.jpg.png']);
});
