// Folders whose files are listed: what is written, what is recognised, and that nothing else is touched.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { LIST_NAME, type ListedFile } from '../../../../src/files/filled/file-list.js';
import {
  type Content,
  type FilledFigures,
  FilledFolder,
  type FilledPlace,
} from '../../../../src/files/filled/filled-folder.js';
import { MARKER_NAME } from '../../../../src/files/folder-marker.js';
import { finish } from '../../../../src/steps.js';
import { setTime } from '../../../support/file-changes.js';
import { deadProcess, temporaryNameOf } from '../../../support/left-files.js';
import { makeTree, snapshot, temporaryFolder } from '../../../support/photos.js';

/** A folder to fill, which does not exist, beside files to fill it from. */
function place(changes: Partial<FilledPlace> = {}): FilledPlace {
  const folder = temporaryFolder();
  return {
    folder: path.join(folder, 'filled'),
    kind: 'links',
    manifest: path.join(folder, 'manifest.jsonl'),
    ...changes,
  };
}

/** A file beside the folder, with its content as `put` takes it. */
function source(where: FilledPlace, name: string, bytes: string, as: 'copy' | 'hard' | 'symbolic'): Content {
  const from = path.join(path.dirname(where.folder), name);
  if (!fs.existsSync(from)) fs.writeFileSync(from, bytes);
  return { from, as, content: createHash('sha256').update(bytes).digest('hex') };
}

type Files = Readonly<Record<string, string | Content>>;

/** Fills the folder with these files, and no others. */
function fill(where: FilledPlace, files: Files, settings = {}): FilledFigures {
  const folder = FilledFolder.open(where);
  try {
    putAll(folder, files);
    return finish(folder.finish(settings));
  } finally {
    folder.close();
  }
}

function putAll(folder: FilledFolder, files: Files): void {
  for (const [file, content] of Object.entries(files))
    folder.put(file, typeof content === 'string' ? { text: content } : content);
}

/** Puts files and ends without {@link FilledFolder.finish}, as a killed process does; its lock is a dead process's. */
function fillAndDie(where: FilledPlace, files: Files): void {
  const folder = FilledFolder.open(where);
  putAll(folder, files);
  folder.close();
}

/** Every file of the folder but the program's own, with its bytes. */
function filesIn({ folder }: FilledPlace): Record<string, string> {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => !name.startsWith('.') && !isFolder(path.join(folder, name)));
  return Object.fromEntries(files.map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]));
}

function isFolder(file: string): boolean {
  return fs.lstatSync(file).isDirectory();
}

function listIn({ folder }: FilledPlace): ListedFile[] {
  const lines = fs.readFileSync(path.join(folder, LIST_NAME), 'utf8').trimEnd().split('\n');
  return lines.filter(Boolean).map((line) => JSON.parse(line));
}

const nothing = { written: 0, removed: 0, foreign: [] };

test('files are written, and a second time nothing is, neither list nor marker', () => {
  const where = place();
  const files = { 'a.html': 'A', 'b/c.html': 'C', 'b/d.webp': source(where, 'd', 'D', 'copy') };
  expect(fill(where, files, { title: 'T' })).toEqual({ files: 3, written: 3, removed: 0, foreign: [] });
  expect(filesIn(where)).toEqual({ 'a.html': 'A', 'b/c.html': 'C', 'b/d.webp': 'D' });
  const before = snapshot(where.folder);
  expect(fill(where, files, { title: 'T' })).toEqual({ ...nothing, files: 3 });
  expect(snapshot(where.folder)).toEqual(before);
  expect(listIn(where).map(({ file }) => file)).toEqual(['a.html', 'b/c.html', 'b/d.webp']);
  expect(fs.readdirSync(where.folder).sort()).toEqual([LIST_NAME, MARKER_NAME, 'a.html', 'b']);
});

test('settings are those of the last time that was finished', () => {
  const where = place();
  fill(where, {}, { title: 'T' });
  fillAndDie(where, { 'a.html': 'A' });
  const folder = FilledFolder.open(where);
  expect(folder.settings).toEqual({ title: 'T' });
  folder.close();
});

