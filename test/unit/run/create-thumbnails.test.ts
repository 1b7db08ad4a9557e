// A run as its caller sees it: the events, the public types, and every way to end it early.

import fs from 'node:fs';
import path from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';
import {
  createThumbnails,
  type DoneEvent,
  type DoneRecord,
  type FailedEvent,
  type ImageErrorCode,
  type ManifestRecord,
  readManifest,
  type SizeOption,
  type SummaryEvent,
  type ThumbsError,
  type ThumbsEvent,
  type ThumbsOptions,
} from '../../../src/index.js';
import { resolveOptions } from '../../../src/options/resolve.js';
import { localPool } from '../../../src/pool/local/local-pool.js';
import { run } from '../../../src/run/create-thumbnails.js';
import { settle } from '../../support/in-process/fake-clock.js';
import { inProcess, runFolder, runInProcess } from '../../support/in-process/run.js';
import { expectSound, recordsIn } from '../../support/output.js';
import { photoFolder, temporaryFolder, writePhotos } from '../../support/photos.js';

test('the public types are those of the events that come', () => {
  expectTypeOf(createThumbnails).toBeCallableWith(['photos'] as const, { workers: 4, size: '200x150' });
  expectTypeOf<Parameters<typeof createThumbnails>[1]>().toEqualTypeOf<ThumbsOptions | undefined>();
  expectTypeOf(createThumbnails).returns.toExtend<AsyncIterable<ThumbsEvent>>();
  expectTypeOf<Extract<ThumbsEvent, { type: 'done' }>>().toEqualTypeOf<DoneEvent>();
  expectTypeOf<Extract<ThumbsEvent, { type: 'failed' }>>().toEqualTypeOf<FailedEvent>();
  expectTypeOf<Extract<ThumbsEvent, { type: 'summary' }>>().toEqualTypeOf<SummaryEvent>();
  expectTypeOf<ThumbsEvent['type']>().toEqualTypeOf<
    | 'start'
    | 'done'
    | 'unchanged'
    | 'failed'
    | 'unreadable-folder'
    | 'passed-over'
    | 'skipped-folder'
    | 'pruned'
    | 'host'
    | 'queue'
    | 'summary'
  >();
  expectTypeOf<DoneEvent['record']>().toEqualTypeOf<DoneRecord>();
  expectTypeOf<FailedEvent['record']['error']['code']>().toEqualTypeOf<ImageErrorCode>();
  expectTypeOf(readManifest).returns.toExtend<Iterable<ManifestRecord>>();
  expectTypeOf<ThumbsOptions['size']>().toEqualTypeOf<SizeOption | readonly SizeOption[] | undefined>();
  expectTypeOf<
    number | string | { readonly width: number; readonly height: number }
  >().toExtend<SizeOption>();
  expectTypeOf<ThumbsError>().toExtend<Error>();
});

