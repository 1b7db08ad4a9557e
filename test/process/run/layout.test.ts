// Flat and sharded output folders: the real command moves thumbnails from one layout to the other, and knows them in both.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { VerifyEvent } from '../../../src/maintenance/findings.js';
import type { PrunedEvent } from '../../../src/maintenance/unneeded.js';
import type { Layout, ThumbsOptions } from '../../../src/options/options.js';
import type { ThumbsEvent } from '../../../src/run/events.js';
import type { PlanEvent } from '../../../src/run/plan-thumbnails.js';
import { runFolder } from '../../support/in-process/run.js';
import { thumbnailNameOf, writeThumbnail } from '../../support/left-files.js';
import { doneRecord, writeRecords } from '../../support/manifests.js';
import { expectSound, recordsIn, thumbnailsIn } from '../../support/output.js';
import { command } from '../../support/paths.js';
import {
  makeTree,
  mutate,
  photoFolder,
  snapshot,
  temporaryFolder,
  writePhotos,
} from '../../support/photos.js';
import { thumbs, thumbsJson } from '../../support/processes/command.js';
import { start, until } from '../../support/processes/processes.js';
import { onSmallDisk, remount, testOnSmallDisk } from '../../support/processes/small-disk.js';

const LAYOUTS: readonly Layout[] = ['flat', 'sharded'];

/** Two variants of different formats. */
const VARIANTS = ['40', '30,format=webp'];

function otherThan(layout: Layout): Layout {
  return layout === 'flat' ? 'sharded' : 'flat';
}

/** A thumbnail's name, in whatever layout. */
function nameIn(file: string): string {
  return path.posix.basename(file);
}

function shardOf(file: string): string {
  return nameIn(file).slice(0, 2);
}

/** Where a layout has a thumbnail. */
function placeIn(layout: Layout, file: string): string {
  return layout === 'flat' ? nameIn(file) : `${shardOf(file)}/${nameIn(file)}`;
}

