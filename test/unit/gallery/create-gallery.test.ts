// A gallery is brought up to date: what is written, what is removed, and what is left as it is.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createGallery, type GallerySummary } from '../../../src/gallery/create-gallery.js';
import type { GalleryOptions } from '../../../src/gallery/settings.js';
import type { ManifestRecord } from '../../../src/manifest/record.js';
import { writeGalleryPhotos } from '../../support/gallery/photos.js';
import { runInProcess } from '../../support/in-process/run.js';
import { doneRecord, failedRecord, writeRecords } from '../../support/manifests.js';
import { jpeg, snapshot, temporaryFolder } from '../../support/photos.js';

/** Thumbnails and their manifest, of a folder of this test's own, and what to call for its gallery. */
interface Made {
  readonly folder: string;
  readonly out: string;
  readonly gallery: string;
  readonly update: (options?: GalleryOptions) => Promise<GallerySummary>;
}

function inFolder(folder: string): Made {
  const out = path.join(folder, 'thumbnails');
  const update = async (options: GalleryOptions = {}) => {
    const made = await createGallery({ out, ...options });
    if (made === undefined) throw new Error('Expected a gallery');
    return made;
  };
  return { folder, out, gallery: path.join(folder, 'gallery'), update };
}

/** A thumbnail's name, and what is in it. */
function thumbnail(text: string): [file: string, text: string] {
  return [`${createHash('sha256').update(text).digest('hex')}.png`, text];
}

/**
 * A manifest that is written by hand, without a run.
 * @param photos The text of each one's thumbnail, by its path in `photos`; undefined for a photo that failed.
 */
function written(
  photos: Readonly<Record<string, string | undefined>>,
  folder: string = temporaryFolder(),
): Made {
  const made = inFolder(folder);
  fs.rmSync(made.out, { recursive: true, force: true });
  fs.mkdirSync(made.out);
  const records = Object.entries(photos).map(([name, content]): ManifestRecord => {
    const source = `../photos/${name}`;
    if (content === undefined) return failedRecord(source);
    const [file, text] = thumbnail(content);
    fs.writeFileSync(path.join(made.out, file), text);
    return doneRecord(source, { file, bytes: text.length });
  });
  writeRecords(path.join(made.out, 'manifest.jsonl'), records);
  return made;
}

/** Photos, and what a run makes of them. */
async function run(folder: string, paths: readonly string[] = ['photos']): Promise<Made> {
  const made = inFolder(folder);
  await runInProcess(
    paths.map((name) => path.join(folder, name)),
    { out: made.out, size: 40 },
  );
  return made;
}

/** The texts of a folder's files, by their paths. */
function files(folder: string): Record<string, string> {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const regular = names.filter((name) => fs.statSync(path.join(folder, name)).isFile());
  return Object.fromEntries(
    regular.map((name) => [name, fs.readFileSync(path.join(folder, name), 'latin1')]),
  );
}

/** A gallery's files without its list, which has times. */
function published(folder: string): Record<string, string> {
  const { '.thumbs-files.jsonl': _, ...others } = files(folder);
  return others;
}

const THREE = { 'a.jpg': 'one', 'in/b.jpg': 'two', 'in/c.jpg': 'one', 'broken.jpg': undefined };

test('a gallery has a page for each folder, the pictures and nothing else', async () => {
  const { gallery, update } = written(THREE);
  expect(await update()).toEqual({
    type: 'gallery',
    folder: gallery,
    ...{ photos: 3, albums: 1, missing: 0, fullView: 200, withoutFullView: 3, variants: ['200x200'] },
    // The manifest was written by hand.
    unknownRoots: true,
    ...{ files: 15, written: 15, removed: 0, foreign: [] },
  });
  const names = Object.keys(files(gallery)).map((name) => name.replaceAll(/[0-9a-f]{8,}/g, '*'));
  expect(names.sort()).toEqual([
    '.thumbs-files.jsonl',
    '.thumbs.json',
    'albums/in-*.html',
    'assets/gallery-*.css',
    'assets/gallery-*.js',
    'assets/icon-*.svg',
    'data/in-*-0.js',
    'data/in-*.js',
    'data/index-0.js',
    'data/index.js',
    'data/search.js',
    'data/timeline-0.js',
    'data/timeline.js',
    'index.html',
    expect.stringMatching(/^pictures\/..\/\*\.png$/),
    expect.stringMatching(/^pictures\/..\/\*\.png$/),
    'timeline.html',
  ]);
});

