// Files that the program did not write, named by mistake as export, output folder or manifest: the real command leaves them unchanged.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { ThumbsEvent } from '../../../src/run/events.js';
import { writeThumbnail } from '../../support/left-files.js';
import { expectSound, thumbnailsIn } from '../../support/output.js';
import { mutate, photoFolder, snapshot, temporaryFolder, writePhotos } from '../../support/photos.js';
import { thumbs, thumbsJson } from '../../support/processes/command.js';

/** The command's exit code and stderr, and that it changed nothing; a lock that it takes and releases changes its folder's time. */
async function expectRefused(args: readonly string[], cwd: string): Promise<[number | null, string]> {
  const state = () =>
    [...snapshot(cwd)].map(([name, entry]) =>
      fs.statSync(path.join(cwd, name)).isDirectory() ? name : `${name} ${entry}`,
    );
  const before = state();
  const { code, stderr } = await thumbs(args, { cwd });
  expect(state()).toEqual(before);
  return [code, stderr];
}

test('an export that would replace a photo, or any file that is no export, is refused before anything is written', async () => {
  const { folder, files } = photoFolder(1);
  fs.renameSync(files[0] ?? '', path.join(folder, 'scan.txt'));
  const others = {
    'package.json': '{\n  "name": "a-site"\n}\n',
    'notes.txt': 'my notes\n',
    'table.csv': 'name,value\n',
    // Of another format than the extension says.
    'wrong.txt': 'source,status,thumbnail,width,height,bytes\n',
  };
  for (const [name, text] of Object.entries(others)) fs.writeFileSync(path.join(folder, name), text);
  expect(await expectRefused(['scan.txt', '-o', 'out', '--export', 'scan.txt'], folder)).toEqual([
    2,
    `thumbs: The export ${folder}/scan.txt is one of the photos of this run: name another file\n`,
  ]);
  for (const name of ['scan.txt', ...Object.keys(others)]) {
    expect(await expectRefused(['photos', '-o', 'out', '--export', name], folder)).toEqual([
      2,
      `thumbs: The export ${folder}/${name} exists, and is not an earlier export of thumbs: name another file, or remove this one first\n`,
    ]);
  }
  fs.writeFileSync(path.join(folder, 'photos/empty.csv'), '');
  for (const args of [
    ['--export', 'out/.thumbs.json'],
    ['-m', 'out/.thumbs.json'],
    // Photos of this run by an include: an empty file, and one that the next run would take for a photo.
    ['--include', '*', '--export', 'photos/empty.csv'],
    ['--include', '*', '--export', 'photos/new.csv'],
    ['--dry-run', '--export', 'notes.txt'],
  ])
    expect((await expectRefused(['photos', '-o', 'out', ...args], folder))[0]).toBe(2);
});

test('a report of bench replaces an earlier one, and no other file', async () => {
  const { folder } = photoFolder(1);
  const bench = ['bench', 'photos/photo-1.jpg', '--sweep', '1', '--runs', '1', '--output'];
  expect(await expectRefused([...bench, 'photos/photo-1.jpg'], folder)).toEqual([
    2,
    `thumbs: ${folder}/photos/photo-1.jpg exists, and is not an earlier report: name another file, or remove this one first\n`,
  ]);
  for (const code of [0, 0]) expect((await thumbs([...bench, 'report.md'], { cwd: folder })).code).toBe(code);
});

