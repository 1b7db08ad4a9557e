import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {
  createThumbnails,
  type DoneEvent,
  type DoneRecord,
  type FailedEvent,
  type ImageErrorCode,
  type ManifestRecord,
  readManifest,
  type SummaryEvent,
  type ThumbsError,
  type ThumbsEvent,
  type ThumbsOptions,
} from 'thumbs-pipeline';
import { expect, expectTypeOf, test } from 'vitest';
import { expectSound, recordsIn } from '../../support/output.js';
import { projectFolder } from '../../support/paths.js';
import { photoFolder, temporaryFolder, writePhotos } from '../../support/photos.js';
import { childrenOf } from '../../support/processes.js';

test('the public types say what comes', () => {
  expectTypeOf(createThumbnails).toBeCallableWith(['photos'] as const, { workers: 4, size: '200x150' });
  expectTypeOf<Parameters<typeof createThumbnails>[1]>().toEqualTypeOf<ThumbsOptions | undefined>();
  expectTypeOf(createThumbnails).returns.toExtend<AsyncIterable<ThumbsEvent>>();
  expectTypeOf<Extract<ThumbsEvent, { type: 'done' }>>().toEqualTypeOf<DoneEvent>();
  expectTypeOf<Extract<ThumbsEvent, { type: 'failed' }>>().toEqualTypeOf<FailedEvent>();
  expectTypeOf<Extract<ThumbsEvent, { type: 'summary' }>>().toEqualTypeOf<SummaryEvent>();
  expectTypeOf<ThumbsEvent['type']>().toEqualTypeOf<
    'start' | 'done' | 'unchanged' | 'failed' | 'unreadable-folder' | 'pruned' | 'summary'
  >();
  expectTypeOf<DoneEvent['record']>().toEqualTypeOf<DoneRecord>();
  expectTypeOf<FailedEvent['record']['error']['code']>().toEqualTypeOf<ImageErrorCode>();
  expectTypeOf(readManifest).returns.toExtend<Iterable<ManifestRecord>>();
  expectTypeOf<ThumbsOptions['size']>().toEqualTypeOf<
    number | string | { readonly width: number; readonly height: number } | undefined
  >();
  expectTypeOf<ThumbsError>().toExtend<Error>();
});

test('the package is found by its name, from plain JavaScript, without sharp being loaded', () => {
  const script = `
    import { createThumbnails, readManifest, ThumbsError } from 'thumbs-pipeline';
    for await (const { type } of createThumbnails(['sample-images'], { out: process.argv[1] })) if (type === 'summary') break;
    const maps = (await import('node:fs')).readFileSync('/proc/self/maps', 'utf8');
    console.log(typeof readManifest, new ThumbsError('OPTION', 'x').name, /libvips|sharp/.test(maps));`;
  const out = temporaryFolder();
  const options = { cwd: projectFolder, encoding: 'utf8' } as const;
  const stdout = execFileSync(process.execPath, ['--input-type=module', '-e', script, out], options);
  expect(stdout).toBe('function ThumbsError false\n');
});

test('start first, an event a photo, the summary last and true', async () => {
  const { folder, files } = await photoFolder(12);
  const out = path.join(folder, 'out');
  const events: ThumbsEvent[] = [];
  for await (const event of createThumbnails([path.join(folder, 'photos')], { out, workers: 3 }))
    events.push(event);
  expect(events[0]).toEqual({ type: 'start', workers: 3, out, manifest: path.join(out, 'manifest.jsonl') });
  const done = events.filter((event): event is DoneEvent => event.type === 'done');
  expect(done.map((event) => event.path).sort()).toEqual(files.sort());
  expect(done.map(({ progress }) => progress.finished)).toEqual(files.map((_, index) => index + 1));
  expect(done.at(-1)?.progress).toEqual({
    finished: 12,
    failed: 0,
    worked: 12,
    found: 12,
    jobs: 12,
    walked: true,
  });
  const bytes = files.reduce((sum, file) => sum + fs.statSync(file).size, 0);
  expect(events.at(-1)).toMatchObject({
    type: 'summary',
    photos: 12,
    made: 12,
    shared: 0,
    failed: 0,
    failures: {},
    workers: 3,
    notReached: 0,
    walked: true,
    sourceBytes: bytes,
    sourcePixels: 12 * 320 * 240,
  });
  const summary = events.at(-1);
  if (summary?.type !== 'summary') throw new Error('no summary');
  expect(summary.peakMemoryBytes).toBeGreaterThan(50e6);
  expect(summary.cpuSeconds).toBeGreaterThan(0);
  await expectSound(out);
  // What a record says is what is on the disk.
  const [record] = recordsIn(out);
  const stats = fs.statSync(path.resolve(out, record?.source ?? ''));
  expect(record).toMatchObject({ sourceBytes: stats.size, sourceMtimeMs: Math.floor(stats.mtimeMs) });
});