test('a second call writes nothing', async () => {
  const { gallery, update } = written(THREE);
  await update();
  const before = snapshot(gallery);
  expect(await update()).toMatchObject({ written: 0, removed: 0, foreign: [] });
  expect(snapshot(gallery)).toEqual(before);
});

test('another title changes pages alone', async () => {
  const { gallery, update } = written(THREE);
  await update();
  const before = snapshot(gallery);
  expect(await update({ title: 'Other' })).toMatchObject({ written: 3, removed: 0 });
  const changed = [...snapshot(gallery)]
    .filter(([name, state]) => before.get(name) !== state)
    .map(([name]) => name);
  expect(changed.filter((name) => name.endsWith('.html')).length).toBe(3);
  expect(changed.filter((name) => /^(?:assets|data|pictures)/.test(name))).toEqual([]);
});

test('what has left the manifest leaves the gallery, with its pictures and folders', async () => {
  const { folder, gallery, update } = written(THREE);
  await update();
  written({ 'a.jpg': 'one' }, folder);
  const made = await update();
  expect(made).toMatchObject({ photos: 1, albums: 0, foreign: [] });
  expect(made.removed).toBeGreaterThan(0);
  const fresh = written({ 'a.jpg': 'one' });
  await fresh.update();
  const withoutMarker = ({ '.thumbs.json': _, ...others }: Record<string, string>) => others;
  expect(withoutMarker(published(gallery))).toEqual(withoutMarker(published(fresh.gallery)));
  expect(fs.existsSync(path.join(gallery, 'albums'))).toBe(false);
});

test('a picture stays as long as one photo has it', async () => {
  const { folder, gallery, update } = written({ 'a.jpg': 'shared', 'b.jpg': 'shared', 'c.jpg': 'own' });
  await update();
  const pictures = () =>
    Object.entries(files(gallery)).flatMap(([name, text]) => (name.startsWith('pictures/') ? [text] : []));
  expect(pictures().sort()).toEqual(['own', 'shared']);
  written({ 'b.jpg': 'shared' }, folder);
  await update();
  expect(pictures()).toEqual(['shared']);
});

test('files that somebody else has written or changed stay, and are named', async () => {
  const { gallery, folder, update } = written(THREE);
  await update();
  fs.writeFileSync(path.join(gallery, 'index.html'), 'mine');
  fs.writeFileSync(path.join(gallery, 'CNAME'), 'example.org');
  fs.writeFileSync(path.join(gallery, 'albums/mine.html'), 'mine');
  expect((await update()).foreign).toEqual(['index.html']);
  written({ 'a.jpg': 'one' }, folder);
  expect((await update()).foreign).toEqual(['index.html']);
  expect(files(gallery)).toMatchObject({
    ...{ 'index.html': 'mine', CNAME: 'example.org', 'albums/mine.html': 'mine' },
  });
});

test('a changed page whose album is gone stays, is named once, and is nobody’s then', async () => {
  const { gallery, folder, update } = written(THREE);
  await update();
  const [album = ''] = fs.readdirSync(path.join(gallery, 'albums'));
  fs.writeFileSync(path.join(gallery, 'albums', album), 'mine');
  written({ 'a.jpg': 'one' }, folder);
  expect((await update()).foreign).toEqual([`albums/${album}`]);
  expect((await update()).foreign).toEqual([]);
  expect(fs.readFileSync(path.join(gallery, 'albums', album), 'utf8')).toBe('mine');
});

test('a photo whose thumbnail is missing is left out and counted, and comes back with it', async () => {
  const { out, gallery, update } = written({ 'a.jpg': 'one', 'b.jpg': 'two' });
  const [file, text] = thumbnail('two');
  fs.rmSync(path.join(out, file));
  const made = await update();
  expect(made).toMatchObject({ photos: 1, missing: 1 });
  // Without marker and list.
  expect(made.files).toBe(Object.keys(files(gallery)).length - 2);
  expect(files(gallery)['index.html']).not.toContain('b.jpg');
  fs.writeFileSync(path.join(out, file), text);
  expect(await update()).toMatchObject({ photos: 2, missing: 0 });
});

test('a photo whose thumbnail is lost leaves the gallery, but its picture stays there for its return', async () => {
  const { out, gallery, update } = written({ 'a.jpg': 'one' });
  await update();
  const [file, text] = thumbnail('one');
  const picture = () => [...snapshot(gallery)].find(([name]) => name.endsWith('.png'));
  const before = picture();
  fs.rmSync(path.join(out, file));
  expect(await update()).toMatchObject({ photos: 0, missing: 1 });
  expect(picture()).toEqual(before);
  fs.writeFileSync(path.join(out, file), text);
  expect(await update()).toMatchObject({ photos: 1, missing: 0 });
  expect(picture()).toEqual(before);
});

