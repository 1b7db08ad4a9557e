// Merging, and what is refused: whole shards in process.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readMarker } from '../../../../src/files/folder-marker.js';
import {
  type MergeOptions,
  type MergeSummary,
  mergeShards,
} from '../../../../src/maintenance/merging/merge.js';
import type { ThumbsOptions } from '../../../../src/options/options.js';
import { type InProcessRun, runInProcess } from '../../../support/in-process/run.js';
import { photoFolder, snapshot, writePhotos } from '../../../support/photos.js';

interface Place {
  readonly folder: string;
  readonly out: string;
  readonly merged: string;
}

function place(photos: number): Place {
  const { folder, out } = photoFolder(photos);
  return { folder, out, merged: path.join(out, 'manifest.jsonl') };
}

function shard(place: Place, name: string, options: ThumbsOptions = {}): Promise<InProcessRun> {
  return runInProcess([path.join(place.folder, 'photos')], {
    out: place.out,
    size: 30,
    shard: name,
    ...options,
  });
}

async function allShards(place: Place, of: number, options?: ThumbsOptions): Promise<string[]> {
  for (let index = 1; index <= of; index += 1) await shard(place, `${index}/${of}`, options);
  return manifests(place, of);
}

function manifests({ out }: Place, of: number): string[] {
  return Array.from({ length: of }, (_, index) => path.join(out, `manifest-${index + 1}-of-${of}.jsonl`));
}

async function merge(
  { out }: Place,
  files: readonly string[],
  options: MergeOptions = {},
): Promise<MergeSummary> {
  const merged = await mergeShards(files, { out, ...options });
  if (merged === undefined) throw new Error('Expected no stop');
  return merged;
}

/** Why it is not merged; nothing may have been written. */
async function refusal(place: Place, files: readonly string[], options?: MergeOptions): Promise<string> {
  const before = contentsOf(place.folder);
  const error = await merge(place, files, options).catch((failure) => failure);
  expect(error).toMatchObject({ code: expect.stringMatching(/^(?:MANIFEST|OPTION|OUTPUT)$/) });
  expect(contentsOf(place.folder)).toEqual(before);
  return error.message.replaceAll(place.folder, '<folder>');
}

/** Every file; the folder's own time changes when it is locked. */
function contentsOf(folder: string): Map<string, string> {
  const found = snapshot(folder);
  found.delete('thumbnails');
  return found;
}

/** Changes the header of a manifest. */
function changeHeader(file: string, change: (header: Record<string, Record<string, unknown>>) => void): void {
  const [first = '', ...lines] = fs.readFileSync(file, 'utf8').split('\n');
  const header = JSON.parse(first);
  change(header);
  fs.writeFileSync(file, [JSON.stringify(header), ...lines].join('\n'));
}

test('manifests of other shards, of whole runs and of other divisions are named', async () => {
  const here = place(8);
  const files = await allShards(here, 3);
  const [one = '', two = '', three = ''] = files;
  expect(await refusal(here, [two])).toBe('Not merged: shards 1/3 and 3/3 are missing');
  expect(await refusal(here, [one, two, one])).toBe(
    'Not merged: shard 1/3 is given twice; shard 3/3 is missing',
  );
  await shard(here, '2/2');
  expect(await refusal(here, [one, three, path.join(here.out, 'manifest-2-of-2.jsonl')])).toBe(
    'Not merged: the others divide the photos by 3, and <folder>/thumbnails/manifest-2-of-2.jsonl is that of shard 2/2; ' +
      'shard 2/3 is missing',
  );
  fs.rmSync(path.join(here.folder, 'photos/photo-1.jpg'));
  await runInProcess([path.join(here.folder, 'photos')], { out: here.out, size: 30 });
  expect(await refusal(here, [one, two, here.merged])).toBe(
    'Not merged: <folder>/thumbnails/manifest.jsonl is not the manifest of a shard',
  );
  expect(await refusal(here, [path.join(here.out, 'manifest-*-of-3.jsonl')])).toMatch(
    /^Cannot read the manifest .*manifest-\*-of-3\.jsonl: there is no such file$/,
  );
  expect(await refusal(here, files)).toMatch(
    /manifest\.jsonl was changed since the shards began: run them again, which makes only what is new$/,
  );
  const many = Array.from({ length: 3 }, (_, index) => `${index + 1}/100`);
  for (const name of many) await shard(here, name);
  const some = [1, 2, 3].map((index) => path.join(here.out, `manifest-${index}-of-100.jsonl`));
  expect(await refusal(here, some)).toMatch(/: shards 4\/100, 5\/100, .*, 23\/100 and 77 more are missing$/);
});

