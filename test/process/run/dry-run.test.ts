import fs from 'node:fs';
import path from 'node:path';
import { type PlanEvent, type PlanSummaryEvent, planThumbnails, type SummaryEvent } from 'thumbs-pipeline';
import { expect, test } from 'vitest';
import { thumbs, thumbsJson, thumbsUnprivileged } from '../../support/command.js';
import { recordsIn, thumbnailOf } from '../../support/output.js';
import { damagedImages } from '../../support/paths.js';
import { jpeg, mutate, photoFolder, snapshot, temporaryFolder } from '../../support/photos.js';
import { forksOf } from '../../support/processes.js';

/** A folder whose output is behind its photos in every way there is. */
async function outdated() {
  const { folder, out, files } = await photoFolder(8);
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos/broken.jpg'));
  await thumbs(['photos'], { cwd: folder });
  const [first = '', second = '', third = '', , fifth = ''] = files;
  fs.writeFileSync(first, await jpeg(100, 200, 100));
  fs.utimesSync(second, 1_700_000_000, 1_700_000_000);
  fs.renameSync(third, path.join(folder, 'photos/moved.jpg'));
  fs.rmSync(thumbnailOf(out, 'photo-4.jpg'));
  fs.rmSync(fifth);
  fs.writeFileSync(path.join(folder, 'photos/new.jpg'), await jpeg(200, 100, 200));
  fs.writeFileSync(path.join(out, `${'0'.repeat(64)}.png`), 'of nobody');
  mutate(thumbnailOf(out, 'photo-6.jpg'), 50);
  await thumbs(['verify', '--repair', '-q'], { cwd: folder });
  return { folder, out };
}

function bytesOf(folder: string, ...names: string[]): number {
  return names.reduce((sum, name) => sum + fs.statSync(path.join(folder, 'photos', name)).size, 0);
}

test('a dry run tells what a run then does, opens nothing and writes nothing', async () => {
  const { folder, out } = await outdated();
  const before = snapshot(folder);
  const { code, stderr, events } = await thumbsJson<PlanEvent>(['photos', '--dry-run', '-q'], {
    cwd: folder,
  });
  expect([code, stderr]).toEqual([0, '']);
  expect(snapshot(folder)).toEqual(before);
  const planned = events.flatMap((event) =>
    event.type === 'planned'
      ? [
          `${path.basename(event.path)}: ${event.plan}${event.why === undefined ? '' : ` ${event.why}`} ${event.bytes}`,
        ]
      : [],
  );
  const line = (name: string, plan: string) => `${name}: ${plan} ${bytesOf(folder, name)}`;
  expect(planned.sort()).toEqual([
    line('broken.jpg', 'known-bad'),
    line('moved.jpg', 'compare moved'),
    line('new.jpg', 'new new'),
    line('photo-1.jpg', 'changed changed'),
    line('photo-2.jpg', 'compare touched'),
    line('photo-4.jpg', 'changed thumbnail'),
    line('photo-6.jpg', 'changed redo'),
    line('photo-7.jpg', 'unchanged'),
    line('photo-8.jpg', 'unchanged'),
  ]);
  const amount = (...names: string[]) => ({ photos: names.length, bytes: bytesOf(folder, ...names) });
  const plan = events.at(-1);
  expect(plan).toEqual({
    type: 'plan',
    new: amount('new.jpg'),
    changed: amount('photo-1.jpg', 'photo-4.jpg', 'photo-6.jpg'),
    compare: amount('photo-2.jpg', 'moved.jpg'),
    unchanged: amount('photo-7.jpg', 'photo-8.jpg'),
    knownBad: amount('broken.jpg'),
    removed: 2,
    unneeded: { files: 3, bytes: expect.any(Number) },
    unreadableFolders: 0,
    skippedLinks: 0,
    walked: true,
  } satisfies PlanSummaryEvent);
  const pruned = events.flatMap((event) => (event.type === 'pruned' ? [event.path] : []));
  const run = await thumbsJson(['photos', '--prune', '-q'], { cwd: folder });
  const summary = run.events.at(-1) as SummaryEvent;
  expect(summary).toMatchObject({ made: 4, unchanged: 4, identified: 2, known: 1, removed: 2 });
  expect(run.events.flatMap((event) => (event.type === 'pruned' ? [event.path] : []))).toEqual(pruned);
  expect({ unneeded: summary.pruned }).toEqual({
    unneeded: plan?.type === 'plan' ? plan.unneeded : undefined,
  });
  expect(fs.readdirSync(out).filter((name) => name.endsWith('.png'))).toHaveLength(8);
});