test('an empty file, and earlier exports of all formats, with and without records, are replaced', async () => {
  const { folder, files } = photoFolder(1);
  const exports = ['txt', 'csv', 'json'].map((extension) => path.join(folder, `all.${extension}`));
  for (const file of exports) fs.writeFileSync(file, '');
  const args = ['photos', ...exports.flatMap((file) => ['--export', file])];
  const texts = () => exports.map((file) => fs.readFileSync(file, 'utf8'));
  expect(await thumbs(args, { cwd: folder })).toMatchObject({ code: 0 });
  const full = texts();
  for (const text of full) expect(text).toContain('photo-1.jpg');
  // A name that needs quoting and escaping in each format comes first.
  fs.renameSync(files[0] ?? '', path.join(folder, 'photos/"a", \\b\n.jpg'));
  for (const code of [0, 0]) expect(await thumbs(args, { cwd: folder })).toMatchObject({ code });
  expect(texts()).not.toEqual(full);
  fs.rmSync(path.join(folder, 'photos/"a", \\b\n.jpg'));
  for (const code of [0, 0])
    expect(await thumbs([...args, '--forget'], { cwd: folder })).toMatchObject({ code });
  expect(texts()[2]).toBe('{}\n');
  writePhotos(path.join(folder, 'photos'), 1);
  expect(await thumbs(args, { cwd: folder })).toMatchObject({ code: 0 });
  for (const text of texts()) expect(text).toContain('photo-1.jpg');
});

test('mode and owner of a manifest and an export that are replaced stay as they were', async () => {
  const { folder, out } = photoFolder(1);
  const args = ['photos', '--export', 'all.csv', '--force'];
  const written = [path.join(out, 'manifest.jsonl'), path.join(folder, 'all.csv')];
  expect((await thumbs(args, { cwd: folder })).code).toBe(0);
  const access = (file: string) => {
    const { mode, uid, gid, ino } = fs.statSync(file);
    return { access: [mode, uid, gid], ino };
  };
  for (const [index, file] of written.entries()) {
    fs.chmodSync(file, 0o640 + index);
    if (process.getuid?.() === 0) fs.chownSync(file, 1234, 4321);
  }
  writePhotos(path.join(folder, 'photos'), 2);
  const before = written.map(access);
  expect((await thumbs(args, { cwd: folder })).code).toBe(0);
  const after = written.map(access);
  expect(after.map(({ access }) => access)).toEqual(before.map(({ access }) => access));
  // They were replaced indeed.
  for (const [index, { ino }] of after.entries()) expect(ino).not.toBe(before[index]?.ino);
});

test('a folder with files of another program under thumbnails’ names loses none of them, whoever prunes', async () => {
  const { folder } = photoFolder(1);
  const store = path.join(folder, 'store');
  fs.mkdirSync(store);
  fs.writeFileSync(path.join(store, `${'0'.repeat(64)}.png`), 'text under a name that is not its hash');
  writeThumbnail(store, 'a store that names its files as we do');
  const before = snapshot(store);
  const { code, stderr } = await thumbs(['photos', '-o', 'store', '--prune'], { cwd: folder });
  expect([code, stderr.includes('0 files pruned')]).toEqual([0, true]);
  expect((await thumbs(['prune', '-o', 'store'], { cwd: folder })).code).toBe(0);
  const after = snapshot(store);
  for (const [name, state] of before) expect(after.get(name)).toBe(state);
  expect(thumbnailsIn(store)).toHaveLength(3);
  const verified = await thumbs(['verify', '-o', 'store'], { cwd: folder });
  expect([verified.code, verified.stderr.match(/^FOREIGN/gm)?.length]).toEqual([0, 2]);
  expect(verified.stderr).toMatch(/^1 thumbnail verified: all sound /m);
  expect(verified.stderr).not.toContain('thumbs prune');
});

test('prune with the manifest of another folder is refused, exit 1, and removes nothing', async () => {
  const { folder } = photoFolder(2);
  writePhotos(path.join(folder, 'more'), 1);
  await thumbs(['photos', '-o', 'a'], { cwd: folder });
  fs.renameSync(path.join(folder, 'photos/photo-2.jpg'), path.join(folder, 'more/photo-1.jpg'));
  await thumbs(['more', '-o', 'b'], { cwd: folder });
  for (const marker of ['kept', 'removed']) {
    if (marker === 'removed') fs.rmSync(path.join(folder, 'a/.thumbs.json'));
    fs.rmSync(path.join(folder, 'a', thumbnailsIn(path.join(folder, 'b'))[0] ?? ''), { force: true });
    for (const more of [[], ['--dry-run'], ['--forget']]) {
      const [code, stderr] = await expectRefused(
        ['prune', '-o', 'a', '-m', 'b/manifest.jsonl', ...more],
        folder,
      );
      expect([code, stderr]).toEqual([
        1,
        `thumbs: Not pruned: ${folder}/a has no thumbnail that ${folder}/b/manifest.jsonl names\n`,
      ]);
    }
  }
});