test('shards that were made by other versions or options, or over other paths, are named', async () => {
  const here = place(8);
  const files = await allShards(here, 3);
  const [one = '', two = '', three = ''] = files;
  changeHeader(two, ({ versions, decoders }) => {
    Object.assign(versions ?? {}, { sharp: '0.30.0' });
    Object.assign(decoders ?? {}, { jpeg: '0' });
  });
  const own = JSON.parse(fs.readFileSync(one, 'utf8').split('\n')[0] ?? '').versions.sharp;
  expect(await refusal(here, files)).toBe(
    `Not merged: shard 2/3 was made with sharp 0.30.0 instead of ${own}`,
  );
  // The shard's next run makes them by the versions of now.
  await shard(here, '2/3');
  await shard(here, '3/3', { size: 20 });
  expect(await refusal(here, files)).toBe(
    'Not merged: shard 3/3 was made with other options than the others',
  );
  await shard(here, '3/3');
  for (const options of [{ exclude: ['drafts'] }, { placeholder: true }]) {
    await shard(here, '1/3', options);
    expect(await refusal(here, files)).toBe(
      'Not merged: shard 1/3 was run over other paths or with other options than the others',
    );
  }
  await shard(here, '1/3');
  writePhotos(path.join(here.folder, 'more'), 1);
  const paths = ['photos', 'more'].map((name) => path.join(here.folder, name));
  await runInProcess(paths, { out: here.out, size: 30, shard: '2/3' });
  expect(await refusal(here, files)).toBe(
    'Not merged: shard 2/3 was run over other paths or with other options than the others',
  );
  await shard(here, '2/3');
  changeHeader(three, ({ shard: header }) => delete header?.complete);
  expect(await refusal(here, files)).toMatch(/^Not merged: shard 3\/3 is not complete: /);
  await shard(here, '3/3');
  // One is outside of the paths that were walked last, and stays, as after one run.
  expect(await merge(here, files)).toMatchObject({
    shards: 3,
    photos: 9,
    failed: 0,
    removed: 0,
    exports: [],
  });
});

test('a damaged, a foreign and a misplaced line are refused by number, and nothing is written', async () => {
  const here = place(12);
  const files = await allShards(here, 2);
  const [one = '', two = ''] = files;
  const [text, other] = [one, two].map((file) => fs.readFileSync(file, 'utf8').trimEnd().split('\n'));
  const write = (lines: Array<string | undefined>) =>
    fs.writeFileSync(one, lines.map((line) => `${line}\n`).join(''));
  const [header, first, second, ...more] = text ?? [];
  write([header, first, '{"source":', ...more]);
  expect(await refusal(here, files)).toMatch(/line 3 is not a record$/);
  write([header, first, other?.[1], ...more]);
  expect(await refusal(here, files)).toMatch(/line 3 has a photo that is not of shard 1\/2$/);
  write([header, second, first, ...more]);
  expect(await refusal(here, files)).toMatch(/line 3 is not in its place$/);
  write([header, first, first, second, ...more]);
  expect(await refusal(here, files)).toMatch(/line 3 is not in its place$/);
  fs.writeFileSync(one, (text ?? []).join('\n'));
  expect(await refusal(here, files)).toMatch(/its last line is incomplete$/);
});