/** Whether every thumbnail lies where the layout has it, no other folder is there, and the marker says so. */
function expectLayout(out: string, layout: Layout): void {
  const files = thumbnailsIn(out);
  expect(files).toEqual(files.map((file) => placeIn(layout, file)));
  const folders = fs.readdirSync(out, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const shards = layout === 'flat' ? [] : [...new Set(files.map(shardOf))].sort();
  expect(folders.map(({ name }) => name).sort()).toEqual(shards);
  expect(JSON.parse(fs.readFileSync(path.join(out, '.thumbs.json'), 'utf8'))).toMatchObject({ layout });
}

/** The inode of each thumbnail, by its name. */
function inodesIn(out: string): Map<string, number> {
  const inodes = thumbnailsIn(out).map(
    (file) => [nameIn(file), fs.statSync(path.join(out, file)).ino] as const,
  );
  return new Map(inodes.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a run of the command did: its exit code, and what its summary counts. */
async function figuresOf(folder: string, ...args: string[]) {
  const { code, events } = await thumbsJson(args, { cwd: folder });
  const summary = events.find((event) => event.type === 'summary');
  return { code, made: summary?.made, unchanged: summary?.unchanged, failed: summary?.failed };
}

/** What `verify` finds. */
async function verified(folder: string, ...args: string[]) {
  const { code, events } = await thumbsJson<VerifyEvent>(['verify', ...args], { cwd: folder });
  const findings = events.flatMap((event) =>
    event.type === 'finding' ? [`${event.finding} ${path.relative(folder, event.path)}`] : [],
  );
  return { code, findings };
}

const SOUND = { code: 0, findings: [] };

/** The files that an event of pruning names, from `folder`. */
function prunedIn(folder: string, events: ReadonlyArray<ThumbsEvent | PlanEvent | PrunedEvent>): string[] {
  return events.flatMap((event) => (event.type === 'pruned' ? [path.relative(folder, event.path)] : []));
}

/** A folder of photos, two of which are equal, after a run for {@link VARIANTS}. */
async function finishedRun(options: ThumbsOptions = {}) {
  const { folder, out, files } = photoFolder(4);
  fs.copyFileSync(files[0] ?? '', path.join(folder, 'photos/twin.jpg'));
  await runFolder(folder, { size: VARIANTS, ...options });
  return { folder, out };
}

const FINISHED_RUN_PHOTOS = 5;
const RUN = ['photos', ...VARIANTS.flatMap((variant) => ['-s', variant])];

test('--layout sharded puts thumbnails into folders of two hex digits, and later runs keep the layout', async () => {
  const { folder, out } = photoFolder(3);
  expect(await figuresOf(folder, ...RUN, '--layout', 'sharded')).toMatchObject({ code: 0, made: 6 });
  expectLayout(out, 'sharded');
  writePhotos(path.join(folder, 'photos'), 4);
  expect(await figuresOf(folder, ...RUN)).toMatchObject({ code: 0, made: 2, unchanged: 3 });
  expectLayout(out, 'sharded');
  expect(await verified(folder)).toEqual(SOUND);
  await expectSound(out);
});

for (const layout of LAYOUTS) {
  test(`a run with --layout ${layout} moves every file and makes none; manifest, marker and exports name the new paths`, async () => {
    const { folder, out } = await finishedRun({ layout: otherThan(layout) });
    const before = inodesIn(out);
    const exports = ['txt', 'csv', 'json'].map((extension) => path.join(folder, `all.${extension}`));
    const args = [...RUN, '--layout', layout, ...exports.flatMap((file) => ['--export', file])];
    expect(await figuresOf(folder, ...args)).toEqual({
      code: 0,
      made: 0,
      unchanged: FINISHED_RUN_PHOTOS,
      failed: 0,
    });
    expectLayout(out, layout);
    expect(inodesIn(out)).toEqual(before);
    const named = recordsIn(out).flatMap((record) => (record.status === 'done' ? record.thumbnails : []));
    expect(new Set(named.map(({ file }) => file))).toEqual(new Set(thumbnailsIn(out)));
    for (const file of exports) {
      const text = fs.readFileSync(file, 'utf8');
      const paths = text.match(/([0-9a-f]{2}\/)?[0-9a-f]{64}\.(png|webp)/g);
      expect(new Set(paths), file).toEqual(new Set(thumbnailsIn(out)));
    }
    expect(await verified(folder)).toEqual(SOUND);
    await expectSound(out);
  });
}

test('a run over a part of the photos moves the thumbnails of all photos on record; prune spares them', async () => {
  const { folder, out } = photoFolder(2);
  writePhotos(path.join(folder, 'photos/sub'), 4);
  for (const name of ['photo-1.jpg', 'photo-2.jpg']) fs.rmSync(path.join(folder, 'photos/sub', name));
  await runFolder(folder);
  const { code, stderr } = await thumbs(['photos/sub', '--layout', 'sharded', '--prune'], { cwd: folder });
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/^Thumbnails of 4 photos moved(?:.|\n)*^0 files pruned/m),
  ]);
  expect(thumbnailsIn(out)).toHaveLength(4);
  expectLayout(out, 'sharded');
  expect(await verified(folder)).toEqual(SOUND);
  await expectSound(out);
});

test('a photo that the moving run does not walk keeps its thumbnail, although another photo shares it', async () => {
  const { folder, out, files } = photoFolder(2);
  fs.mkdirSync(path.join(folder, 'photos/sub'));
  fs.copyFileSync(files[0] ?? '', path.join(folder, 'photos/sub/twin.jpg'));
  await runFolder(folder);
  expect(await figuresOf(folder, 'photos/sub', '--layout', 'sharded')).toMatchObject({ code: 0, made: 0 });
  const { findings } = await verified(folder);
  expect(findings.filter((finding) => finding.startsWith('missing'))).toEqual([]);
  await expectSound(out);
});

/** So many thumbnails take longer to be moved than a process takes to be killed. */
const MANY = 6000;