test('a folder that several manifests share is pruned of what none of them names', async () => {
  const { folder, out } = photoFolder(2);
  writePhotos(path.join(folder, 'more'), 4);
  for (const name of ['photo-1.jpg', 'photo-2.jpg']) fs.rmSync(path.join(folder, 'more', name));
  await thumbs(['photos'], { cwd: folder });
  await thumbs(['more', '-m', 'more.jsonl'], { cwd: folder });
  expect(JSON.parse(fs.readFileSync(path.join(out, '.thumbs.json'), 'utf8'))).toEqual({
    thumbs: 'thumbnails',
    version: 1,
    layout: 'flat',
    manifests: ['../more.jsonl', 'manifest.jsonl'],
    roots: { '../more.jsonl': [{ source: 'more' }], 'manifest.jsonl': [{ source: '../photos' }] },
  });
  const unneeded = writeThumbnail(out, 'no record names it');
  for (const args of [[], ['-m', 'more.jsonl']]) {
    const { stderr } = await thumbs(['verify', ...args], { cwd: folder });
    expect(stderr).toMatch(/^5 thumbnails verified: all sound /m);
    expect(stderr).toMatch(/^1 file that no record names: /m);
  }
  const plan = await thumbs(['more', '-m', 'more.jsonl', '--dry-run', '-v'], { cwd: folder });
  expect(plan.stderr).toContain(`prune thumbnails/${unneeded}`);
  expect(plan.stderr).toMatch(/^1 file to prune/m);
  const { stderr } = await thumbs(['more', '-m', 'more.jsonl', '--prune'], { cwd: folder });
  expect(stderr).toMatch(/^1 file pruned/m);
  expect(thumbnailsIn(out)).toHaveLength(4);
  await expectSound(out);
});

test('a damaged thumbnail of another manifest is reported with that manifest, and with no repair that would not help', async () => {
  const { folder, out } = photoFolder(1);
  writePhotos(path.join(folder, 'more'), 2);
  fs.rmSync(path.join(folder, 'more/photo-1.jpg'));
  await thumbs(['photos'], { cwd: folder });
  const [own] = thumbnailsIn(out);
  await thumbs(['more', '-m', 'more.jsonl'], { cwd: folder });
  const other = thumbnailsIn(out).find((name) => name !== own) ?? '';
  mutate(path.join(out, other), 100);
  const { code, stderr } = await thumbs(['verify'], { cwd: folder });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^DAMAGED .* \(of more\.jsonl\)$/m);
  expect(stderr).toMatch(
    /^`thumbs verify -m more\.jsonl --repair` marks what is damaged, so that its next run makes it again\.$/m,
  );
  expect(stderr).not.toContain('`thumbs verify --repair`');
});

test('manifests in a folder of version 0.1 are known without a marker', async () => {
  const { folder, out } = photoFolder(1);
  writePhotos(path.join(folder, 'more'), 2);
  fs.rmSync(path.join(folder, 'more/photo-1.jpg'));
  await thumbs(['photos', '-m', 'thumbnails/a.jsonl'], { cwd: folder });
  await thumbs(['more', '-m', 'thumbnails/b.jsonl'], { cwd: folder });
  fs.rmSync(path.join(out, '.thumbs.json'));
  const { stderr } = await thumbs(['photos', '-m', 'thumbnails/a.jsonl', '--prune'], { cwd: folder });
  expect(stderr).toMatch(/^0 files pruned/m);
  expect(thumbnailsIn(out)).toHaveLength(2);
});

