// Several variants of each photo: what is made, what stays, and what the manifest says. Whole runs in this process.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { ThumbsOptions } from '../../../src/options/options.js';
import { setTime } from '../../support/file-changes.js';
import { runFolder } from '../../support/in-process/run.js';
import { expectSound, outcomesOf, recordsIn, thumbnailsIn } from '../../support/output.js';
import { sampleImages } from '../../support/paths.js';
import { jpeg, photoFolder, temporaryFolder } from '../../support/photos.js';

const small = '100x100';
const page = '300x300,format=webp,name=page';
const card = '120x120,fit=cover,format=jpeg,name=card';

/** The names of the variants in each record. */
function variantsIn(out: string): string[][] {
  return recordsIn(out).map((record) =>
    record.status === 'done' ? record.thumbnails.map(({ variant }) => variant) : [],
  );
}

/** The manifest's text. */
function manifestOf(out: string): string {
  return fs.readFileSync(path.join(out, 'manifest.jsonl'), 'utf8');
}

/** Files by name, with the time at which each was written. */
function timesIn(out: string): Record<string, number> {
  const names = thumbnailsIn(out);
  return Object.fromEntries(names.map((name) => [name, fs.statSync(path.join(out, name)).mtimeMs]));
}

test('variants that are added one by one in any order give the files and the manifest of one run', async () => {
  const { folder, out } = photoFolder(3);
  const size = [small, page, card];
  const { summary } = await runFolder(folder, { size, placeholder: true });
  expect(summary).toMatchObject({ photos: 3, done: 3, made: 9, shared: 0 });
  const [manifest, files] = [manifestOf(out), timesIn(out)];
  for (const steps of [
    [[card], [page, card], size],
    [[page], size],
    [[small, card], [card, small], size],
  ]) {
    fs.rmSync(out, { recursive: true });
    for (const [index, step] of steps.entries())
      await runFolder(folder, { size: step, placeholder: index > 0, prune: true });
    expect(manifestOf(out)).toBe(manifest);
    expect(Object.keys(timesIn(out)).sort()).toEqual(Object.keys(files).sort());
    await expectSound(out);
  }
});

test('a variant that is added is made alone', async () => {
  const { folder, out } = photoFolder(2);
  await runFolder(folder, { size: small });
  const before = timesIn(out);
  const parts: unknown[] = [];
  const { events, summary } = await runFolder(folder, { size: [small, page] });
  for (const event of events) if (event.type === 'done') parts.push(event.record.thumbnails.length);
  expect(summary).toMatchObject({ done: 2, made: 2, unchanged: 0 });
  expect(parts).toEqual([2, 2]);
  expect(timesIn(out)).toMatchObject(before);
  expect(variantsIn(out)).toEqual([
    [small, 'page'],
    [small, 'page'],
  ]);
  await expectSound(out);
});

test('a variant that is left out is dropped without a consumer, and prune frees its files alone', async () => {
  const { folder, out } = photoFolder(2);
  await runFolder(folder, { size: [small, page] });
  const { summary, started } = await runFolder(folder, { size: page });
  expect([started, summary.unchanged, summary.made]).toEqual([0, 2, 0]);
  expect(variantsIn(out)).toEqual([['page'], ['page']]);
  expect(thumbnailsIn(out)).toHaveLength(4);
  const { summary: pruned } = await runFolder(folder, { size: page, prune: true });
  expect(pruned.pruned?.files).toBe(2);
  expect(thumbnailsIn(out).filter((name) => name.endsWith('.webp'))).toHaveLength(2);
  await expectSound(out);
});

test('variants that are renamed or asked for in another order keep their files', async () => {
  const { folder, out } = photoFolder(2);
  await runFolder(folder, { size: [small, page] });
  const before = timesIn(out);
  const renamed = ['300x300,format=webp,name=screen', `${small},name=grid`];
  const { summary, started } = await runFolder(folder, { size: renamed });
  expect([started, summary.unchanged]).toEqual([0, 2]);
  expect(timesIn(out)).toEqual(before);
  expect(variantsIn(out)).toEqual([
    ['screen', 'grid'],
    ['screen', 'grid'],
  ]);
  const again = await runFolder(folder, { size: renamed });
  expect([again.started, again.summary.unchanged]).toEqual([0, 2]);
});

test('two variants with the same spec share a file', async () => {
  const { folder, out } = photoFolder(1);
  const { summary } = await runFolder(folder, { size: [small, `${small},name=grid`] });
  expect([summary.made, summary.shared]).toEqual([1, 1]);
  expect(thumbnailsIn(out)).toHaveLength(1);
  await expectSound(out);
});

test('a variant whose file is missing is made again alone', async () => {
  const { folder, out } = photoFolder(1);
  await runFolder(folder, { size: [small, page] });
  const before = timesIn(out);
  const missing = thumbnailsIn(out).find((name) => name.endsWith('.webp')) ?? '';
  fs.rmSync(path.join(out, missing));
  const { summary } = await runFolder(folder, { size: [small, page] });
  expect(summary).toMatchObject({ done: 1, made: 1 });
  expect(Object.keys(timesIn(out)).sort()).toEqual(Object.keys(before).sort());
  const other = Object.keys(before).find((name) => name !== missing) ?? '';
  expect(timesIn(out)[other]).toBe(before[other]);
});