test('a changed file is replaced, and one that is not put any more is removed with its empty folders', () => {
  const where = place();
  fill(where, { 'a.html': 'A', 'b/c/d.html': 'D', 'b/e.html': 'E' });
  expect(fill(where, { 'a.html': 'other', 'b/e.html': 'E' })).toEqual({
    ...{ files: 2, written: 1, removed: 1, foreign: [] },
  });
  expect(fs.readdirSync(where.folder, { recursive: true }).sort()).toEqual([
    ...[LIST_NAME, MARKER_NAME, 'a.html', 'b', 'b/e.html'],
  ]);
  expect(filesIn(where)).toEqual({ 'a.html': 'other', 'b/e.html': 'E' });
  fs.writeFileSync(path.join(where.folder, 'b/own.txt'), 'mine');
  expect(fill(where, { 'a.html': 'other' })).toMatchObject({ removed: 1, foreign: [] });
  expect(filesIn(where)).toEqual({ 'a.html': 'other', 'b/own.txt': 'mine' });
});

test('a kept file stays as it is, whatever it is made of', () => {
  const where = place();
  fill(where, { 'a.html': 'A', 'b.html': 'B' });
  const folder = FilledFolder.open(where);
  expect([folder.has('a.html'), folder.keep('a.html'), folder.keep('c.html')]).toEqual([true, true, false]);
  expect(finish(folder.finish({}))).toEqual({ files: 1, written: 0, removed: 1, foreign: [] });
  folder.close();
  expect(filesIn(where)).toEqual({ 'a.html': 'A' });
});

test('files that others have written or changed stay, and are reported', () => {
  const where = place();
  fill(where, { 'a.html': 'A', 'b.html': 'B', 'c.html': 'C' });
  fs.writeFileSync(path.join(where.folder, 'a.html'), 'mine');
  fs.writeFileSync(path.join(where.folder, 'c.html'), 'mine too');
  fs.writeFileSync(path.join(where.folder, 'd.html'), 'D of somebody');
  fs.mkdirSync(path.join(where.folder, 'e.html'));
  const files = { 'a.html': 'new', 'b.html': 'B', 'd.html': 'D', 'e.html': 'E' };
  expect(fill(where, files)).toEqual({
    ...{ files: 1, written: 0, removed: 0, foreign: ['a.html', 'c.html', 'd.html', 'e.html'] },
  });
  expect(filesIn(where)).toEqual({
    ...{ 'a.html': 'mine', 'b.html': 'B', 'c.html': 'mine too', 'd.html': 'D of somebody' },
  });
  // What was in the way is gone: now there is the file.
  fs.rmSync(path.join(where.folder, 'd.html'));
  expect(fill(where, files)).toMatchObject({ written: 1, foreign: ['a.html', 'e.html'] });
});

test('a file of somebody else is not read where its size shows that it is another one', () => {
  const where = place();
  fill(where, {});
  const file = path.join(where.folder, 'a.html');
  // Larger than a Buffer can be.
  fs.writeFileSync(file, '');
  fs.truncateSync(file, 5 * 2 ** 30);
  expect(fill(where, { 'a.html': 'A' })).toMatchObject({ written: 0, foreign: ['a.html'] });
  fs.truncateSync(file, 100);
  // An access time before the last change is set by the next reading, also where most are not recorded.
  fs.utimesSync(file, 1000, 2000);
  expect(fill(where, { 'a.html': 'A' })).toMatchObject({ written: 0, foreign: ['a.html'] });
  expect(fs.statSync(file).atimeMs).toBe(1_000_000);
});

test('a file of somebody else where a folder should be, or a link to a folder, stays, and so does what is behind it', () => {
  const where = place();
  fill(where, { 'a/1.html': 'one', 'b/1.html': 'one' });
  const other = makeTree(path.join(path.dirname(where.folder), 'other'), ['1.html'], 'one');
  setTime(path.join(other, '1.html'), 1000);
  fs.rmSync(path.join(where.folder, 'a'), { recursive: true });
  fs.symlinkSync(other, path.join(where.folder, 'a'));
  fs.rmSync(path.join(where.folder, 'b'), { recursive: true });
  fs.writeFileSync(path.join(where.folder, 'b'), 'a file');
  const before = snapshot(other);
  const foreign = ['a/1.html', 'a/2.html', 'b/1.html'];
  expect(fill(where, { 'a/1.html': 'one', 'a/2.html': 'two', 'b/1.html': 'one' })).toEqual({
    ...{ files: 0, written: 0, removed: 0, foreign },
  });
  expect(fill(where, {})).toEqual({ ...nothing, files: 0 });
  expect(snapshot(other)).toEqual(before);
  expect(fs.readFileSync(path.join(where.folder, 'b'), 'utf8')).toBe('a file');
});