test('the start comes first, then an event for each photo, and the summary last', async () => {
  const { folder, out, files } = photoFolder(6);
  const { events, summary } = await runFolder(folder, { workers: 3 });
  expect(events[0]).toEqual({ type: 'start', workers: 3, out, manifest: path.join(out, 'manifest.jsonl') });
  const done = events.filter((event): event is DoneEvent => event.type === 'done');
  expect(done.map((event) => event.path).sort()).toEqual(files.sort());
  expect(done.map(({ progress }) => progress.finished)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(done.at(-1)?.progress).toEqual({
    finished: 6,
    failed: 0,
    worked: 6,
    found: 6,
    jobs: 6,
    walked: true,
  });
  expect(events).toHaveLength(8);
  expect(summary).toMatchObject({
    photos: 6,
    made: 6,
    shared: 0,
    failed: 0,
    failures: {},
    workers: 3,
    notReached: 0,
    walked: true,
    sourceBytes: files.reduce((sum, file) => sum + fs.statSync(file).size, 0),
    sourcePixels: 6 * 320 * 240,
  });
  await expectSound(out);
});

test('a record has the size and time of its file', async () => {
  const { folder, out } = photoFolder(1);
  await runFolder(folder);
  const [record] = recordsIn(out);
  const stats = fs.statSync(path.resolve(out, record?.source ?? ''), { bigint: true });
  expect(record).toMatchObject({
    sourceBytes: Number(stats.size),
    sourceMtimeMs: Number(stats.mtimeMs),
    sourceMtimeNs: String(stats.mtimeNs),
  });
});

for (const [photos, consumers] of [
  [0, 0],
  [1, 1],
  [3, 3],
  [10, 8],
] as const) {
  test(`photos ${photos}, by several paths, workers 8: ${consumers} consumers are started`, async () => {
    const folder = temporaryFolder();
    const root = path.join(folder, 'photos');
    const files = writePhotos(root, photos);
    // A file that is no photo, and the photos by two further paths: none of them is a job.
    fs.writeFileSync(path.join(root, 'notes.txt'), '');
    const roots = [root, folder, ...files.slice(0, 1)];
    const out = path.join(folder, 'out');
    const { summary, started } = await runInProcess(roots, { out, workers: 8 });
    expect([summary.photos, started]).toEqual([photos, consumers]);
  });
}

test('an abort finishes the jobs in flight, completes the manifest and gives the summary', async () => {
  const { folder, out } = photoFolder(12);
  const stop = new AbortController();
  const onEvent = ({ type }: ThumbsEvent) => {
    if (type === 'done') stop.abort();
  };
  const { summary } = await runFolder(folder, { workers: 2, signal: stop.signal }, { onEvent });
  expect(summary).toMatchObject({
    stopped: 'signal',
    failed: 0,
    workers: 2,
    notReached: 12 - summary.photos,
  });
  // The one that was reported before the abort, and two in flight for each worker.
  expect(summary.photos).toBeLessThanOrEqual(1 + 2 * 2);
  expect(recordsIn(out)).toHaveLength(summary.photos);
  await expectSound(out);
});

test('an abort before the start makes nothing and ends in order', async () => {
  const { folder, out } = photoFolder(3);
  const { events, started } = await runFolder(folder, { signal: AbortSignal.abort() });
  expect(events.map(({ type }) => type)).toEqual(['start', 'summary']);
  expect(recordsIn(out)).toEqual([]);
  expect(started).toBe(0);
});

/** Events of a run over `photos` of a folder, one at a time. */
function eventsOf(folder: string, out: string, transport = inProcess()): AsyncGenerator<ThumbsEvent> {
  return run(resolveOptions([path.join(folder, 'photos')], { out, workers: 1 }), localPool(transport));
}

test('a caller that leaves the loop has exactly the reported photos in the manifest, and can run again', async () => {
  const { folder, out } = photoFolder(6);
  for await (const event of eventsOf(folder, out)) if (event.type === 'done') break;
  expect(recordsIn(out)).toHaveLength(1);
  expect((await runFolder(folder)).summary).toMatchObject({ made: 5, unchanged: 1 });
  await expectSound(out);
});

test('a slow caller slows the run: small jobs are at most twelve ahead of the events it has asked for', async () => {
  const { folder, out } = photoFolder(30);
  let started = 0;
  const transport = inProcess(() => {
    started += 1;
    return { status: 'failed', code: 'CORRUPT', reason: 'x' };
  });
  const events = eventsOf(folder, out, transport);
  await events.next();
  for (let taken = 1; taken <= 6; taken += 1) {
    await events.next();
    await settle();
    expect(started).toBeLessThanOrEqual(taken + 12);
  }
  await events.return(undefined);
});

test('an export that is the manifest by another name is refused before anything is written', async () => {
  const { folder } = photoFolder(1);
  const manifest = path.join(folder, 'all.json');
  await runFolder(folder, { manifest });
  const before = fs.readFileSync(manifest, 'utf8');
  fs.symlinkSync('all.json', path.join(folder, 'link.json'));
  fs.symlinkSync('.', path.join(folder, 'self'));
  for (const name of ['link.json', 'self/all.json']) {
    const again = runFolder(folder, { manifest, force: true, export: [path.join(folder, name)] });
    await expect(again).rejects.toMatchObject({
      code: 'OPTION',
      message: expect.stringMatching(/^The export .* is the manifest by another name$/),
    });
  }
  expect(fs.readFileSync(manifest, 'utf8')).toBe(before);
});
