// Dry runs: the plan says what a run then does, and writes nothing.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { ThumbsOptions } from '../../../src/options/options.js';
import type { PlanSummaryEvent, Pruned } from '../../../src/run/events.js';
import { type PlanEvent, planThumbnails } from '../../../src/run/plan-thumbnails.js';
import { replaceUnseen, setTime } from '../../support/file-changes.js';
import { verify } from '../../support/in-process/maintenance.js';
import { runFolder } from '../../support/in-process/run.js';
import { writeThumbnail } from '../../support/left-files.js';
import { outcomesOf, thumbnailOf, thumbnailsIn } from '../../support/output.js';
import { damagedImages } from '../../support/paths.js';
import { jpeg, mutate, photoFolder, snapshot, temporaryFolder } from '../../support/photos.js';
import { forksOf } from '../../support/processes/processes.js';

interface Plan {
  readonly events: PlanEvent[];
  readonly summary: PlanSummaryEvent;
  /** For each photo's name why it is a job, or its plan when it is none. */
  readonly photos: Readonly<Record<string, string>>;
  /** Paths of the files that would be pruned. */
  readonly pruned: string[];
}

/** A dry run over `photos` of a folder into its `thumbnails`. */
async function planFolder(folder: string, options: ThumbsOptions = {}): Promise<Plan> {
  const out = path.join(folder, 'thumbnails');
  const events: PlanEvent[] = [];
  for await (const event of planThumbnails([path.join(folder, 'photos')], { out, ...options }))
    events.push(event);
  const summary = events.at(-1);
  if (summary?.type !== 'plan') throw new Error('Expected a dry run to end with its summary');
  const photos = events.flatMap((event) =>
    event.type === 'planned' ? [[path.basename(event.path), event.why ?? event.plan]] : [],
  );
  const pruned = events.flatMap((event) => (event.type === 'pruned' ? [event.path] : []));
  return { events, summary, photos: Object.fromEntries(photos), pruned };
}

/** A folder whose output is behind its photos in every way there is. */
async function outdated() {
  const { folder, out, files } = photoFolder(8);
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos/broken.jpg'));
  for (const file of files) setTime(file, 1_600_000_000);
  await runFolder(folder);
  const [first = '', second = '', third = '', , fifth = '', , seventh = ''] = files;
  fs.writeFileSync(first, await jpeg(100, 200, 100));
  setTime(second, 1_700_000_000);
  fs.renameSync(third, path.join(folder, 'photos/moved.jpg'));
  fs.rmSync(thumbnailOf(out, 'photo-4.jpg'));
  fs.rmSync(fifth);
  fs.writeFileSync(path.join(folder, 'photos/new.jpg'), await jpeg(200, 100, 200));
  writeThumbnail(out, 'no record names it');
  mutate(thumbnailOf(out, 'photo-6.jpg'), 50);
  await verify({ out, repair: true });
  replaceUnseen(seventh);
  return { folder, out };
}

test('a dry run reports what a run then does, and writes nothing', async () => {
  const { folder, out } = await outdated();
  const before = snapshot(folder);
  const { events, summary: plan, pruned } = await planFolder(folder);
  expect(snapshot(folder)).toEqual(before);
  const bytesOf = (name: string) => fs.statSync(path.join(folder, 'photos', name)).size;
  const planned = events.flatMap((event) =>
    event.type === 'planned'
      ? [[path.basename(event.path), `${event.plan} ${event.why ?? '-'} ${event.bytes}`]]
      : [],
  );
  const expected = {
    'broken.jpg': 'known-bad -',
    'moved.jpg': 'compare moved',
    'new.jpg': 'new new',
    'photo-1.jpg': 'changed changed',
    'photo-2.jpg': 'compare touched',
    'photo-4.jpg': 'changed thumbnail',
    'photo-6.jpg': 'changed redo',
    'photo-7.jpg': 'unchanged -',
    'photo-8.jpg': 'unchanged -',
  };
  expect(Object.fromEntries(planned)).toEqual(
    Object.fromEntries(Object.entries(expected).map(([name, text]) => [name, `${text} ${bytesOf(name)}`])),
  );
  const amount = (...names: string[]) => ({
    photos: names.length,
    bytes: names.reduce((sum, name) => sum + bytesOf(name), 0),
  });
  expect(plan).toEqual({
    type: 'plan',
    new: amount('new.jpg'),
    changed: amount('photo-1.jpg', 'photo-4.jpg', 'photo-6.jpg'),
    compare: amount('photo-2.jpg', 'moved.jpg'),
    unchanged: amount('photo-7.jpg', 'photo-8.jpg'),
    knownBad: amount('broken.jpg'),
    variants: { '200x200': 4 },
    removed: 2,
    kept: 0,
    emptyRoots: [],
    unneeded: { files: 3, bytes: expect.any(Number) },
    unreadableFolders: 0,
    skippedLinks: 0,
    passedOver: {},
    photosPassedOver: 0,
    lacking: [],
    besideJpeg: {},
    skippedFolders: {},
    selectedNothing: { paths: [], include: [] },
    excludedNothing: [],
    walked: true,
  } satisfies PlanSummaryEvent);
  const run = await runFolder(folder, { prune: true });
  expect(run.summary).toMatchObject({
    made: 4,
    unchanged: 4,
    identified: 2,
    known: 1,
    removed: 2,
    pruned: plan.unneeded satisfies Pruned | undefined,
  });
  expect(outcomesOf(run.events)).toMatchObject({ 'moved.jpg': 'identified', 'photo-2.jpg': 'identified' });
  expect(run.events.flatMap((event) => (event.type === 'pruned' ? [event.path] : []))).toEqual(pruned);
  expect(thumbnailsIn(out)).toHaveLength(8);
});