/** A flat output folder whose manifest names many thumbnails of photos that are not there, so that nothing of them is made. */
function manyThumbnails(): { folder: string; out: string } {
  const folder = temporaryFolder();
  const out = path.join(folder, 'thumbnails');
  makeTree(folder, ['photos/', 'thumbnails/']);
  const records = Array.from({ length: MANY }, (_, number) => {
    const bytes = `thumbnail ${number}`;
    const file = writeThumbnail(out, bytes);
    return doneRecord(`../photos/${number}.jpg`, { file, bytes: bytes.length });
  });
  writeRecords(path.join(out, 'manifest.jsonl'), records);
  return { folder, out };
}

/** Thumbnails that records name and that do not exist. */
function missingIn(out: string): string[] {
  const named = recordsIn(out).flatMap((record) => (record.status === 'done' ? record.thumbnails : []));
  return named.map(({ file }) => file).filter((file) => !fs.existsSync(path.join(out, file)));
}

test('a run killed by kill -9 while it moves thumbnails leaves a manifest whose files exist, also after prune; the next run moves all', async () => {
  const { folder, out } = manyThumbnails();
  // The folder gets its marker.
  await thumbs(['photos', '-q'], { cwd: folder });
  const run = start(process.execPath, [command, 'photos', '--layout', 'sharded'], { cwd: folder });
  await until(() => fs.readdirSync(out).some((name) => name.length === 2));
  run.child.kill('SIGKILL');
  await run.finished;
  const linked = thumbnailsIn(out).length - MANY;
  expect(linked).toBeGreaterThan(0);
  expect(linked).toBeLessThan(MANY);
  expect([recordsIn(out).length, missingIn(out)]).toEqual([MANY, []]);
  await thumbs(['prune', '--forget'], { cwd: folder });
  expect([thumbnailsIn(out).length, missingIn(out)]).toEqual([MANY, []]);
  const { stderr } = await thumbs(['photos'], { cwd: folder });
  expect(stderr).toMatch(new RegExp(`^Thumbnails of ${MANY.toLocaleString('en')} photos moved`, 'm'));
  expect([thumbnailsIn(out).length, missingIn(out)]).toEqual([MANY, []]);
  expectLayout(out, 'sharded');
});

test('a damaged file where the other layout has a thumbnail is replaced by the sound one', async () => {
  const { folder, out } = photoFolder(2);
  await runFolder(folder);
  const [file = '', other = ''] = thumbnailsIn(out);
  makeTree(out, [`${shardOf(file)}/`, `${shardOf(other)}/`]);
  const bytes = fs.readFileSync(path.join(out, file));
  bytes[bytes.length - 20] = 1 ^ (bytes[bytes.length - 20] ?? 0);
  fs.writeFileSync(path.join(out, placeIn('sharded', file)), bytes);
  fs.writeFileSync(path.join(out, placeIn('sharded', other)), 'short');
  expect(await figuresOf(folder, 'photos', '--layout', 'sharded')).toMatchObject({ code: 0, made: 0 });
  expectLayout(out, 'sharded');
  expect(await verified(folder)).toEqual(SOUND);
});

test('a symbolic link where a shard should be is refused by its path, and nothing is written through it', async () => {
  const { folder, out } = photoFolder(1);
  await runFolder(folder);
  const [file = ''] = thumbnailsIn(out);
  makeTree(folder, ['elsewhere/', `thumbnails/${shardOf(file)} -> ../elsewhere`]);
  const { code, stderr } = await thumbs(['photos', '--layout', 'sharded'], { cwd: folder });
  expect([code, stderr]).toEqual([3, expect.stringContaining(`${shardOf(file)}: it is a symbolic link`)]);
  expect(fs.readdirSync(path.join(folder, 'elsewhere'))).toEqual([]);
  expect(fs.existsSync(path.join(out, file))).toBe(true);
});

/** A folder that the runs over `photos` and, with `-m other.jsonl`, over `more` share; a photo is in both. */
async function sharedFolder() {
  const { folder, out } = photoFolder(3);
  writePhotos(path.join(folder, 'more'), 5);
  for (const name of ['photo-1.jpg', 'photo-2.jpg']) fs.rmSync(path.join(folder, 'more', name));
  await runFolder(folder);
  await thumbs(['more', '-m', 'other.jsonl', '-q'], { cwd: folder });
  return { folder, out };
}