test('a photo folder that was named as output folder by mistake loses no record', async () => {
  const { folder } = photoFolder(2);
  fs.mkdirSync(path.join(folder, 'all'));
  fs.renameSync(path.join(folder, 'photos'), path.join(folder, 'all/photos'));
  writePhotos(path.join(folder, 'all/more'), 3);
  writePhotos(path.join(folder, 'card'), 4);
  const run = () => thumbs(['all', '-o', 'out', '--prune'], { cwd: folder });
  expect((await run()).code).toBe(0);
  const before = fs.readFileSync(path.join(folder, 'out/manifest.jsonl'), 'utf8');
  await thumbs(['card', '-o', 'all/photos'], { cwd: folder });
  const { code, stderr } = await run();
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^2 records kept, although no photo was selected in all\/photos: /m),
  ]);
  expect(fs.readFileSync(path.join(folder, 'out/manifest.jsonl'), 'utf8')).toBe(before);
});

test('prune is refused while a manifest that uses the folder is missing; --forget lets its thumbnails go', async () => {
  const { folder, out } = photoFolder(1);
  writePhotos(path.join(folder, 'more'), 2);
  fs.rmSync(path.join(folder, 'more/photo-1.jpg'));
  await thumbs(['photos'], { cwd: folder });
  await thumbs(['more', '-m', 'more.jsonl'], { cwd: folder });
  fs.rmSync(path.join(folder, 'more.jsonl'));
  const { stderr: verified } = await thumbs(['verify'], { cwd: folder });
  expect(verified).toMatch(
    /^1 file that no record names: they may be of more\.jsonl, which uses the folder and does not exist$/m,
  );
  const [code, stderr] = await expectRefused(['prune'], folder);
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^thumbs: Not pruned: .*more\.jsonl, which uses this folder, does not exist/),
  ]);
  expect(await thumbs(['prune', '--forget'], { cwd: folder })).toMatchObject({ code: 0 });
  expect(thumbnailsIn(out)).toHaveLength(1);
  expect((await expectRefused(['prune'], folder))[0]).toBe(0);
});

test('an output of an earlier version, without a marker, is pruned as before, and spared for its own manifest', async () => {
  const { folder, out } = photoFolder(2);
  await thumbs(['photos'], { cwd: folder });
  fs.rmSync(path.join(out, '.thumbs.json'));
  const unneeded = writeThumbnail(out, 'no record names it');
  writePhotos(path.join(folder, 'more'), 3);
  const { events } = await thumbsJson(['more', '-m', 'more.jsonl', '--prune'], { cwd: folder });
  expect(pruned(events)).toEqual([path.join(out, unneeded)]);
  await expectSound(out);
});

function pruned(events: readonly ThumbsEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'pruned' ? [event.path] : []));
}

/** A folder with so many photos in `photos/disk`, and the output of a run over it. */
async function withDisk(count: number) {
  const folder = temporaryFolder();
  const disk = path.join(folder, 'disk');
  writePhotos(disk, count);
  expect((await thumbs(['disk', '-q'], { cwd: folder })).code).toBe(0);
  const unmount = () => {
    fs.renameSync(disk, path.join(folder, 'away'));
    fs.mkdirSync(disk);
  };
  return { folder, out: path.join(folder, 'thumbnails'), disk, unmount };
}