test('a file of ours gives way to a folder of its name, and a folder to a file', () => {
  const where = place();
  fill(where, { a: 'file', 'b/c': 'in a folder' });
  const folder = FilledFolder.open(where);
  const files = { 'a/1': 'in a folder', b: 'file' };
  finish(folder.removeOthers((file) => file in files));
  putAll(folder, files);
  expect(finish(folder.finish({}))).toEqual({ files: 2, written: 2, removed: 2, foreign: [] });
  folder.close();
  expect(filesIn(where)).toEqual({ 'a/1': 'in a folder', b: 'file' });
});

test('after a crash at any point the next time gives the same folder', () => {
  const where = place();
  const files = { 'a.html': 'A', 'b/c.html': 'C' };
  fill(where, files);
  const listed = fs.readFileSync(path.join(where.folder, LIST_NAME), 'utf8');
  // Listed, and killed before the rename: the old file is there.
  const entry = { file: 'a.html', bytes: 3, mtimeMs: 5, content: 'ab'.repeat(16) };
  fs.appendFileSync(path.join(where.folder, LIST_NAME), `${JSON.stringify(entry)}\n{"file":"b/c.ht`);
  expect(fill(where, { 'a.html': 'new', 'b/c.html': 'C' })).toEqual({ ...nothing, files: 2, written: 1 });
  expect(listIn(where)).toHaveLength(2);
  // Renamed, and killed before the list was written anew.
  fillAndDie(where, { 'a.html': 'newer', 'd/e.html': 'E' });
  expect(listIn(where).length).toBeGreaterThan(3);
  expect(fill(where, files)).toEqual({ files: 2, written: 1, removed: 1, foreign: [] });
  expect(filesIn(where)).toEqual({ 'a.html': 'A', 'b/c.html': 'C' });
  expect(listIn(where).map(({ content }) => content)).toEqual(
    listed
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).content),
  );
  // Removed, and killed before the folder of the file was.
  fillAndDie(where, { 'd/e.html': 'E' });
  fs.rmSync(path.join(where.folder, 'd/e.html'));
  fill(where, files);
  expect(fs.existsSync(path.join(where.folder, 'd'))).toBe(false);
});

test('the incomplete last line of the list is ignored, and a shorter one that overwrites it leaves nothing of it', () => {
  const where = place();
  fill(where, { 'a.html': 'A' });
  const list = path.join(where.folder, LIST_NAME);
  fs.appendFileSync(list, `{"file":"${'x'.repeat(500)}`);
  fillAndDie(where, { 'a.html': 'A', b: 'B' });
  const folder = FilledFolder.open(where);
  expect([folder.has('a.html'), folder.has('b')]).toEqual([true, true]);
  folder.close();
  expect(fill(where, { 'a.html': 'A', b: 'B' })).toEqual({ ...nothing, files: 2 });
  expect(listIn(where).map(({ file }) => file)).toEqual(['a.html', 'b']);
});

test('a list that is damaged, or leads out of the folder, is refused with its line', () => {
  const where = place();
  fill(where, { 'a.html': 'A' });
  for (const line of ['text', '{}', '{"file":"../a","bytes":1,"mtimeMs":1,"content":"x"}']) {
    fs.appendFileSync(path.join(where.folder, LIST_NAME), `${line}\n`);
    expect(() => fill(where, {})).toThrow(
      expect.objectContaining({
        code: 'OUTPUT',
        message: expect.stringContaining('line 2 is not that of a listed file'),
      }),
    );
    const text = fs.readFileSync(path.join(where.folder, LIST_NAME), 'utf8');
    fs.writeFileSync(path.join(where.folder, LIST_NAME), `${text.split('\n')[0]}\n`);
  }
  expect(filesIn(where)).toEqual({ 'a.html': 'A' });
});