test('the plan follows force, retryFailed and another box', async () => {
  const { folder, files } = photoFolder(1);
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos/broken.jpg'));
  await runFolder(folder);
  fs.copyFileSync(files[0] ?? '', path.join(folder, 'photos/copy.jpg'));
  for (const [options, broken, copy, sound] of [
    [{}, 'known-bad', 'moved', 'unchanged'],
    [{ retryFailed: true }, 'retry', 'moved', 'unchanged'],
    [{ force: true }, 'force', 'new', 'force'],
    // Records under other options identify nothing.
    [{ size: 100 }, 'options', 'new', 'options'],
  ] as const) {
    const { photos } = await planFolder(folder, options);
    expect(photos).toEqual({ 'broken.jpg': broken, 'copy.jpg': copy, 'photo-1.jpg': sound });
  }
});

test('a thumbnail that force would make again is not to be pruned; one of another box or another photo is', async () => {
  const { folder, files } = photoFolder(3);
  await runFolder(folder);
  const toPrune = async (options: ThumbsOptions) =>
    (await planFolder(folder, options)).summary.unneeded?.files;
  expect(await toPrune({ force: true })).toBe(0);
  expect(await toPrune({ force: true, size: 50 })).toBe(3);
  fs.appendFileSync(files[0] ?? '', 'more');
  expect(await toPrune({ force: true })).toBe(1);
  const { summary } = await runFolder(folder, { force: true, size: 50, prune: true });
  expect(summary.pruned?.files).toBe(3);
});

test('a dry run that is stopped reports nothing to remove or to prune, and nothing that selected nothing', async () => {
  const { folder, out } = photoFolder(3);
  await runFolder(folder);
  writeThumbnail(out, 'no record names it');
  const globs = { include: ['*.tif'], exclude: ['drafts'] };
  const { events } = await planFolder(folder, { ...globs, signal: AbortSignal.abort() });
  expect(events).toEqual([
    expect.objectContaining({
      type: 'plan',
      removed: 0,
      unneeded: { files: 0, bytes: 0 },
      selectedNothing: { paths: [], include: [] },
      excludedNothing: [],
      walked: false,
    }),
  ]);
});

test('a first dry run creates neither an output folder nor a manifest, and starts no process', async () => {
  const { folder, files } = photoFolder(3);
  const before = snapshot(folder);
  const bytes = files.reduce((sum, file) => sum + fs.statSync(file).size, 0);
  const forks = await forksOf(async () => {
    expect((await planFolder(folder)).summary).toMatchObject({ new: { photos: 3, bytes }, removed: 0 });
  });
  expect(forks).toBe(0);
  expect(snapshot(folder)).toEqual(before);
});

test('a dry run refuses what a run refuses', async () => {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'thumbnails'));
  fs.mkdirSync(path.join(folder, 'photos'));
  for (const text of ['my notes\n', '{"manifest":"thumbs","version":2,"options":"x"}\n']) {
    fs.writeFileSync(path.join(folder, 'thumbnails/manifest.jsonl'), text);
    await expect(planFolder(folder)).rejects.toMatchObject({ code: 'MANIFEST' });
  }
  const nowhere = path.join(folder, 'nowhere');
  await expect(planThumbnails([nowhere]).next()).rejects.toMatchObject({ code: 'OPTION' });
  expect(() => planThumbnails(['photos'], { workers: 0 })).toThrow(
    expect.objectContaining({ code: 'OPTION' }),
  );
});

test('a run that works and ends during the dry run makes nothing that could be pruned', async () => {
  const { folder, out } = photoFolder(2);
  await runFolder(folder);
  fs.writeFileSync(path.join(folder, 'photos/new.jpg'), await jpeg(200, 100, 200));
  const events: PlanEvent[] = [];
  for await (const event of planThumbnails([path.join(folder, 'photos')], { out })) {
    if (events.length === 0) await runFolder(folder);
    events.push(event);
  }
  expect(thumbnailsIn(out)).toHaveLength(3);
  expect(events.filter(({ type }) => type === 'pruned')).toEqual([]);
  const manifest = path.join(out, 'manifest.jsonl');
  expect(events.at(-1)).toMatchObject({ unneededUnknown: `another run has changed ${manifest} meanwhile` });
  expect(events.at(-1)).not.toHaveProperty('unneeded');
});