test('the merged manifest lies where those of the shards lie, and the folder is theirs', async () => {
  const here = place(4);
  const files = await allShards(here, 2);
  const elsewhere = path.join(here.folder, 'elsewhere');
  fs.mkdirSync(elsewhere);
  expect(await refusal(here, files, { out: elsewhere })).toMatch(
    /^Expected `out` to be <folder>\/thumbnails, where manifest-1-of-2\.jsonl lies, got /,
  );
  for (const manifest of ['catalog.jsonl', '../manifest.jsonl'])
    expect(await refusal(here, files, { manifest: path.join(here.out, manifest) })).toMatch(
      /^Expected `manifest` to be <folder>\/thumbnails\/manifest\.jsonl, of which manifest-1-of-2\.jsonl is a part, got /,
    );
  expect(await refusal(here, files, { out: elsewhere, manifest: here.merged })).toMatch(
    /^Expected `out` to be the folder of these thumbnails, whose \.thumbs\.json names the manifests, got /,
  );
  for (const file of ['photos/photo-1.jpg', 'thumbnails/.thumbs.json', 'thumbnails/manifest-1-of-2.jsonl'])
    await expect(merge(here, files, { export: [path.join(here.folder, file)] })).rejects.toMatchObject({
      code: 'OPTION',
    });
  await expect(merge(here, [])).rejects.toMatchObject({ code: 'OPTION' });
  await expect(merge(here, files, { kep: true } as MergeOptions)).rejects.toMatchObject({ code: 'OPTION' });
});

test('the marker names the merged manifest, and those that left its photos; --keep keeps the manifests', async () => {
  const here = place(30);
  await merge(here, await allShards(here, 3));
  expect(readMarker(here.out)).toMatchObject({ manifests: ['manifest.jsonl'] });
  const photos = path.join(here.folder, 'photos');
  for (let photo = 1; photo <= 10; photo += 1) fs.rmSync(path.join(photos, `photo-${photo}.jpg`));
  fs.mkdirSync(path.join(photos, 'moved'));
  for (let photo = 11; photo <= 20; photo += 1)
    fs.renameSync(path.join(photos, `photo-${photo}.jpg`), path.join(photos, 'moved', `${photo}.jpg`));
  const files = await allShards(here, 2);
  expect(readMarker(here.out)?.manifests).toEqual([
    'manifest-1-of-2.jsonl',
    'manifest-2-of-2.jsonl',
    'manifest.jsonl',
  ]);
  expect(await merge(here, files, { keep: true })).toMatchObject({ photos: 20, removed: 20 });
  expect(readMarker(here.out)).toMatchObject({
    manifests: ['manifest.jsonl'],
    left: { 'manifest.jsonl': 10 },
  });
  for (const file of files) expect(fs.existsSync(file)).toBe(true);
});

test('shards of an earlier time are not merged with later ones', async () => {
  const here = place(10);
  const files = await allShards(here, 2);
  await merge(here, files, { keep: true });
  fs.rmSync(path.join(here.folder, 'photos/photo-1.jpg'));
  // One is run again, the other is that of before.
  await shard(here, '1/2');
  expect(await refusal(here, files)).toMatch(
    /^Not merged: shard [12]\/2 began with another merged manifest than the others, at an earlier time: run it again$/,
  );
  await shard(here, '2/2');
  expect(await merge(here, files)).toMatchObject({ photos: 9, removed: 1 });
});

test('a merge that was interrupted behind the manifest is finished by the next', async () => {
  const here = place(10);
  const files = await allShards(here, 2);
  const saved = new Map(
    [...files, path.join(here.out, '.thumbs.json')].map((file) => [file, fs.readFileSync(file)]),
  );
  await merge(here, files);
  const merged = fs.readFileSync(here.merged);
  for (const [file, bytes] of saved) fs.writeFileSync(file, bytes);
  const { ino } = fs.statSync(here.merged);
  await merge(here, files);
  expect(fs.readFileSync(here.merged)).toEqual(merged);
  expect(fs.statSync(here.merged).ino).toBe(ino);
  expect(readMarker(here.out)?.manifests).toEqual(['manifest.jsonl']);
  for (const file of files) expect(fs.existsSync(file)).toBe(false);
});

test('a merge that is stopped changes nothing', async () => {
  const here = place(4);
  const files = await allShards(here, 2);
  const before = contentsOf(here.folder);
  const signal = AbortSignal.abort();
  expect(await mergeShards(files, { out: here.out, signal })).toBe(undefined);
  expect(contentsOf(here.folder)).toEqual(before);
});
