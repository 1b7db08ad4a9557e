// What a shard begins with, and what else works with its manifest.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findThumbnails } from '../../../../src/maintenance/find.js';
import { mergeShards } from '../../../../src/maintenance/merging/merge.js';
import { readManifest } from '../../../../src/manifest/reading.js';
import { type PlanEvent, planThumbnails } from '../../../../src/run/plan-thumbnails.js';
import { prune, verify } from '../../../support/in-process/maintenance.js';
import { runFolder, runInProcess } from '../../../support/in-process/run.js';
import { photoFolder, snapshot } from '../../../support/photos.js';

const size = 30;

async function planned(folder: string, shard: string): Promise<PlanEvent | undefined> {
  const before = snapshot(folder);
  let last: PlanEvent | undefined;
  const out = path.join(folder, 'thumbnails');
  for await (const event of planThumbnails([path.join(folder, 'photos')], { out, size, shard })) last = event;
  expect(snapshot(folder)).toEqual(before);
  return last;
}

test('a dry run of a shard plans its photos alone: with no manifest, with the merged one, with its own', async () => {
  const { folder, out, files } = photoFolder(12);
  const plans = await Promise.all(['1/2', '2/2'].map((shard) => planned(folder, shard)));
  const photos = plans.map((plan) => (plan?.type === 'plan' ? plan.new.photos : 0));
  expect(photos[0]).toBeGreaterThan(0);
  expect((photos[0] ?? 0) + (photos[1] ?? 0)).toBe(12);
  await runFolder(folder, { size });
  expect(await planned(folder, '1/2')).toMatchObject({
    new: { photos: 0 },
    unchanged: { photos: photos[0] },
    removed: 0,
    unneeded: { files: 0 },
  });
  await runFolder(folder, { size, shard: '1/2' });
  for (const file of files) fs.rmSync(file);
  fs.copyFileSync(import.meta.filename, path.join(folder, 'photos/x.png'));
  expect(await planned(folder, '1/2')).toMatchObject({ unchanged: { photos: 0 } });
  expect(fs.existsSync(path.join(out, 'manifest-2-of-2.jsonl'))).toBe(false);
});

test('a shard’s own records count before those of the merged manifest, which are those of the others’ photos no more', async () => {
  const { folder, out, files } = photoFolder(12);
  await runFolder(folder, { size });
  await runFolder(folder, { size, shard: '1/2' });
  const own = path.join(out, 'manifest-1-of-2.jsonl');
  const sources = [...readManifest(own)].map(({ source }) => path.resolve(out, source));
  const [mine = '', gone = ''] = sources;
  const other = files.find((file) => !sources.includes(file)) ?? '';
  for (const file of [mine, other]) fs.utimesSync(file, 1, 1);
  fs.rmSync(gone);
  const first = await runFolder(folder, { size, shard: '1/2' });
  expect(first.summary).toMatchObject({ identified: 1, removed: 1, done: 0 });
  // The merged manifest still has what was found by content, and removed.
  const second = await runFolder(folder, { size, shard: '1/2' });
  expect(second.summary).toMatchObject({ identified: 0, removed: 0, done: 0, unchanged: sources.length - 1 });
});

test('verify, find and prune work with a shard’s manifest; prune spares what the others name', async () => {
  const { folder, out } = photoFolder(12);
  await runFolder(folder, { size, shard: '1/2' });
  await runFolder(folder, { size, shard: '2/2' });
  const manifest = path.join(out, 'manifest-1-of-2.jsonl');
  const before = fs.readFileSync(manifest, 'utf8');
  expect((await verify({ out, manifest })).findings).toEqual([]);
  expect(await prune({ out, manifest })).toEqual([]);
  const [record] = readManifest(manifest);
  const [found] = findThumbnails([path.basename(record?.source ?? '')], { out, manifest });
  expect(found).toMatchObject({ type: 'found', source: record?.source });
  // What a killed shard has left is known as ours.
  for (const name of ['.thumbs.shared', '.manifest.jsonl.shared']) fs.mkdirSync(path.join(out, name));
  fs.writeFileSync(path.join(out, '.manifest-2-of-2.jsonl.lock'), '{"thumbs":"lock"}');
  await runFolder(folder, { size });
  fs.mkdirSync(path.join(out, '.manifest.jsonl.shared'));
  expect((await verify({ out, manifest })).findings).toEqual([]);
  expect((await verify({ out })).findings).toEqual([]);
  // A repair leaves it a shard's, complete where no line was lost.
  expect((await verify({ out, manifest, repair: true })).findings).toEqual([]);
  expect(fs.readFileSync(manifest, 'utf8')).toBe(before);
  fs.appendFileSync(manifest, 'damaged\n');
  await verify({ out, manifest, repair: true });
  expect(fs.readFileSync(manifest, 'utf8')).toBe(before.replace(',"complete":true', ''));
});