test('a dry run says its figures in words, and with -v names each file', async () => {
  const { folder } = await outdated();
  const { code, stdout, stderr } = await thumbs(['photos', '--dry-run'], { cwd: folder });
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr.split('\n').map((line) => line.replace(/[\d.]+ [kM]B|\d+ bytes/, 'N').trim())).toEqual([
    '1 new, N',
    '3 changed, N',
    '2 moved or touched, to be compared by content, N',
    '2 unchanged, N',
    '1 known failures, not to be tried again (--retry-failed), N',
    '2 to leave the manifest: gone, or not selected any more',
    '3 files to prune, N to free (--prune, or `thumbs prune` afterwards)',
    'Nothing was done: this is a dry run.',
    '',
  ]);
  const verbose = await thumbs(['photos', '--dry-run', '-v'], { cwd: folder });
  expect(verbose.stderr).toMatch(/^changed photos\/photo-4\.jpg \(thumbnail, [\d.]+ kB\)$/m);
  expect(verbose.stderr).toMatch(/^new photos\/new\.jpg \([\d.]+ kB\)$/m);
  expect(verbose.stderr).toMatch(/^prune thumbnails\/0{64}\.png \(9 bytes\)$/m);
  // With --prune it shows what would go.
  expect((await thumbs(['photos', '--dry-run', '--prune'], { cwd: folder })).stderr).toMatch(
    /^prune thumbnails/m,
  );
});

test('the plan follows the options: --force, --retry-failed, another box', async () => {
  const { folder } = await photoFolder(2);
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos/broken.jpg'));
  await thumbs(['photos'], { cwd: folder });
  const reasons = async (...args: string[]) => {
    const { events } = await thumbsJson<PlanEvent>(['photos', '--dry-run', '-q', ...args], { cwd: folder });
    return events.flatMap((event) => (event.type === 'planned' ? [event.why ?? event.plan] : []));
  };
  expect((await reasons()).sort()).toEqual(['known-bad', 'unchanged', 'unchanged']);
  expect((await reasons('--retry-failed')).sort()).toEqual(['retry', 'unchanged', 'unchanged']);
  expect(await reasons('--force')).toEqual(['force', 'force', 'force']);
  expect(await reasons('-s', '100')).toEqual(['options', 'options', 'options']);
});

test('what --force would make with another box, or of another photo, is not what is there', async () => {
  const { folder, files } = await photoFolder(3);
  await thumbs(['photos'], { cwd: folder });
  const toPrune = async (...args: string[]) =>
    /^(\d+) files? to prune/m.exec(
      (await thumbs(['photos', '--dry-run', ...args], { cwd: folder })).stderr,
    )?.[1];
  expect(await toPrune('--force')).toBe('0');
  expect(await toPrune('--force', '-s', '50')).toBe('3');
  fs.appendFileSync(files[0] ?? '', 'more');
  expect(await toPrune('--force')).toBe('1');
  expect((await thumbs(['photos', '--force', '-s', '50', '--prune'], { cwd: folder })).stderr).toMatch(
    /^3 files pruned/m,
  );
});

test('a dry run that is stopped tells of nothing to prune', async () => {
  const { folder, out } = await photoFolder(3);
  await thumbs(['photos'], { cwd: folder });
  const events: PlanEvent[] = [];
  const signal = AbortSignal.abort();
  for await (const event of planThumbnails([path.join(folder, 'photos')], { out, signal }))
    events.push(event);
  expect(events).toEqual([
    expect.objectContaining({ type: 'plan', removed: 0, unneeded: { files: 0, bytes: 0 }, walked: false }),
  ]);
});

test('a dry run where nothing is yet makes nothing, and starts no process', async () => {
  const { folder } = await photoFolder(3);
  const before = snapshot(folder);
  expect((await thumbs(['photos', '--dry-run'], { cwd: folder })).stderr).toMatch(/^ +3 new, [\d.]+ kB$/m);
  const forks = await forksOf(async () => {
    for await (const _ of planThumbnails([path.join(folder, 'photos')], { out: path.join(folder, 'out') }));
  });
  expect(forks).toBe(0);
  expect(snapshot(folder)).toEqual(before);
});

test('a folder that cannot be read is told of, and what was in it stays; exit 1', async () => {
  const { folder, out } = await photoFolder(2);
  fs.mkdirSync(path.join(folder, 'photos/shut'));
  fs.writeFileSync(path.join(folder, 'photos/shut/a.jpg'), await jpeg(9));
  await thumbs(['photos'], { cwd: folder });
  fs.chmodSync(path.join(folder, 'photos/shut'), 0o000);
  const { code, stderr } = await thumbsUnprivileged(['photos', '--dry-run'], { cwd: folder });
  fs.chmodSync(path.join(folder, 'photos/shut'), 0o700);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^UNREADABLE FOLDER photos\/shut: permission denied \(EACCES\)$/m);
  expect(stderr).toMatch(/^ +0 to leave the manifest/m);
  expect(stderr).toMatch(/^0 files to prune/m);
  expect(recordsIn(out)).toHaveLength(3);
});

test('a dry run refuses what a run refuses', async () => {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'thumbnails'));
  fs.mkdirSync(path.join(folder, 'photos'));
  fs.writeFileSync(path.join(folder, 'thumbnails/manifest.jsonl'), 'my notes\n');
  expect((await thumbs(['photos', '--dry-run'], { cwd: folder })).code).toBe(3);
  expect((await thumbs(['nowhere', '--dry-run'], { cwd: folder })).code).toBe(2);
  expect(() => planThumbnails(['photos'], { workers: 0 })).toThrow(
    expect.objectContaining({ code: 'OPTION' }),
  );
});