test('a copy of the folder that has lost the times of its files is known by their bytes, and nothing is written', () => {
  const where = place();
  const files = {
    'a.html': 'A',
    'b/c.webp': source(where, 'c', 'C', 'copy'),
    'b/d.webp': source(where, 'd', 'D', 'symbolic'),
  };
  fill(where, files);
  for (const file of ['a.html', 'b/c.webp']) setTime(path.join(where.folder, file), 1000);
  fs.lutimesSync(path.join(where.folder, 'b/d.webp'), 1000, 1000);
  expect(fill(where, files)).toEqual({ ...nothing, files: 3 });
  // Now their times are known.
  const before = snapshot(where.folder);
  expect(fill(where, files)).toEqual({ ...nothing, files: 3 });
  expect(snapshot(where.folder)).toEqual(before);
  setTime(path.join(where.folder, 'a.html'), 2000);
  expect(fill(where, {})).toEqual({ ...nothing, files: 0, removed: 3 });
});

test('a file that has just the bytes that are wanted is adopted, also where the list is lost', () => {
  const where = place();
  const files = { 'a.html': 'A', 'b.webp': source(where, 'b', 'B', 'copy') };
  fill(where, files);
  fs.rmSync(path.join(where.folder, LIST_NAME));
  const { ino } = fs.statSync(path.join(where.folder, 'a.html'));
  expect(fill(where, files)).toEqual({ ...nothing, files: 2 });
  expect(fs.statSync(path.join(where.folder, 'a.html')).ino).toBe(ino);
  expect(fill(where, {})).toMatchObject({ removed: 2 });
});

test('each type of link becomes each other one', () => {
  const where = place();
  const types = ['copy', 'hard', 'symbolic', 'hard', 'copy', 'symbolic', 'copy'] as const;
  const target = path.join(path.dirname(where.folder), 'x');
  for (const as of types) {
    const files = { 'a/x.webp': source(where, 'x', 'X', as) };
    expect(fill(where, files)).toEqual({ ...nothing, files: 1, written: 1 });
    expect(fill(where, files)).toEqual({ ...nothing, files: 1 });
    const link = path.join(where.folder, 'a/x.webp');
    expect(fs.lstatSync(link).isSymbolicLink()).toBe(as === 'symbolic');
    if (as === 'symbolic') expect(fs.readlinkSync(link)).toBe('../../x');
    else expect(fs.statSync(link).ino === fs.statSync(target).ino).toBe(as === 'hard');
    expect(filesIn(where)).toEqual({ 'a/x.webp': 'X' });
  }
  expect(fs.readFileSync(target, 'utf8')).toBe('X');
});

test('a hard link whose file was published anew becomes a link to the new file', () => {
  const where = place();
  const files = { 'x.webp': source(where, 'x', 'X', 'hard') };
  fill(where, files);
  const target = path.join(path.dirname(where.folder), 'x');
  fs.rmSync(target);
  fs.writeFileSync(target, 'X');
  expect(fill(where, files)).toMatchObject({ written: 1, foreign: [] });
  expect(fs.statSync(path.join(where.folder, 'x.webp')).ino).toBe(fs.statSync(target).ino);
});

test('an editor that writes into a hard link has changed it: it stays, and is reported', () => {
  const where = place();
  const files = { 'x.webp': source(where, 'x', 'X', 'hard') };
  fill(where, files);
  fs.writeFileSync(path.join(where.folder, 'x.webp'), 'edited');
  expect(fill(where, { 'x.webp': { ...source(where, 'y', 'Y', 'hard') } })).toMatchObject({
    foreign: ['x.webp'],
  });
  expect(filesIn(where)).toEqual({ 'x.webp': 'edited' });
});

/** Makes as many links to a file as the file system allows; false where that is very many. */
function exhaustLinks(file: string, folder: string): boolean {
  fs.mkdirSync(folder);
  for (let link = 0; link < 70_000; link += 1) {
    try {
      fs.linkSync(file, path.join(folder, String(link)));
    } catch {
      return true;
    }
  }
  return false;
}

test('a file that can have no more links is copied, once', ({ skip }) => {
  const where = place();
  const files = { 'x.webp': source(where, 'x', 'X', 'hard') };
  const target = path.join(path.dirname(where.folder), 'x');
  if (!exhaustLinks(target, path.join(path.dirname(where.folder), 'links')))
    skip('no limit of links on this file system');
  expect(fill(where, files)).toEqual({ ...nothing, files: 1, written: 1 });
  expect(filesIn(where)).toEqual({ 'x.webp': 'X' });
  const before = snapshot(where.folder);
  expect(fill(where, files)).toEqual({ ...nothing, files: 1 });
  expect(snapshot(where.folder)).toEqual(before);
});