test('a whole run does not write to a shard’s manifest, nor a shard to another’s or a whole run’s', async () => {
  const { folder, out } = photoFolder(4);
  await runFolder(folder, { size, shard: '1/2' });
  const own = path.join(out, 'manifest-1-of-2.jsonl');
  await expect(runFolder(folder, { size, manifest: own })).rejects.toMatchObject({
    code: 'MANIFEST',
    message: expect.stringMatching(/it is that of shard 1\/2, which is to be merged with the others$/),
  });
  fs.copyFileSync(own, path.join(out, 'manifest-2-of-2.jsonl'));
  await expect(runFolder(folder, { size, shard: '2/2' })).rejects.toThrow(
    /it is that of shard 1\/2, not of shard 2\/2$/,
  );
  await expect(runFolder(folder, { size, manifest: own, shard: '1/3' })).rejects.toThrow(
    /is that of shard 1\/2/,
  );
  fs.rmSync(path.join(out, 'manifest-2-of-2.jsonl'));
  await runFolder(folder, { size });
  fs.copyFileSync(path.join(out, 'manifest.jsonl'), path.join(out, 'manifest-2-of-2.jsonl'));
  await expect(runFolder(folder, { size, shard: '2/2' })).rejects.toThrow(/it is that of a whole run/);
});

test('with anyExtension no manifest or lock of a shard is a photo, whoever looks', async () => {
  const { folder } = photoFolder(6);
  const photos = path.join(folder, 'photos');
  const options = {
    ...{ size, anyExtension: true, hidden: true },
    manifest: path.join(photos, 'catalog.jsonl'),
    out: path.join(folder, 'thumbnails'),
  };
  for (const shard of ['1/2', '2/2']) {
    const { summary } = await runInProcess([photos], { ...options, shard });
    expect(summary.failed).toBe(0);
  }
  const { summary } = await runInProcess([photos], options);
  expect(summary).toMatchObject({ photos: 6, unchanged: 0, failed: 0 });
  const files = [1, 2].map((index) => path.join(photos, `catalog-${index}-of-2.jsonl`));
  for (const shard of ['1/2', '2/2']) await runInProcess([photos], { ...options, shard });
  const { out, manifest } = options;
  expect(await mergeShards(files, { out, manifest })).toMatchObject({ photos: 6, removed: 0 });
});

test('a manifest that is reached by a link is divided and merged where it really lies', async () => {
  const { folder, out } = photoFolder(6);
  const real = path.join(folder, 'real');
  fs.mkdirSync(real);
  fs.mkdirSync(path.join(folder, 'links'));
  const link = path.join(folder, 'links/catalog.jsonl');
  fs.symlinkSync('../real/photos.jsonl', link);
  for (const shard of ['1/2', '2/2'])
    await runInProcess([path.join(folder, 'photos')], { size, out, manifest: link, shard });
  const files = [1, 2].map((index) => path.join(real, `photos-${index}-of-2.jsonl`));
  expect(await mergeShards(files, { out, manifest: link })).toMatchObject({ photos: 6 });
  await runInProcess([path.join(folder, 'photos')], {
    size,
    out: path.join(folder, 'one'),
    manifest: path.join(real, 'one.jsonl'),
  });
  expect(fs.readFileSync(link, 'utf8')).toBe(fs.readFileSync(path.join(real, 'one.jsonl'), 'utf8'));
});