test('every page has a strict policy, and neither script nor style of its own', async () => {
  const hostile = { 'a" onload="b.jpg': 'one', '<script>/style="x".jpg': 'two', '<script>.jpg': undefined };
  const { folder, gallery, update } = written(hostile);
  const css = path.join(folder, 'own.css');
  fs.writeFileSync(css, '</style><script>');
  await update({ css, title: '" style="', failedPage: true });
  const pages = Object.entries(files(gallery)).filter(([name]) => name.endsWith('.html'));
  expect(pages.length).toBe(4);
  for (const [, text] of pages) {
    const [policy = ''] = /<meta http-equiv="Content-Security-Policy" content="[^"]*">/.exec(text) ?? [];
    expect(policy).toMatch(
      /"default-src &#39;none&#39;; script-src &#39;self&#39;; style-src &#39;self&#39;; /,
    );
    expect(policy).not.toContain('unsafe');
    expect(text.indexOf(policy)).toBeLessThan(text.search(/<(?:script|link|title|body)/));
    expect(text.match(/<script[^>]*>/g)).toEqual([
      expect.stringMatching(/^<script defer src="(?:\.\.\/)?assets\/gallery-[0-9a-f]{8}\.js">$/),
    ]);
    expect(text).not.toMatch(/<style|\s(?:style|on\w+)="/);
  }
});

test('a gallery of nothing says so, and has no timeline', async () => {
  const { gallery, update } = written({ 'broken.jpg': undefined });
  expect(await update()).toMatchObject({ photos: 0, albums: 0, fullView: 0 });
  expect(Object.keys(files(gallery))).not.toContain('timeline.html');
  expect(files(gallery)['index.html']).toContain('0 photos');
});

test('settings are kept by later calls, and unset by false', async () => {
  const { folder, gallery, update } = written(THREE);
  const css = path.join(folder, 'own.css');
  fs.writeFileSync(css, 'h1 { color: red }');
  const plain = await update().then(() => published(gallery));
  await update({ title: 'Kept', css, failedPage: true });
  const made = published(gallery);
  expect(Object.keys(made)).toContain('failed.html');
  expect(made['index.html']).toMatch(/<title>Kept<\/title>[\s\S]*assets\/custom-[0-9a-f]{8}\.css/);
  fs.rmSync(css);
  expect(await update()).toMatchObject({ written: 0, removed: 0 });
  expect(published(gallery)).toEqual(made);
  await update({ title: false, css: false, failedPage: false });
  expect(published(gallery)).toEqual(plain);
});

test.for([
  ['the output folder', 'thumbnails', /lies in the output folder, or is it/],
  ['a folder in it', 'thumbnails/gallery', /lies in the output folder, or is it/],
  ['a folder in it, behind a link', 'link/in', /lies in the output folder, or is it/],
  ['a folder around it', '.', /has the output folder in it/],
] as const)('%s is refused, and nothing is written', async ([, name, message]) => {
  const { folder, update } = written(THREE);
  fs.symlinkSync('thumbnails', path.join(folder, 'link'));
  const before = snapshot(folder);
  await expect(update({ gallery: path.join(folder, name) })).rejects.toMatchObject({
    code: 'OPTION',
    message: expect.stringMatching(message),
  });
  expect(snapshot(folder)).toEqual(before);
});

test('a folder that has other files is refused, and unchanged', async () => {
  const { gallery, update } = written(THREE);
  fs.mkdirSync(gallery);
  fs.writeFileSync(path.join(gallery, 'index.html'), 'mine');
  const before = snapshot(gallery);
  await expect(update()).rejects.toMatchObject({
    code: 'OPTION',
    message: expect.stringMatching(/has files that are not of thumbs, as index\.html/),
  });
  expect(snapshot(gallery)).toEqual(before);
});

test('a folder that has only what hosts and version control put there is filled', async () => {
  const { gallery, update } = written(THREE);
  fs.mkdirSync(path.join(gallery, '.git'), { recursive: true });
  fs.writeFileSync(path.join(gallery, 'CNAME'), 'example.org');
  await update();
  expect(files(gallery).CNAME).toBe('example.org');
});

test('the gallery of another manifest is refused, and unchanged', async () => {
  const { folder, gallery, update } = written(THREE);
  await update();
  const before = snapshot(gallery);
  const out = path.join(folder, 'other');
  fs.cpSync(path.join(folder, 'thumbnails'), out, { recursive: true });
  await expect(createGallery({ out, gallery })).rejects.toMatchObject({
    ...{ code: 'OPTION', message: expect.stringMatching(/was made from another manifest/) },
  });
  expect(snapshot(gallery)).toEqual(before);
});

