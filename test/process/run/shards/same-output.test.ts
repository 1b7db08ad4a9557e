// Shards that run at once, and one run: the same manifest and the same thumbnails, byte for byte.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readManifest } from '../../../../src/manifest/reading.js';
import { nameOf } from '../../../../src/manifest/source-names.js';
import { SHIFT_JIS, testWithByteNames, writeByteFile } from '../../../support/byte-names.js';
import { expectSound, recordsIn } from '../../../support/output.js';
import { damagedImages, projectFolder, sampleImages } from '../../../support/paths.js';
import { jpeg, temporaryFolder, writePhotos } from '../../../support/photos.js';
import { eventsOf, thumbs } from '../../../support/processes/command.js';
import {
  manifestsOf,
  merge,
  mergedOf,
  outputOf,
  placeOf,
  runShard,
  runShards,
  type ShardedRun,
} from '../../../support/processes/shards.js';

/** Two roots with photos of all kinds: formats, failures, duplicates in both, names that are not UTF-8. */
async function mixedPhotos(): Promise<string> {
  const folder = temporaryFolder();
  fs.cpSync(sampleImages, path.join(folder, 'a/samples'), { recursive: true, preserveTimestamps: true });
  fs.cpSync(damagedImages, path.join(folder, 'b/damaged'), { recursive: true, preserveTimestamps: true });
  writePhotos(path.join(folder, 'a'), 12);
  writePhotos(path.join(folder, 'b/twins'), 6);
  for (const [seed, name] of ['caf\xe9/a.jpg', 'caf\xe8/a.jpg', `${SHIFT_JIS}.jpg`].entries())
    writeByteFile(folder, `b/${name}`, await jpeg(100 + seed, 40, 30));
  writeByteFile(folder, 'b/br\xf6ken.jpg', 'text');
  return folder;
}

const sized = ['-s', '80x80', '-s', '40x,format=webp,name=small', '--placeholder'];

async function expectSame(run: ShardedRun, one: ShardedRun): Promise<void> {
  expect(outputOf(run)).toEqual(outputOf(one));
  await expectSound(path.resolve(run.cwd, run.out));
}

for (const of of [3, 8]) {
  testWithByteNames(`${of} shards at once over photos of all kinds, merged, are one run`, async () => {
    const cwd = await mixedPhotos();
    const args = ['a', 'b', ...sized];
    const [one, many] = ['one', 'many'].map((out): ShardedRun => ({ cwd, out, args }));
    if (one === undefined || many === undefined) throw new Error();
    await thumbs([...args, ...placeOf(one)], { cwd });
    const shards = await runShards(many, of);
    for (const { code, stderr } of shards) expect([0, 1], stderr).toContain(code);
    const sources = manifestsOf(many, of).flatMap((file) => [...readManifest(file)].map(nameOf));
    expect(new Set(sources).size).toBe(sources.length);
    const { code, stderr } = await merge(many, of);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(`^${of} shards merged, ${sources.length} photos, \\d+ of them failed\n`),
    ]);
    await expectSame(many, one);
    expect(fs.readdirSync(path.join(cwd, 'many')).filter((name) => name.endsWith('.jsonl'))).toEqual([
      'manifest.jsonl',
    ]);

    // A second run, sharded or not, makes nothing.
    const again = await Promise.all(
      Array.from({ length: of }, (_, index) =>
        thumbs([...args, ...placeOf(many), '--shard', `${index + 1}/${of}`, '--json'], { cwd }),
      ),
    );
    const summaries = again.map(({ stdout }) => eventsOf(stdout).at(-1));
    for (const summary of summaries) expect(summary).toMatchObject({ type: 'summary', made: 0, removed: 0 });
    await merge(many, of);
    await expectSame(many, one);
    const whole = await thumbs([...args, ...placeOf(many), '--json'], { cwd });
    expect(eventsOf(whole.stdout).at(-1)).toMatchObject({ made: 0, removed: 0, photos: sources.length });
    await expectSame(many, one);
  });
}

test('a manifest outside of the output folder, with other records and an empty root, sharded folders', async () => {
  const cwd = temporaryFolder();
  writePhotos(path.join(cwd, 'photos/a'), 20);
  writePhotos(path.join(cwd, 'disk'), 5);
  fs.mkdirSync(path.join(cwd, 'one'));
  fs.mkdirSync(path.join(cwd, 'many'));
  const args = ['photos', 'disk', '-s', '40x40', '--layout', 'sharded'];
  const one = { cwd, out: 'one/thumbs', manifest: 'one/catalog.jsonl', args };
  const many = { cwd, out: 'many/thumbs', manifest: 'many/catalog.jsonl', args };
  await thumbs([...args, ...placeOf(one)], { cwd });
  await runShards(many, 4);
  expect(fs.readdirSync(path.join(cwd, 'many')).sort()).toEqual([
    ...[1, 2, 3, 4].map((index) => `catalog-${index}-of-4.jsonl`),
    'thumbs',
  ]);
  expect((await merge(many, 4, '--export', 'many/all.csv')).code).toBe(0);
  expect(outputOf(many)).toEqual(outputOf(one));
  await thumbs([...args, ...placeOf(one), '--export', 'one/all.csv'], { cwd });
  expect(fs.readFileSync(path.join(cwd, 'many/all.csv'), 'utf8')).toBe(
    fs.readFileSync(path.join(cwd, 'one/all.csv'), 'utf8'),
  );

  // The disk is missing, and a part of the photos is not walked: their records stay.
  for (const file of fs.readdirSync(path.join(cwd, 'disk'))) fs.rmSync(path.join(cwd, 'disk', file));
  fs.rmSync(path.join(cwd, 'photos/a/photo-3.jpg'));
  writePhotos(path.join(cwd, 'photos/b'), 3);
  const parts = ['photos/b', 'disk', '-s', '40x40'];
  expect((await thumbs([...parts, ...placeOf(one)], { cwd })).code).toBe(1);
  const shards = await runShards({ ...many, args: parts }, 3);
  expect(shards.some(({ code }) => code === 1)).toBe(true);
  await merge(many, 3);
  expect(outputOf(many)).toEqual(outputOf(one));
  expect([...readManifest(mergedOf(many))]).toHaveLength(28);
});