test('another process that fills the folder is refused, and a dead one’s lock and temporary files are cleared', () => {
  const where = place();
  const folder = FilledFolder.open(where);
  expect(() => FilledFolder.open(where)).toThrow(expect.objectContaining({ code: 'LOCKED' }));
  folder.close();
  fill(where, { 'a.html': 'A' });
  const left = path.join(where.folder, temporaryNameOf(deadProcess()));
  fs.writeFileSync(left, 'half');
  fs.writeFileSync(path.join(where.folder, '.thumbs.lock'), lockOfDead());
  fill(where, { 'a.html': 'A' });
  expect(fs.existsSync(left)).toBe(false);
});

/** The text of a lock whose process has ended. */
function lockOfDead(): string {
  const where = place();
  fs.mkdirSync(where.folder);
  const folder = FilledFolder.open(where);
  const text = fs.readFileSync(path.join(where.folder, '.thumbs.lock'), 'utf8');
  folder.close();
  return text.replaceAll(String(process.pid), String(deadProcess()));
}

const refusals: Array<
  [what: string, prepare: (where: FilledPlace) => FilledPlace, code: string, says: string]
> = [
  [
    'the folder of another manifest',
    (where) => {
      fill(where, { 'a.html': 'A' });
      return { ...where, manifest: path.join(path.dirname(where.folder), 'other.jsonl') };
    },
    'OPTION',
    'was made from another manifest',
  ],
  [
    'another kind of folder',
    (where) => {
      fill(where, { 'a.html': 'A' });
      return { ...where, kind: 'gallery' };
    },
    'OUTPUT',
    'it is the marker of a folder of links, not of a gallery',
  ],
  [
    'a folder of thumbnails',
    (where) => {
      makeTree(where.folder, ['a.png']);
      const marker = '{"thumbs":"thumbnails","version":1,"layout":"flat","manifests":[]}';
      fs.writeFileSync(path.join(where.folder, MARKER_NAME), marker);
      return where;
    },
    'OUTPUT',
    'it is the marker of the folder of thumbnails, not of a folder of links',
  ],
  [
    'a folder with files of somebody else',
    (where) => {
      makeTree(where.folder, ['.git/HEAD', 'notes.txt']);
      return where;
    },
    'OPTION',
    'has files that are not of thumbs, as notes.txt',
  ],
];

for (const [what, prepare, code, says] of refusals)
  test(`${what} is refused, and nothing is written`, () => {
    const where = prepare(place());
    const before = snapshot(where.folder);
    for (const attempt of [() => FilledFolder.check(where), () => FilledFolder.open(where)])
      expect(attempt).toThrow(expect.objectContaining({ code, message: expect.stringContaining(says) }));
    expect(snapshot(where.folder)).toEqual(before);
  });

test('what version control and web hosts keep in a folder may be there before', () => {
  const where = place();
  makeTree(where.folder, ['.git/HEAD', '.nojekyll', 'CNAME'], 'mine');
  expect(fill(where, { 'a.html': 'A' })).toMatchObject({ written: 1, foreign: [] });
  expect(fs.readFileSync(path.join(where.folder, 'CNAME'), 'utf8')).toBe('mine');
  expect(fs.readFileSync(path.join(where.folder, '.git/HEAD'), 'utf8')).toBe('mine');
});

test('folder and manifest may be moved together', () => {
  const where = place();
  fill(where, { 'a.html': 'A' });
  const moved = path.join(temporaryFolder(), 'moved');
  fs.cpSync(path.dirname(where.folder), moved, { recursive: true });
  const there = {
    ...where,
    folder: path.join(moved, 'filled'),
    manifest: path.join(moved, 'manifest.jsonl'),
  };
  expect(fill(there, { 'a.html': 'A' })).toEqual({ ...nothing, files: 1 });
});

test('a name that leads out of the folder, or comes twice, is a fault of the program', () => {
  const where = place();
  const folder = FilledFolder.open(where);
  for (const name of ['../a', 'a/../b', '/a', 'a//b', '', 'a\0b'])
    expect(() => folder.put(name, { text: '' })).toThrow(RangeError);
  folder.put('a', { text: '' });
  expect(() => folder.put('a', { text: '' })).toThrow(RangeError);
  folder.close();
});