test('without a manifest nothing is made', async () => {
  const { out, gallery, update } = inFolder(temporaryFolder());
  fs.mkdirSync(out);
  await expect(update()).rejects.toMatchObject({ code: 'MANIFEST' });
  expect(fs.existsSync(gallery)).toBe(false);
});

test('a gallery whose thumbnails are gone in number stays as it is: a disk may be missing', async () => {
  const photos = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`${index}.jpg`, `${index}`]));
  const { out, gallery, update } = written(photos);
  await update();
  const before = published(gallery);
  const moved = path.join(out, '../away');
  fs.mkdirSync(moved);
  for (const name of fs.readdirSync(out).filter((each) => each.endsWith('.png')))
    fs.renameSync(path.join(out, name), path.join(moved, name));
  await expect(update()).rejects.toMatchObject({
    ...{ code: 'OUTPUT', message: expect.stringMatching(/thumbnails of 30 of 30 photos are missing/) },
  });
  expect(published(gallery)).toEqual(before);
  for (const name of fs.readdirSync(moved).slice(0, 15))
    fs.renameSync(path.join(moved, name), path.join(out, name));
  expect(await update()).toMatchObject({ photos: 15, missing: 15 });
});

test('styles that are gone from the gallery are said to be, and are none then', async () => {
  const { folder, gallery, update } = written(THREE);
  fs.writeFileSync(path.join(folder, 'my.css'), 'a { color: red }');
  await update({ css: path.join(folder, 'my.css') });
  const custom = Object.keys(files(gallery)).find((name) => name.startsWith('assets/custom-')) ?? '';
  fs.rmSync(path.join(gallery, custom));
  expect(await update()).toMatchObject({ stylesLost: true });
  expect(files(gallery)['index.html']).not.toContain('custom-');
  expect(await update()).not.toHaveProperty('stylesLost');
});

test('ids and albums do not depend on the order of the records, as a run that works has them', async () => {
  const folder = temporaryFolder();
  await writeGalleryPhotos(folder, { 'd1/DCIM/1.jpg': {}, 'd2/DCIM/1.jpg': {}, 'd2/DCIM/2.jpg': {} });
  const { out, gallery, update } = await run(folder, ['d1/DCIM', 'd2/DCIM']);
  await update();
  const before = published(gallery);
  const manifest = path.join(out, 'manifest.jsonl');
  const [header = '', ...records] = fs.readFileSync(manifest, 'utf8').trimEnd().split('\n');
  fs.writeFileSync(manifest, `${[header, ...records.reverse()].join('\n')}\n`);
  expect(await update()).toMatchObject({ written: 0, removed: 0 });
  expect(published(gallery)).toEqual(before);
});

test('a manifest that a run is writing to has its complete lines in the gallery', async () => {
  const { out, gallery, update } = written(THREE);
  await update();
  const before = published(gallery);
  fs.appendFileSync(path.join(out, 'manifest.jsonl'), '{"source":"../photos/d.jpg","status":"do');
  expect(await update()).toMatchObject({ photos: 3, written: 0, removed: 0 });
  expect(published(gallery)).toEqual(before);
});

test('a call that is aborted first makes nothing of it, and the next one makes the gallery', async () => {
  const { out, gallery, update } = written(THREE);
  expect(await createGallery({ out, signal: AbortSignal.abort() })).toBeUndefined();
  expect(fs.existsSync(path.join(gallery, 'index.html'))).toBe(false);
  expect(await update()).toMatchObject({ photos: 3 });
});

/** Photos as a camera has them, an SVG among them. */
async function photosOfAllKinds(folder: string): Promise<void> {
  await writeGalleryPhotos(path.join(folder, 'photos'), {
    'a.jpg': { takenAt: '2024:05:01 12:30:05' },
    'in/b.JPG': {},
  });
  fs.writeFileSync(
    path.join(folder, 'photos/drawing.svg'),
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><script>alert(1)</script></svg>',
  );
}

function originals(gallery: string): string[] {
  return Object.keys(files(gallery)).filter((name) => name.startsWith('originals/'));
}