test('a sharded run after changes is one run: new, changed, touched, removed, moved and restored photos', async () => {
  const cwd = temporaryFolder();
  const photos = path.join(cwd, 'photos');
  const files = writePhotos(photos, 40);
  const args = ['photos', '-s', '40x40'];
  const [one, many]: ShardedRun[] = ['one', 'many'].map((out) => ({ cwd, out, args }));
  if (one === undefined || many === undefined) throw new Error();
  await thumbs([...args, ...placeOf(one)], { cwd });
  await runShards(many, 4);
  await merge(many, 4);

  for (const file of files.slice(0, 8)) fs.rmSync(file);
  for (const file of files.slice(8, 16)) fs.copyFileSync(files[20] ?? '', file);
  for (const file of files.slice(16, 20)) fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
  fs.mkdirSync(path.join(photos, 'moved'));
  for (const file of files.slice(24, 32))
    fs.renameSync(file, path.join(photos, 'moved', path.basename(file)));
  for (const file of files.slice(32, 34)) fs.writeFileSync(file, 'no photo');
  fs.cpSync(path.join(sampleImages, 'alpha.png'), path.join(photos, 'new.png'));
  await thumbs([...args, ...placeOf(one)], { cwd });
  // In another division: what counts is the merged manifest.
  await runShards(many, 3);
  const { stderr } = await merge(many, 3);
  expect(stderr).toContain('16 records removed');
  await expectSame(many, one);
  // Moved photos have not left.
  const marker = (out: string) => JSON.parse(fs.readFileSync(path.join(cwd, out, '.thumbs.json'), 'utf8'));
  expect(marker('many')).toEqual(marker('one'));
  expect(marker('many').left).toEqual({ 'manifest.jsonl': expect.any(Number) });
});

test('shards over a manifest of version 1 are one run over it', async () => {
  const version1 = path.join(projectFolder, 'test/fixtures/manifests/version-1.jsonl');
  const cwd = temporaryFolder();
  const names = ['alpha.png', 'alpha.webp', 'cmyk.jpg', 'embedded-thumbnail.heic', 'raw.cr3'];
  const files = [
    ...names.map((name) => path.join(sampleImages, name)),
    path.join(damagedImages, 'truncated.jpg'),
  ];
  fs.mkdirSync(path.join(cwd, 'photos'));
  for (const file of files) {
    const copy = path.join(cwd, 'photos', path.basename(file));
    fs.copyFileSync(file, copy);
    fs.utimesSync(copy, 1_700_000_000, 1_700_000_000);
  }
  const args = ['photos', '-s', '200x200', '-s', '50x50'];
  const [one, many]: ShardedRun[] = ['one', 'many'].map((out) => ({ cwd, out, args }));
  if (one === undefined || many === undefined) throw new Error();
  for (const run of [one, many]) {
    await thumbs(['photos', ...placeOf(run)], { cwd });
    fs.copyFileSync(version1, mergedOf(run));
    fs.rmSync(path.join(cwd, run.out, '.thumbs.json'));
  }
  await thumbs([...args, ...placeOf(one)], { cwd });
  const shards = await runShards(many, 3);
  for (const { stderr } of shards) expect(stderr).not.toContain('anew');
  await merge(many, 3);
  await expectSame(many, one);
});

test('a root is not empty because its photos are other shards’, and a shard may have none', async () => {
  const cwd = temporaryFolder();
  const photos = writePhotos(path.join(cwd, 'photos'), 9);
  const run = { cwd, out: 'thumbnails', args: ['photos', '-s', '40x40'] };
  await thumbs([...run.args, ...placeOf(run)], { cwd });
  // Their records go in every shard, also in those that have no photo any more.
  for (const file of photos.slice(1)) fs.rmSync(file);
  const shards = await runShards(run, 3);
  expect(shards.map(({ code }) => code)).toEqual([0, 0, 0]);
  const said = shards.map(({ stderr }) => stderr).join('');
  expect(said.match(/^No photos of shard [123]\/3 found\.$/gm)).toHaveLength(2);
  expect(said).not.toMatch(/kept|no photos found|selected nothing/);
  expect((await merge(run, 3)).code).toBe(0);
  expect(recordsIn(path.join(cwd, 'thumbnails'))).toHaveLength(1);
  // Nor does the merge of one shard differ.
  expect((await runShard(run, 1, 1)).code).toBe(0);
  expect((await merge(run, 1)).stderr).toMatch(/^1 shard merged, 1 photo\n/);
});
