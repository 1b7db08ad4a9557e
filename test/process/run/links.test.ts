// A tree of links, by the real command: what it says, kill -9, signals, and the types of links on real file systems.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { writeThumbnail } from '../../support/left-files.js';
import { doneRecord, writeRecords } from '../../support/manifests.js';
import { recordsIn } from '../../support/output.js';
import { command } from '../../support/paths.js';
import { photoFolder, snapshot, temporaryFolder, writePhotos } from '../../support/photos.js';
import { startBlockedRun, testBlocked } from '../../support/processes/blocked-run.js';
import { thumbs, thumbsJson } from '../../support/processes/command.js';
import { start, until } from '../../support/processes/processes.js';
import { onSmallDisk, testOnSmallDisk } from '../../support/processes/small-disk.js';

/** The files of a tree but the program's own, by name, with their bytes. */
function treeIn(album: string): Record<string, string> {
  const names = fs.readdirSync(album, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => !name.startsWith('.thumbs'));
  return Object.fromEntries(
    files.map((name) => {
      const file = path.join(album, name);
      return [name, fs.statSync(file).isDirectory() ? 'a folder' : fs.readFileSync(file, 'latin1')];
    }),
  );
}

/** What the program's list of the tree says of each file, but the times of copies. */
function listIn(album: string): unknown[] {
  const lines = fs.readFileSync(path.join(album, '.thumbs-files.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => ({ ...JSON.parse(line), mtimeMs: 0 }));
}

test('the summary says what was done, and a second run writes nothing', async () => {
  const { folder } = photoFolder(2);
  const args = ['photos', '--links', 'album', '-w', '1'];
  const first = await thumbs(args, { cwd: folder });
  expect([first.code, first.stderr.trimEnd().split('\n').at(-1)]).toEqual([
    ...[0, 'links album (2 files, 2 written, 0 removed)'],
  ]);
  const before = snapshot(path.join(folder, 'album'));
  const { code, events } = await thumbsJson(args, { cwd: folder });
  expect([code, events.at(-1)]).toMatchObject([
    ...[0, { links: { folder: path.join(folder, 'album'), files: 2, written: 0, removed: 0, foreign: [] } }],
  ]);
  expect(snapshot(path.join(folder, 'album'))).toEqual(before);
});

test('files of somebody else in the way are named, also with -q, exit 1', async () => {
  const { folder } = photoFolder(1);
  const args = ['photos', '--links', 'album', '-w', '1', '-q'];
  await thumbs(args, { cwd: folder });
  fs.writeFileSync(path.join(folder, 'album/photo-1.jpg.png'), 'edited');
  const { code, stderr } = await thumbs(args, { cwd: folder });
  expect([code, stderr]).toEqual([
    1,
    'album/photo-1.jpg.png was written or changed by something else, and is left as it is\n',
  ]);
  expect(treeIn(path.join(folder, 'album'))).toEqual({ 'photo-1.jpg.png': 'edited' });
});

test('a thumbnail that is missing on the disk is counted, exit 1, and the next run makes it and its link', async () => {
  const { folder, out } = photoFolder(1);
  writePhotos(path.join(folder, 'more'), 2);
  await thumbs(['photos', 'more', '--links', 'album', '-w', '1'], { cwd: folder });
  const missing = recordsIn(out).find(({ source }) => source.endsWith('more/photo-2.jpg'));
  if (missing?.status !== 'done') throw new Error('Expected a thumbnail');
  fs.rmSync(path.join(out, missing.thumbnails[0]?.file ?? ''));
  const { code, stderr } = await thumbs(['photos', '--links', 'album'], { cwd: folder });
  expect([code, stderr]).toEqual([1, expect.stringContaining('1 thumbnail missing on the disk')]);
  expect((await thumbs(['photos', 'more', '--links', 'album'], { cwd: folder })).code).toBe(0);
  expect(Object.keys(treeIn(path.join(folder, 'album')))).toContain('more/photo-2.jpg.png');
});

test('a hard link is the thumbnail itself, a symbolic link leads to it by a relative path', async () => {
  const { folder, out } = photoFolder(1);
  const link = path.join(folder, 'album/photo-1.jpg.png');
  const args = ['photos', '--links', 'album', '-w', '1'];
  const inode = (file: string) => fs.statSync(file).ino;
  await thumbs(args, { cwd: folder });
  const [record] = recordsIn(out);
  const file = record?.status === 'done' ? (record.thumbnails[0]?.file ?? '') : '';
  expect(inode(link)).not.toBe(inode(path.join(out, file)));
  await thumbs([...args, '--link-type', 'hard'], { cwd: folder });
  expect([fs.lstatSync(link).isFile(), inode(link)]).toEqual([true, inode(path.join(out, file))]);
  await thumbs([...args, '--link-type', 'symbolic'], { cwd: folder });
  expect(fs.readlinkSync(link)).toBe(`../thumbnails/${file}`);
});

test('options that do not go together are refused in the command’s words, exit 2, and nothing is written', async () => {
  const { folder } = photoFolder(1);
  const refusals: Array<[args: string[], says: string]> = [
    [['--link-type', 'hard'], 'Expected `--link-type` to come with `--links`, the folder, got `hard`'],
    [['--links', 'a', '--link-type', 'x'], 'Expected `--link-type` to be reflink, hard or symbolic, got `x`'],
    [['--links', 'a', '--shard', '1/2'], 'Expected `--shard` to be without `--links`'],
    [['--links', 'photos'], 'has photos of this run in it'],
    [['--links', 'photos', '--dry-run'], 'has photos of this run in it'],
  ];
  for (const [args, says] of refusals) {
    const { code, stderr } = await thumbs(['photos', ...args], { cwd: folder });
    expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
  }
  expect(fs.readdirSync(folder)).toEqual(['photos']);
});

testOnSmallDisk('hard links to another disk are refused by one message, which names what helps', async () => {
  const { folder } = photoFolder(2);
  const script = [
    'thumbs photos -w 1 --links small/album --link-type hard && exit 9 || echo "exit $?"',
    'find small/album -type f ! -name ".thumbs*"',
    'thumbs photos -w 1 --links small/album --link-type reflink',
    'find small/album -type f -name "*.png" | wc -l',
  ];
  const { code, stdout, stderr } = await onSmallDisk(folder, 'size=2m', script.join('\n'));
  expect([code, stdout.replace(/ /g, '')]).toEqual([0, 'exit3\n2\n']);
  expect(stderr).toContain(
    `thumbs: Cannot make hard links in ${folder}/small/album to the thumbnails: cross-device link not permitted (EXDEV); \`--link-type reflink\` copies the thumbnails where they cannot be shared\n`,
  );
});

testOnSmallDisk(
  'a disk that is full ends the run with the path, exit 3; the next run makes the rest',
  async () => {
    const { folder } = photoFolder(20);
    const script = [
      'thumbs photos -w 1 --links small/album && exit 9 || echo "exit $?"',
      'mount -o remount,size=9m tmpfs small',
      'thumbs photos -w 1 --links small/album',
      'find small/album -type f -name "*.png" | wc -l',
      'find small -name "*.tmp" | wc -l',
    ];
    const { code, stdout, stderr } = await onSmallDisk(folder, 'size=100k', script.join('\n'));
    expect([code, stdout.replace(/ /g, '')]).toEqual([0, 'exit3\n20\n0\n']);
    expect(stderr).toContain('no space left on device (ENOSPC)');
  },
);

/** So many links take longer to be made than a process takes to be killed. */
const MANY = 3000;

/** A manifest with many records whose photos are outside of the folder `photos`. */
function manyRecords(): { folder: string; album: string } {
  const { folder, out } = photoFolder(1);
  fs.mkdirSync(out);
  const records = Array.from({ length: MANY }, (_, number) => {
    const bytes = `thumbnail ${number}`;
    const file = writeThumbnail(out, bytes);
    return doneRecord(`../gone/${number % 50}/${number}.jpg`, { file, bytes: bytes.length });
  });
  writeRecords(path.join(out, 'manifest.jsonl'), records);
  return { folder, album: path.join(folder, 'album') };
}

const hasSome = (album: string) => fs.existsSync(path.join(album, 'gone/17'));

test('after kill -9 in the middle a second run gives the tree of an undisturbed one, also where it removes', async () => {
  const { folder, album } = manyRecords();
  const args = ['photos', '-w', '1', '--links'];
  const killed = async (isFarEnough: () => boolean) => {
    const run = start(process.execPath, [command, ...args, 'album'], { cwd: folder });
    await until(isFarEnough);
    run.child.kill('SIGKILL');
    expect((await run.finished).signal).toBe('SIGKILL');
  };
  await killed(() => hasSome(album));
  const made = Object.keys(treeIn(album)).length;
  expect(made).toBeGreaterThan(0);
  expect(made).toBeLessThan(MANY);
  expect((await thumbs([...args, 'album'], { cwd: folder })).code).toBe(0);
  expect((await thumbs([...args, 'other'], { cwd: folder })).code).toBe(0);
  expect(treeIn(album)).toEqual(treeIn(path.join(folder, 'other')));
  expect(listIn(album)).toEqual(listIn(path.join(folder, 'other')));
  expect(fs.readdirSync(album).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  // All but one photo leave: `gone` is walked, and is empty.
  fs.mkdirSync(path.join(folder, 'gone'));
  args.splice(1, 0, 'gone', '--forget');
  await killed(() => !fs.existsSync(path.join(album, 'gone/17')));
  expect((await thumbs([...args, 'album'], { cwd: folder })).code).toBe(0);
  expect(Object.keys(treeIn(album))).toEqual(['photos', 'photos/photo-1.jpg.png']);
});

test('a signal while links are made ends the run at once, exit 143, and the next run makes the rest', async () => {
  const { folder, album } = manyRecords();
  const args = [command, 'photos', '-w', '1', '--links', 'album', '--prune'];
  const run = start(process.execPath, args, { cwd: folder });
  await until(() => hasSome(album));
  run.child.kill('SIGTERM');
  const { code, stderr } = await run.finished;
  expect(code).toBe(143);
  expect(stderr).toContain('Stopped: what comes after the last photo was not finished.');
  expect(stderr).not.toContain('\nlinks ');
  const second = await thumbs(args.slice(1), { cwd: folder });
  expect([second.code, second.stderr]).toEqual([0, expect.stringContaining('links album (3,001 files, ')]);
});

testBlocked('after the deadline the links of what was done are made, exit 124', async () => {
  const args = ['-w', '1', '--deadline', '1.5', '--links', '../album'];
  const run = await startBlockedRun(args, { when: 'The deadline passed: ' });
  await run.pipe.read();
  expect((await run.finished).code).toBe(124);
  const links = Object.values(treeIn(path.join(run.folder, '../album'))).filter(
    (text) => text !== 'a folder',
  );
  fs.rmSync(path.join(run.folder, '../album'), { recursive: true });
  expect(links).toHaveLength(recordsIn(run.out).length);
});

test('a folder of links is not walked, wherever it lies', async () => {
  const folder = temporaryFolder();
  writePhotos(path.join(folder, 'photos/2024'), 2);
  const args = ['photos', '--links', 'photos/links', '-w', '1'];
  await thumbs(args, { cwd: folder });
  const { code, stderr } = await thumbs(args, { cwd: folder });
  expect(code).toBe(0);
  expect(stderr).toContain('2 unchanged: 2 photos');
  expect(stderr).toContain('links photos/links (2 files, 0 written, 0 removed)');
});