test('a manifest of the folder that is missing costs it no file when another one switches the layout', async () => {
  const { folder, out } = await sharedFolder();
  fs.renameSync(path.join(folder, 'other.jsonl'), path.join(folder, 'away.jsonl'));
  expect(await figuresOf(folder, 'photos', '--layout', 'sharded')).toMatchObject({ code: 0, made: 0 });
  fs.renameSync(path.join(folder, 'away.jsonl'), path.join(folder, 'other.jsonl'));
  expect(
    (await verified(folder, '-m', 'other.jsonl')).findings.filter((each) => /^missing/.test(each)),
  ).toEqual([]);
  expect(thumbnailsIn(out).some((file) => file.includes('/'))).toBe(true);
});

test('when one of two manifests of a folder switches the layout, the files of the other stay valid, and prune by either spares them', async () => {
  const { folder, out } = await sharedFolder();
  expect(thumbnailsIn(out)).toHaveLength(5);
  expect(await figuresOf(folder, 'photos', '--layout', 'sharded')).toMatchObject({ code: 0, made: 0 });
  const errorsOf = async (...args: string[]) => {
    const { code, findings } = await verified(folder, ...args);
    return [code, findings.filter((finding) => !finding.startsWith('unneeded '))];
  };
  const other = ['-m', 'other.jsonl'];
  for (const args of [[], other]) expect(await errorsOf(...args)).toEqual([0, []]);
  for (const args of [other, []]) expect((await thumbs(['prune', ...args], { cwd: folder })).code).toBe(0);
  // The one that both name is in both places.
  const sharded = thumbnailsIn(out).filter((file) => file.includes('/'));
  expect([sharded.length, thumbnailsIn(out).length]).toEqual([3, 6]);
  for (const args of [[], other]) expect(await verified(folder, ...args)).toEqual(SOUND);
  expect(await figuresOf(folder, 'more', ...other)).toMatchObject({ code: 0, made: 0, unchanged: 3 });
  for (const args of [[], other]) expect(await errorsOf(...args)).toEqual([0, []]);
  await thumbs(['prune'], { cwd: folder });
  expectLayout(out, 'sharded');
  for (const args of [[], other]) expect(await verified(folder, ...args)).toEqual(SOUND);
});

test('a run that moves thumbnails of a folder with two manifests leaves no temporary file', async () => {
  const { folder, out } = await sharedFolder();
  expect(await figuresOf(folder, 'photos', '--layout', 'sharded')).toMatchObject({ code: 0, made: 0 });
  await expectSound(out);
});

test('verify finds what is damaged, missing, foreign and unneeded in shards; --repair and a run make it sound', async () => {
  const { folder, out } = await finishedRun({ layout: 'sharded' });
  const [damaged, missing] = ['photo-2.jpg', 'photo-3.jpg'].map((name) => filesOf(out, name)[0] ?? '');
  mutate(path.join(out, damaged ?? ''), 60);
  fs.rmSync(path.join(out, missing ?? ''));
  const [sound = ''] = filesOf(out, 'photo-4.jpg');
  const shard = shardOf(sound);
  const wrongShard = shard === '00' ? '01' : '00';
  fs.writeFileSync(path.join(out, shard, 'notes.txt'), 'mine');
  fs.mkdirSync(path.join(out, wrongShard), { recursive: true });
  fs.copyFileSync(path.join(out, sound), path.join(out, wrongShard, nameIn(sound)));
  const unneeded = writeSharded(out, 'no record names it');
  const findings = [
    `foreign thumbnails/${wrongShard}/${nameIn(sound)}`,
    `foreign thumbnails/${shard}/notes.txt`,
    `unneeded thumbnails/${unneeded}`,
    `damaged thumbnails/${damaged}`,
    `missing thumbnails/${missing}`,
  ].sort();
  const found = await verified(folder, '--repair');
  expect([found.code, found.findings.sort()]).toEqual([1, findings]);
  expect(await figuresOf(folder, ...RUN)).toMatchObject({ code: 0, failed: 0 });
  const after = await verified(folder);
  const left = findings.filter((finding) => !/^(damaged|missing)/.test(finding));
  expect([after.code, after.findings.sort()]).toEqual([0, left]);
});