test('a disk that is not mounted, or a mistyped --include, costs no record and no thumbnail: the run says so and exits 1', async () => {
  const { folder, out, unmount } = await withDisk(3);
  const manifest = fs.readFileSync(path.join(out, 'manifest.jsonl'), 'utf8');
  const kept =
    /^3 records kept, although no photo was selected in disk: .* \(`thumbs disk .*--forget` removes them\)$/m;
  const mistyped = await thumbs(['disk', '--prune', '--include', '*.jgp'], { cwd: folder });
  expect([mistyped.code, mistyped.stderr]).toEqual([1, expect.stringMatching(kept)]);
  unmount();
  const { code, stderr } = await thumbs(['disk', '--prune', '-q'], { cwd: folder });
  expect([code, stderr.split('\n').length, stderr]).toEqual([1, 2, expect.stringMatching(kept)]);
  expect((await thumbs(['disk', '--dry-run'], { cwd: folder })).stderr).toMatch(kept);
  expect(fs.readFileSync(path.join(out, 'manifest.jsonl'), 'utf8')).toBe(manifest);
  expect(thumbnailsIn(out)).toHaveLength(3);
  const { code: last, stderr: figures } = await thumbs(['disk', '--prune', '--forget'], { cwd: folder });
  expect([last, figures]).toEqual([0, expect.stringMatching(/^3 records removed.*\n3 files pruned/m)]);
  expect(thumbnailsIn(out)).toEqual([]);
});

test('when more than half of the photos, and more than 20, have left since the last prune, nothing is pruned, exit 1', async () => {
  const { folder, out, disk } = await withDisk(41);
  const names = fs.readdirSync(disk);
  for (const name of names.slice(0, 11)) fs.rmSync(path.join(disk, name));
  // Without --prune the records go, in two runs.
  expect((await thumbs(['disk'], { cwd: folder })).code).toBe(0);
  for (const name of names.slice(11, 21)) fs.rmSync(path.join(disk, name));
  const refused = 'Not pruned: 21 of 41 recorded photos have left the manifest since the last prune';
  expect((await thumbs(['disk', '--prune', '--dry-run'], { cwd: folder })).stderr).toContain(refused);
  const { code, stderr } = await thumbs(['disk', '--prune'], { cwd: folder });
  expect([code, stderr]).toEqual([1, expect.stringContaining(refused)]);
  expect(thumbnailsIn(out)).toHaveLength(41);
  const alone = await thumbs(['prune'], { cwd: folder });
  expect([alone.code, alone.stderr]).toEqual([1, expect.stringContaining(refused)]);
  expect(thumbnailsIn(out)).toHaveLength(41);
  expect((await thumbs(['prune', '--forget'], { cwd: folder })).code).toBe(0);
  expect(thumbnailsIn(out)).toHaveLength(20);
  // From here on it is counted anew.
  fs.rmSync(path.join(disk, names[40] ?? ''));
  expect((await thumbs(['disk', '--prune'], { cwd: folder })).code).toBe(0);
  expect(thumbnailsIn(out)).toHaveLength(19);
});

test('half of the photos, twenty photos, a sorted tree and another size do not keep a run from pruning', async () => {
  const { folder, out, disk } = await withDisk(42);
  const names = fs.readdirSync(disk);
  for (const name of names.slice(0, 21)) fs.rmSync(path.join(disk, name));
  expect((await thumbs(['disk', '--prune'], { cwd: folder })).code).toBe(0);
  for (const name of names.slice(21, 41)) fs.rmSync(path.join(disk, name));
  expect((await thumbs(['disk', '--prune'], { cwd: folder })).code).toBe(0);
  expect(thumbnailsIn(out)).toHaveLength(1);
  writePhotos(disk, 42);
  expect((await thumbs(['disk', '--prune', '-s', '50'], { cwd: folder })).code).toBe(0);
  fs.mkdirSync(path.join(disk, '2024'));
  for (const name of names) fs.renameSync(path.join(disk, name), path.join(disk, '2024', name));
  expect((await thumbs(['disk', '--prune', '-s', '50'], { cwd: folder })).code).toBe(0);
  expect((await thumbs(['disk', '--prune', '-s', '60'], { cwd: folder })).code).toBe(0);
  expect(thumbnailsIn(out)).toHaveLength(42);
  await expectSound(out);
});