test('keepVersions and other options are the same in shards as in one run', async () => {
  const { folder } = photoFolder(10);
  const [one, many] = ['one', 'many'].map((name) => path.join(folder, name));
  if (one === undefined || many === undefined) throw new Error();
  const photos = path.join(folder, 'photos');
  const older = (out: string) => {
    const manifest = path.join(out, 'manifest.jsonl');
    const [first = '', ...lines] = fs.readFileSync(manifest, 'utf8').split('\n');
    const header = JSON.parse(first);
    header.decoders.jpeg = header.decoders.jpeg.slice(0, 32) + '0'.repeat(32);
    header.versions.sharp = '0.30.0';
    fs.writeFileSync(manifest, [JSON.stringify(header), ...lines].join('\n'));
  };
  const bytes = (out: string) => fs.readFileSync(path.join(out, 'manifest.jsonl'), 'utf8');
  for (const options of [{ keepVersions: true }, {}, { size: [size, 20], placeholder: true }]) {
    for (const out of [one, many]) {
      if (!fs.existsSync(out)) await runInProcess([photos], { out, size });
      older(out);
    }
    fs.copyFileSync(path.join(photos, 'photo-1.jpg'), path.join(photos, 'photo-2.jpg'));
    const { events } = await runInProcess([photos], { out: one, size, ...options });
    const shards = [];
    for (const shard of ['1/3', '2/3', '3/3'])
      shards.push(await runInProcess([photos], { out: many, size, ...options, shard }));
    const anew = (event: unknown) => (event as { anew?: { photos: number; changes: unknown } }).anew;
    const whole = anew(events[0]);
    const parts = shards.map((each) => anew(each.events[0]));
    expect(parts.reduce((sum, part) => sum + (part?.photos ?? 0), 0)).toBe(whole?.photos ?? 0);
    for (const part of parts) if (part !== undefined) expect(part.changes).toEqual(whole?.changes);
    await mergeShards(
      [1, 2, 3].map((index) => path.join(many, `manifest-${index}-of-3.jsonl`)),
      { out: many },
    );
    expect(bytes(many)).toBe(bytes(one));
  }
});

test('a photo that was moved to another shard’s name is known by its content', async () => {
  const { folder, files } = photoFolder(12);
  await runFolder(folder, { size });
  fs.mkdirSync(path.join(folder, 'photos/moved'));
  for (const file of files) fs.renameSync(file, path.join(folder, 'photos/moved', path.basename(file)));
  const summaries = [];
  for (const shard of ['1/3', '2/3', '3/3']) {
    const plan = await planned(folder, shard);
    const { summary } = await runFolder(folder, { size, shard });
    expect(plan).toMatchObject({ new: { photos: 0 }, compare: { photos: summary.photos } });
    summaries.push(summary);
  }
  expect(summaries.map(({ done }) => done)).toEqual([0, 0, 0]);
  expect(summaries.reduce((sum, { identified }) => sum + identified, 0)).toBe(12);
});

test('a file that two roots and links lead to is one photo, by the name that one run has for it', async () => {
  const { folder } = photoFolder(8);
  const photos = path.join(folder, 'photos');
  fs.mkdirSync(path.join(photos, 'inner'));
  for (let photo = 1; photo <= 4; photo += 1)
    fs.renameSync(path.join(photos, `photo-${photo}.jpg`), path.join(photos, 'inner', `${photo}.jpg`));
  const links = path.join(folder, 'links');
  fs.mkdirSync(links);
  for (let photo = 1; photo <= 8; photo += 1) {
    const name = photo <= 4 ? `inner/${photo}.jpg` : `photo-${photo}.jpg`;
    fs.symlinkSync(path.join('../photos', name), path.join(links, `link-${photo}.jpg`));
  }
  const paths = [path.join(photos, 'inner'), links, photos];
  const [one, many] = [path.join(folder, 'one'), path.join(folder, 'many')];
  const { summary } = await runInProcess(paths, { size, follow: true, out: one });
  expect(summary.photos).toBe(8);
  const shards = [];
  for (const shard of ['1/3', '2/3', '3/3'])
    shards.push(await runInProcess(paths, { size, follow: true, out: many, shard }));
  expect(shards.reduce((sum, each) => sum + each.summary.photos, 0)).toBe(8);
  await mergeShards(
    [1, 2, 3].map((index) => path.join(many, `manifest-${index}-of-3.jsonl`)),
    { out: many },
  );
  const bytes = (out: string) => fs.readFileSync(path.join(out, 'manifest.jsonl'), 'utf8');
  expect(bytes(many)).toBe(bytes(one));
});