test('originals are copied when asked for, an SVG never, and removed when unset', async () => {
  const folder = temporaryFolder();
  await photosOfAllKinds(folder);
  const { out, gallery } = inFolder(folder);
  await runInProcess([path.join(folder, 'photos')], { out, size: 40, svg: true });
  expect(await createGallery({ out })).not.toHaveProperty('originals');
  expect(originals(gallery)).toEqual([]);
  expect(await createGallery({ out, originals: true })).toMatchObject({
    ...{ photos: 3, originals: { copied: 2, notCopied: 0 } },
  });
  const found = files(gallery);
  expect(originals(gallery).map((name) => path.extname(name))).toEqual(['.jpg', '.jpg']);
  const wanted = ['a.jpg', 'in/b.JPG'].map((name) =>
    fs.readFileSync(path.join(folder, 'photos', name), 'latin1'),
  );
  expect(
    originals(gallery)
      .map((name) => found[name])
      .sort(),
  ).toEqual(wanted.sort());
  expect(await createGallery({ out })).toMatchObject({ written: 0, originals: { copied: 2, notCopied: 0 } });
  expect(await createGallery({ out, originals: false })).toMatchObject({ removed: 2 });
  expect(originals(gallery)).toEqual([]);
});

test('originals that have changed since the run, or are gone, are not copied and are counted', async () => {
  const folder = temporaryFolder();
  await writeGalleryPhotos(path.join(folder, 'photos'), { 'a.jpg': {}, 'b.jpg': {}, 'c.jpg': {} });
  const { gallery, update } = await run(folder);
  fs.rmSync(path.join(folder, 'photos/a.jpg'));
  fs.writeFileSync(path.join(folder, 'photos/b.jpg'), await jpeg(9));
  expect(await update({ originals: true })).toMatchObject({
    photos: 3,
    originals: { copied: 1, notCopied: 2 },
  });
  expect(originals(gallery).length).toBe(1);
});

test('in a copy of the gallery without times originals are known, and leave it with their photos', async () => {
  const folder = temporaryFolder();
  await writeGalleryPhotos(path.join(folder, 'photos'), { 'a.jpg': {}, 'b.jpg': {} });
  const { gallery, update } = await run(folder);
  await update({ originals: true });
  const copy = path.join(folder, 'copy');
  fs.cpSync(gallery, copy, { recursive: true });
  fs.rmSync(gallery, { recursive: true });
  fs.renameSync(copy, gallery);
  expect(await update()).toMatchObject({ foreign: [], originals: { copied: 2 } });
  fs.cpSync(gallery, copy, { recursive: true });
  fs.rmSync(gallery, { recursive: true });
  fs.renameSync(copy, gallery);
  fs.rmSync(path.join(folder, 'photos/a.jpg'));
  await run(folder);
  expect(await update()).toMatchObject({ foreign: [], photos: 1 });
  expect(originals(gallery).length).toBe(1);
});

test('no path above the photos’ folders is in any file of the gallery, and no name of them', async () => {
  const folder = path.join(temporaryFolder(), 'secret user', 'secret disk');
  await writeGalleryPhotos(folder, { 'phone/DCIM/a.jpg': {}, 'camera/DCIM/in/b.jpg': {} });
  fs.writeFileSync(path.join(folder, 'camera/DCIM/broken.jpg'), '');
  fs.writeFileSync(path.join(folder, 'secret.css'), 'h1 { color: red }');
  const { gallery, update } = await run(folder, ['phone/DCIM', 'camera/DCIM']);
  await update({ originals: true, failedPage: true, css: path.join(folder, 'secret.css') });
  const texts = Object.entries(files(gallery)).filter(([name]) => !/\.(?:png|jpg)$/.test(name));
  expect(texts.map(([name]) => name)).toEqual(
    expect.arrayContaining(['failed.html', 'index.html', '.thumbs.json', '.thumbs-files.jsonl']),
  );
  // Folders above the roots, and those beside the gallery.
  const above = [
    ...folder.split(path.sep).filter(Boolean),
    'phone',
    'camera',
    'manifest.jsonl',
    'secret.css',
  ];
  for (const [name, text] of texts)
    for (const word of above.filter((each) => each !== 'tmp')) expect(`${name}\n${text}`).not.toContain(word);
});

test('the same photos make the same bytes, in whatever order they were found', async () => {
  const [one, other] = [temporaryFolder(), temporaryFolder()];
  for (const folder of [one, other])
    await writeGalleryPhotos(folder, {
      'a/1.jpg': {},
      'a/in/2.jpg': { takenAt: '2024:05:01 12:30:05' },
      'b/3.jpg': {},
    });
  const first = await run(one, ['a', 'b']);
  const second = await run(other, ['b', 'a']);
  await first.update();
  await second.update();
  expect(published(second.gallery)).toEqual(published(first.gallery));
});