for (const [photos, consumers] of [
  [0, 0],
  [1, 1],
  [3, 3],
  [20, 8],
] as const) {
  test(`${photos} photos and 8 workers: ${consumers} consumers are forked, and none is left`, async () => {
    const folder = temporaryFolder();
    const root = path.join(folder, 'photos');
    await writePhotos(root, photos);
    const seen = new Set<number>();
    const look = () => {
      for (const pid of childrenOf(process.pid)) seen.add(pid);
    };
    // The same photos by two more ways, and a file that only looks like one: none of them is a job more.
    fs.writeFileSync(path.join(root, 'notes.txt'), '');
    const roots = [root, folder, ...(photos > 0 ? [path.join(root, 'photo-1.jpg')] : [])];
    const out = path.join(folder, 'out');
    let finished = 0;
    // A consumer takes a tenth of a second to start at the least, and so is seen.
    const looking = setInterval(look, 5);
    for await (const event of createThumbnails(roots, { out, workers: 8 })) {
      if (event.type === 'summary') finished = event.photos;
    }
    clearInterval(looking);
    expect([finished, seen.size]).toEqual([photos, consumers]);
    expect(childrenOf(process.pid)).toEqual([]);
  });
}

test('aborting finishes what is in work, completes the manifest and gives the summary', async () => {
  const { folder } = await photoFolder(60);
  const out = path.join(folder, 'out');
  const stop = new AbortController();
  let summary: SummaryEvent | undefined;
  for await (const event of createThumbnails([path.join(folder, 'photos')], {
    out,
    workers: 2,
    signal: stop.signal,
  })) {
    if (event.type === 'done') stop.abort();
    if (event.type === 'summary') summary = event;
  }
  expect(summary).toMatchObject({ stopped: 'signal', failed: 0, workers: 2 });
  // One that was told of, and what two workers had in flight.
  expect(summary?.photos).toBeLessThanOrEqual(1 + 2 * 2);
  expect(recordsIn(out)).toHaveLength(summary?.photos ?? -1);
  await expectSound(out);
  expect(childrenOf(process.pid)).toEqual([]);
});

test('an abort before the start makes nothing and ends in order', async () => {
  const { folder } = await photoFolder(3);
  const out = path.join(folder, 'out');
  const types: string[] = [];
  for await (const event of createThumbnails([folder], { out, signal: AbortSignal.abort() }))
    types.push(event.type);
  expect(types).toEqual(['start', 'summary']);
  expect(recordsIn(out)).toEqual([]);
});

test('leaving the loop ends the consumers; what was told of is in the manifest', async () => {
  const { folder } = await photoFolder(40);
  const out = path.join(folder, 'out');
  for await (const event of createThumbnails([path.join(folder, 'photos')], { out, workers: 2 })) {
    if (event.type === 'done') break;
  }
  expect(childrenOf(process.pid)).toEqual([]);
  expect(recordsIn(out)).toHaveLength(1);
});

test('a slow caller slows the run: no more is done than it has asked for and what is in flight', async () => {
  const { folder } = await photoFolder(30);
  const out = path.join(folder, 'out');
  const events = createThumbnails([path.join(folder, 'photos')], { out, workers: 1 });
  await events.next();
  for (let taken = 1; taken <= 6; taken += 1) {
    await events.next();
    // Time enough for far more than the two that may be in flight.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const made = fs.readdirSync(out).filter((name) => name.endsWith('.png')).length;
    expect(made).toBeLessThanOrEqual(taken + 2);
  }
  await events.return(undefined);
});

test('records of photos outside the roots stay, those of removed photos go', async () => {
  const folder = temporaryFolder();
  await writePhotos(path.join(folder, 'a'), 2);
  await writePhotos(path.join(folder, 'b'), 2);
  const out = path.join(folder, 'out');
  const run = async (root: string) => {
    for await (const _ of createThumbnails([path.join(folder, root)], { out }));
    return recordsIn(out).map(({ source }) => source);
  };
  await run('a');
  expect(await run('b')).toEqual([
    '../a/photo-1.jpg',
    '../a/photo-2.jpg',
    '../b/photo-1.jpg',
    '../b/photo-2.jpg',
  ]);
  fs.rmSync(path.join(folder, 'a/photo-1.jpg'));
  expect(await run('a')).toEqual(['../a/photo-2.jpg', '../b/photo-1.jpg', '../b/photo-2.jpg']);
});