/** The thumbnails of the photo with this file name. */
function filesOf(out: string, name: string): string[] {
  const record = recordsIn(out).find(({ source }) => path.basename(source) === name);
  return record?.status === 'done' ? record.thumbnails.map(({ file }) => file) : [];
}

/** Writes a thumbnail with these bytes into its shard, which no record names, and returns its file. */
function writeSharded(out: string, bytes: string): string {
  const file = placeIn('sharded', thumbnailNameOf(bytes));
  fs.mkdirSync(path.join(out, shardOf(file)), { recursive: true });
  fs.writeFileSync(path.join(out, file), bytes);
  return file;
}

test('prune removes from shards what no record names, and the shards that are empty then; foreign files and folders stay', async () => {
  const { folder, out } = await finishedRun({ layout: 'sharded' });
  const shards = thumbnailsIn(out).map(shardOf);
  const numbers = Array.from({ length: 100 }, (_, index) => String(index));
  const others = numbers.filter((bytes) => !shards.includes(shardOf(thumbnailNameOf(bytes))));
  const [alone, beside] = others.slice(0, 2).map((bytes) => writeSharded(out, bytes));
  const name = thumbnailNameOf('in a folder that is no shard');
  const foreign = [`${shardOf(beside ?? '')}/notes.txt`, `zz/${name}`, `abc/${name}`, `ab/sub/${name}`];
  makeTree(out, foreign, 'in a folder that is no shard');
  const files = thumbnailsIn(out);
  const { code, events } = await thumbsJson<PrunedEvent>(['prune'], { cwd: folder });
  const removed = [alone, beside].map((file) => `thumbnails/${file}`).sort();
  expect([code, prunedIn(folder, events).sort()]).toEqual([0, removed]);
  expect(thumbnailsIn(out).sort()).toEqual(files.filter((file) => file !== alone && file !== beside).sort());
  expect(fs.existsSync(path.join(out, shardOf(alone ?? '')))).toBe(false);
  for (const file of foreign) expect(fs.existsSync(path.join(out, file)), file).toBe(true);
  await expectSound(out);
});

test('a sharded store of another program, named as output folder by mistake, loses no file', async () => {
  const { folder } = photoFolder(2);
  const store = path.join(folder, 'store');
  const file = writeSharded(store, 'a store that names its files as we do');
  for (const layout of LAYOUTS) {
    const args = ['photos', '-o', 'store', '--layout', layout, '--prune'];
    expect((await thumbs(args, { cwd: folder })).stderr).toMatch(/^0 files pruned/m);
  }
  expect((await verified(folder, '-o', 'store')).findings).toEqual([`foreign store/${file}`]);
});

for (const [what, manifests] of [
  ['moves thumbnails', 1],
  ['moves thumbnails of two manifests', 2],
  ['makes thumbnails', 0],
] as const) {
  test(`a file with the name of a shard ends a run that ${what}, exit 3, with its name; without it the run completes`, async () => {
    const { folder, out } = photoFolder(2);
    await runFolder(folder, manifests === 0 ? { out: path.join(folder, 'elsewhere') } : {});
    if (manifests === 2) await thumbs(['photos', '-m', 'other.jsonl', '-q'], { cwd: folder });
    const files = thumbnailsIn(manifests === 0 ? path.join(folder, 'elsewhere') : out);
    const shards = [...new Set(files.map(shardOf))];
    makeTree(out, shards, 'mine');
    const { code, stderr } = await thumbs(['photos', '--layout', 'sharded'], { cwd: folder });
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(
        /^thumbs: Cannot write to \S*\/thumbnails\/[0-9a-f]{2}\b.*(directory|folder).*\n$/,
      ),
    ]);
    expect(shards).toContain(/thumbnails\/([0-9a-f]{2})\b/.exec(stderr)?.[1]);
    for (const shard of shards) expect(fs.readFileSync(path.join(out, shard), 'utf8')).toBe('mine');
    await expectSound(out);
    for (const shard of shards) fs.rmSync(path.join(out, shard));
    expect(await figuresOf(folder, 'photos')).toMatchObject({ code: 0, made: manifests === 0 ? 2 : 0 });
    expect(await verified(folder)).toMatchObject({ code: 0 });
    await expectSound(out);
  });
}