test('a photo that was changed behind its size and time gets all its variants when one is added', async () => {
  const { folder, out, files } = photoFolder(1);
  const [file = ''] = files;
  const bytes = fs.readFileSync(file);
  setTime(file, 1_700_000_000);
  await runFolder(folder, { size: small });
  const before = thumbnailsIn(out);
  // Behind the end of the image, so that the size stays.
  const other = await jpeg(7, 60, 50);
  fs.writeFileSync(file, Buffer.concat([other, Buffer.alloc(bytes.length)]).subarray(0, bytes.length));
  setTime(file, 1_700_000_000);
  const { summary } = await runFolder(folder, { size: [small, page] });
  expect(summary).toMatchObject({ done: 1, made: 2 });
  expect(thumbnailsIn(out)).toHaveLength(3);
  const [record] = recordsIn(out);
  expect(record?.status === 'done' && record.thumbnails[0]?.file).not.toBe(before[0]);
});

test('a photo that was moved while a variant was added is read for that variant alone', async () => {
  const { folder, out, files } = photoFolder(2);
  await runFolder(folder, { size: small });
  const before = timesIn(out);
  fs.renameSync(files[0] ?? '', path.join(folder, 'photos', 'moved.jpg'));
  const { summary } = await runFolder(folder, { size: [small, page] });
  expect(summary).toMatchObject({ done: 2, made: 2 });
  expect(timesIn(out)).toMatchObject(before);
  await expectSound(out);
});

test('a placeholder that is wanted later is made without a thumbnail, and dropped when it is not wanted', async () => {
  const { folder, out } = photoFolder(2);
  await runFolder(folder, { size: small });
  const [manifest, before] = [manifestOf(out), timesIn(out)];
  const { summary } = await runFolder(folder, { size: small, placeholder: true });
  expect(summary).toMatchObject({ done: 2, made: 0 });
  expect(timesIn(out)).toEqual(before);
  for (const record of recordsIn(out))
    expect(record.status === 'done' && record.placeholder).toMatch(/^[\w+/]{20,40}=*$/);
  const second = await runFolder(folder, { size: small, placeholder: true });
  expect([second.started, second.summary.unchanged]).toEqual([0, 2]);
  const third = await runFolder(folder, { size: small });
  expect(third.started).toBe(0);
  expect(manifestOf(out)).toBe(manifest);
});

test('a photo of which a placeholder cannot be made keeps its thumbnails', async () => {
  const { folder, out, files } = photoFolder(1);
  await runFolder(folder, { size: small });
  const doJob = async () => ({ status: 'failed', code: 'INTERNAL', reason: 'a test' }) as const;
  const { events } = await runFolder(folder, { size: small, placeholder: true }, { doJob });
  expect(outcomesOf(events)).toEqual({ [path.basename(files[0] ?? '')]: 'unchanged' });
  expect(variantsIn(out)).toEqual([[small]]);
});

test('a photo that cannot have one of its variants fails as a whole, and nothing of it is published', async () => {
  const folder = temporaryFolder();
  const out = path.join(folder, 'thumbnails');
  const heic = fs.readFileSync(path.join(sampleImages, 'embedded-thumbnail.heic'));
  // The tiles of the full picture; the smaller one is behind them.
  heic.fill(0, 2000, 20_000);
  fs.mkdirSync(path.join(folder, 'photos'));
  fs.writeFileSync(path.join(folder, 'photos', 'half.heic'), heic);
  const alone = await runFolder(folder, { size: small, out: path.join(folder, 'alone') });
  expect(alone.summary).toMatchObject({ made: 1, failed: 0 });
  const { summary } = await runFolder(folder, { size: [small, '600x600'] });
  expect(summary).toMatchObject({ made: 0, failures: { CORRUPT: 1 } });
  expect(thumbnailsIn(out)).toEqual([]);
});

test('a photo that cannot have a further variant for another reason than itself is reported and keeps what it has', async () => {
  const { folder, out } = photoFolder(1);
  await runFolder(folder, { size: small });
  const before = manifestOf(out);
  const doJob = async () => ({ status: 'failed', code: 'TIMEOUT', reason: 'a test' }) as const;
  const { summary } = await runFolder(folder, { size: [small, page], prune: true }, { doJob });
  expect(summary).toMatchObject({ failures: { TIMEOUT: 1 }, made: 0, unchanged: 0 });
  expect([variantsIn(out), thumbnailsIn(out).length]).toEqual([[[small]], 1]);
  const { summary: next } = await runFolder(folder, { size: [small, page] });
  expect(next).toMatchObject({ done: 1, made: 1, failed: 0 });
  await runFolder(folder, { size: small });
  expect(manifestOf(out)).toBe(before);
});

test('variants keep the order in which they are asked for, whatever they are called', async () => {
  const { folder, out } = photoFolder(1);
  const size = ['40,name=b', '50,name=1', '60,name=constructor', '70,name=__proto__', '80,name=0'];
  await runFolder(folder, { size });
  const manifest = manifestOf(out);
  expect(variantsIn(out)).toEqual([['b', '1', 'constructor', '__proto__', '0']]);
  await runFolder(folder, { size: [...size].reverse() });
  const back = await runFolder(folder, { size });
  expect([back.started, manifestOf(out)]).toEqual([0, manifest]);
});

test.each<[string, ThumbsOptions, ThumbsOptions]>([
  ['quality', { size: '90,format=webp,quality=60,name=a' }, { size: '90,format=webp,quality=61,name=a' }],
  ['fit', { size: '90x90,name=a' }, { size: '90x90,fit=cover,name=a' }],
  ['default format', { size: '90x90,name=a' }, { size: '90x90,name=a', format: 'jpeg' }],
  ['background', { size: '90x90,fit=contain,name=a' }, { size: '90x90,fit=contain,background=black,name=a' }],
])('another %s under the same name is another variant', async (_, first, second) => {
  const { folder } = photoFolder(1);
  await runFolder(folder, first);
  const { summary } = await runFolder(folder, second);
  expect(summary).toMatchObject({ done: 1, made: 1, unchanged: 0 });
});