test('a walk takes no thumbnail in a shard as a photo, in its own output, in another one, or by a link to a shard', async () => {
  const { folder } = photoFolder(2);
  const [own, other] = ['photos/own', 'photos/web'].map((name) => path.join(folder, name));
  await runFolder(folder, { out: other ?? '', layout: 'sharded' });
  const [file = ''] = thumbnailsIn(other ?? '');
  makeTree(folder, [`photos/link -> ${path.join(other ?? '', shardOf(file))}`]);
  for (const more of [[], ['--follow'], ['--any-extension', '--follow']])
    expect(
      await figuresOf(folder, 'photos', '-o', 'photos/own', '--layout', 'sharded', '--force', ...more),
    ).toEqual({ code: 0, made: 2, unchanged: 0, failed: 0 });
  await expectSound(own ?? '');
  // A folder of thumbnails is known by its manifest, too.
  fs.rmSync(path.join(other ?? '', '.thumbs.json'));
  expect(await figuresOf(folder, 'photos', '-o', 'photos/own')).toMatchObject({ code: 0, unchanged: 2 });
});

for (const layout of LAYOUTS) {
  test(`--dry-run with --layout ${layout} writes nothing, and no thumbnail that would be moved is to be pruned`, async () => {
    const { folder, out } = await finishedRun({ layout: otherThan(layout) });
    const name = thumbnailNameOf('no record names it');
    const unneeded = placeIn(otherThan(layout), name);
    makeTree(out, [unneeded], 'no record names it');
    const before = snapshot(folder);
    const dry = await thumbsJson<PlanEvent>([...RUN, '--layout', layout, '--dry-run'], { cwd: folder });
    expect([dry.code, prunedIn(out, dry.events)]).toEqual([0, [unneeded]]);
    expect(dry.events.at(-1)).toMatchObject({
      unchanged: { photos: FINISHED_RUN_PHOTOS },
      changed: { photos: 0 },
      unneeded: { files: 1 },
    });
    expect(snapshot(folder)).toEqual(before);
  });
}

test('an unknown layout is refused with what there are, exit 2', async () => {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'photos'));
  const { code, stderr } = await thumbs(['photos', '--layout', 'deep'], { cwd: folder });
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/^thumbs: Expected `--layout` .*flat.*sharded.*, got `deep`\n$/),
  ]);
});

testOnSmallDisk(
  'a disk without room for another shard ends the moving run with the path and the cause; with room it makes none again',
  async () => {
    const { folder } = photoFolder(12);
    // A shard needs an inode: there are some for the locks and the first shards.
    const script = `
      thumbs photos -o small/out -q
      free() { df --output=iavail small | tail -1; }
      used() { df --output=iused small | tail -1; }
      ${remount('small', 'nr_inodes=$(( $(used) + 6 ))')}
      thumbs photos -o small/out --layout sharded 2> first || echo "exit $?"
      cp -r small/out first-out
      ${remount('small', 'nr_inodes=1000')}
      thumbs photos -o small/out --layout sharded 2> second && echo "exit $?"
      cp -r small/out second-out`;
    const { stdout, stderr } = await onSmallDisk(folder, 'size=10m,nr_inodes=1000', script);
    expect([stdout, stderr]).toEqual(['exit 3\nexit 0\n', '']);
    expect(fs.readFileSync(path.join(folder, 'first'), 'utf8')).toMatch(
      /^thumbs: Cannot write to .*\/small\/out\/[0-9a-f]{2}(\/[0-9a-f]{64}\.png)?: no space left on device \(ENOSPC\)\n$/,
    );
    const { code, findings } = await verified(folder, '-o', 'first-out');
    expect([code, findings.filter((finding) => !finding.startsWith('unneeded '))]).toEqual([0, []]);
    expect(fs.readFileSync(path.join(folder, 'second'), 'utf8')).toMatch(/^12 unchanged: 12 photos/m);
    expectLayout(path.join(folder, 'second-out'), 'sharded');
    await expectSound(path.join(folder, 'second-out'));
  },
);
