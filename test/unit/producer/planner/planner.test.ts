// The planner by itself: a photo's state and the records in, a plan out.

import fs from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ImageErrorCode, Limits } from '../../../../src/errors.js';
import type { SourceFacts } from '../../../../src/files/source.js';
import type { Identified, Job, Unchanged } from '../../../../src/job.js';
import type {
  DoneRecord,
  FailedRecord,
  ManifestRecord,
  ThumbnailEntry,
} from '../../../../src/manifest/record.js';
import { Planner, type PlannerOptions } from '../../../../src/producer/planner/planner.js';
import { plannedJob } from '../../../support/in-process/walk.js';
import { doneRecord, openStore, THUMBNAIL, testDigests } from '../../../support/manifests.js';
import { temporaryFolder } from '../../../support/photos.js';

/** The state of every photo here, unless a test says otherwise. */
const facts: SourceFacts = { sourceBytes: 1000, sourceMtimeMs: 5, sourceMtimeNs: '5000001' };

/** @param made Fields of its thumbnail. */
function done(
  source: string,
  changes: Partial<DoneRecord> = {},
  made: Partial<ThumbnailEntry> = {},
): DoneRecord {
  return { ...doneRecord(source, made), ...changes };
}

function failed(source: string, code: ImageErrorCode, limit?: Limits): FailedRecord {
  const error = { code, message: `${source}: why`, ...(limit === undefined ? {} : { limit }) };
  return { source, status: 'failed', error, ...facts, sourceXxh128: 'content' };
}

/** What the thumbnails here were made by. */
const MADE = { digest: 'digest', decoder: 'decoder' };

const LIMITS: Required<Limits> = {
  maxPixels: 100,
  maxBytes: 100,
  timeoutMs: 100,
  maxMemoryBytes: 100,
};

/** A planner over these records, and the folder of the photos and of the manifest; the thumbnail exists. */
function plannerOf(records: readonly ManifestRecord[], options: Partial<PlannerOptions> = {}) {
  const folder = temporaryFolder();
  const out = path.join(folder, 'out');
  fs.mkdirSync(out);
  fs.writeFileSync(path.join(out, THUMBNAIL), '12345');
  const manifest = path.join(folder, 'manifest.jsonl');
  const written = openStore(manifest);
  for (const record of records) written.append(record);
  written.close();
  const store = openStore(manifest);
  onTestFinished(() => store.close());
  const planner = new Planner(store.records, {
    manifest,
    out,
    digests: testDigests(),
    placeholder: false,
    verdicts: 1,
    lacks: () => false,
    force: false,
    retryFailed: false,
    limits: LIMITS,
    ...options,
  });
  return { planner, folder, out };
}

/** `unchanged`, or the task and its reason. */
function describe(plan: Job | Unchanged): string {
  return plan.type === 'unchanged' ? 'unchanged' : `${plan.task}: ${plan.why}`;
}

/** The plan for `a.jpg` in this state. */
function planOf(
  records: readonly ManifestRecord[],
  state: Partial<SourceFacts> | undefined = {},
  options: Partial<PlannerOptions> = {},
): string {
  const { planner, folder } = plannerOf(records, options);
  return describe(planner.planFor(path.join(folder, 'a.jpg'), { ...facts, ...state }, true));
}

const other = done('other.jpg', { sourceBytes: 2000, sourceXxh128: 'other content' });

test('a photo without a record is new, or moved where a record has its size', () => {
  expect(planOf([])).toBe('make: new');
  expect(planOf([other])).toBe('make: new');
  expect(planOf([other], { sourceBytes: 2000 })).toBe('identify: moved');
});

test('a photo with the size, the time and the thumbnail of its record is unchanged', () => {
  expect(planOf([done('a.jpg')])).toBe('unchanged');
});

test('another time makes a photo touched, also by a nanosecond', () => {
  expect(planOf([done('a.jpg')], { sourceMtimeMs: 4 })).toBe('identify: touched');
  expect(planOf([done('a.jpg')], { sourceMtimeNs: '5000002' })).toBe('identify: touched');
});

test('another size makes a photo changed, or touched where another record has that size', () => {
  expect(planOf([done('a.jpg'), other], { sourceBytes: 999 })).toBe('make: changed');
  expect(planOf([done('a.jpg'), other], { sourceBytes: 2000 })).toBe('identify: touched');
});

test('a photo is made again under other options, and after verify has marked its record', () => {
  expect(planOf([done('a.jpg')], {}, { digests: testDigests('other') })).toBe('make: options');
  expect(planOf([done('a.jpg', {}, { digest: 'other' })])).toBe('make: options');
  expect(planOf([done('a.jpg', { redo: true })])).toBe('make: redo');
});

test('a record under other options, or one that verify has marked, identifies no other photo', () => {
  expect(planOf([done('b.jpg', {}, { digest: 'other' })])).toBe('make: new');
  expect(planOf([done('b.jpg', { redo: true })])).toBe('make: new');
});

test('a thumbnail that is missing, has another size or is a link is made again', () => {
  const changes: ReadonlyArray<(file: string) => void> = [
    (file) => fs.rmSync(file),
    (file) => fs.writeFileSync(file, '1234'),
    (file) => fs.renameSync(file, `${file}.aside`) ?? fs.symlinkSync(`${file}.aside`, file),
  ];
  for (const change of changes) {
    const { planner, folder, out } = plannerOf([done('a.jpg')]);
    change(path.join(out, THUMBNAIL));
    expect(describe(planner.planFor(path.join(folder, 'a.jpg'), facts, true))).toBe('make: thumbnail');
  }
});

test('with force every photo is made, whatever its record', () => {
  const force = { force: true };
  expect(planOf([done('a.jpg')], {}, force)).toBe('make: force');
  expect(planOf([done('a.jpg', {}, { digest: 'other' })], {}, force)).toBe('make: force');
  expect(planOf([done('a.jpg')], { sourceBytes: 1 }, force)).toBe('make: force');
  expect(planOf([failed('a.jpg', 'CORRUPT')], {}, force)).toBe('make: force');
  expect(planOf([done('moved.jpg')], {}, force)).toBe('make: new');
});

for (const [code, plan] of [
  ['CORRUPT', 'unchanged'],
  ['UNSUPPORTED', 'unchanged'],
  ['TOO_LARGE', 'unchanged'],
  ['TIMEOUT', 'unchanged'],
  ['WORKER_DIED', 'make: retry'],
  ['UNREADABLE', 'make: retry'],
  ['CHANGED', 'make: retry'],
] as const) {
  test(`the plan for a photo that failed with ${code} is ${plan}, and with retryFailed make: retry`, () => {
    expect(planOf([failed('a.jpg', code)])).toBe(plan);
    expect(planOf([failed('a.jpg', code)], {}, { retryFailed: true })).toBe('make: retry');
  });
}

for (const name of ['maxPixels', 'maxBytes', 'timeoutMs', 'maxMemoryBytes'] as const) {
  test(`a photo over ${name} is tried again only under a higher limit`, () => {
    expect(planOf([failed('a.jpg', 'TOO_LARGE', { [name]: 99 })])).toBe('make: retry');
    expect(planOf([failed('a.jpg', 'TOO_LARGE', { [name]: 100 })])).toBe('unchanged');
    expect(planOf([failed('a.jpg', 'TOO_LARGE', { [name]: 101 })])).toBe('unchanged');
  });
}

test('a photo that an earlier version refused at a limit which there is no more is tried again', () => {
  const limit: Readonly<Record<string, number>> = { memoryShareBytes: 1e12 };
  expect(planOf([failed('a.jpg', 'TOO_LARGE', limit)])).toBe('make: retry');
});

/** What becomes of `b.jpg` when it was read. */
function identify({ planner, folder }: ReturnType<typeof plannerOf>, found: Identified = identified) {
  return planner.planIdentified({ ...plannedJob(path.join(folder, 'b.jpg')), task: 'identify' }, found);
}

/** The record that it has then, without being made. */
function recognized(record: ManifestRecord, found?: Identified): ManifestRecord {
  const plan = identify(plannerOf([record]), found);
  if (plan.type !== 'unchanged') throw new Error('Expected the photo to be recognized');
  expect(plan).toMatchObject({ by: 'content', isOnRecord: false });
  return plan.record;
}

/** What a consumer found in `b.jpg`. */
const identified: Identified = {
  status: 'identified',
  sourceBytes: 1000,
  sourceMtimeMs: 7,
  sourceMtimeNs: '7000000',
  sourceXxh128: 'content',
  takenAt: null,
};

test('a recognized photo has the thumbnail of the other record and its own name and state', () => {
  const { status: _, ...state } = identified;
  expect(recognized(done('a.jpg'))).toEqual({ ...done('b.jpg', {}, MADE), ...state });
});

/** A record of an earlier version, which did not look when a photo was taken. */
function earlier(source: string, changes: Partial<DoneRecord> = {}): DoneRecord {
  const { takenAt: _, ...record } = done(source, changes);
  return record;
}

test('a record of an earlier version, which does not say when its photo was taken, is completed by the content', () => {
  expect(planOf([earlier('a.jpg')])).toBe('identify: incomplete');
  expect(planOf([done('a.jpg')])).toBe('unchanged');
  expect(planOf([failed('a.jpg', 'CORRUPT')])).toBe('unchanged');
  // A GIF never says it.
  expect(planOf([earlier('a.jpg', { sourceFormat: 'gif' })])).toBe('unchanged');
  // It is to be made anyway.
  expect(planOf([earlier('a.jpg')], {}, { digests: testDigests('other') })).toBe('make: options');
  expect(planOf([earlier('a.jpg', { redo: true })])).toBe('make: redo');
  expect(planOf([earlier('a.jpg')], { sourceMtimeMs: 4 })).toBe('identify: touched');
});

test('a recognized photo has the time of the other record, or the one that was found in it', () => {
  const takenAt = '2024-05-01T12:30:05';
  const found = (record: ManifestRecord, time: string | null) =>
    recognized(record, { ...identified, takenAt: time });
  expect(found(earlier('a.jpg'), takenAt)).toEqual({
    ...done('b.jpg', {}, MADE),
    sourceMtimeMs: 7,
    sourceMtimeNs: '7000000',
    takenAt,
  });
  expect(found(earlier('a.jpg'), null)).toMatchObject({ takenAt: null });
  expect(found(done('a.jpg', { takenAt }), null)).toMatchObject({ takenAt });
  expect(found(failed('a.jpg', 'CORRUPT'), takenAt)).not.toHaveProperty('takenAt');
});

test('the fields of a recognized photo are in the order in which a new one has them', () => {
  const from = { from: 'embedded', fromWidth: 320, fromHeight: 240 } as const;
  const record = recognized(done('a.jpg', {}, from));
  expect(Object.keys(record).join(' ')).toBe(
    'source status thumbnails sourceFormat sourceWidth sourceHeight sourceBytes sourceMtimeMs sourceMtimeNs sourceXxh128 takenAt',
  );
  const { thumbnails } = record as DoneRecord;
  expect(Object.keys(thumbnails[0] ?? {}).join(' ')).toBe(
    'variant file width height bytes from fromWidth fromHeight digest decoder',
  );
});

test('a recognized failure names the photo as it is called now', () => {
  expect(recognized(failed('a.jpg', 'CORRUPT'))).toMatchObject({
    source: 'b.jpg',
    error: { code: 'CORRUPT', message: 'b.jpg: why' },
    sourceMtimeMs: 7,
  });
});

test('a content without a record, without its thumbnail, or of a failure to be tried again is not recognized', () => {
  const planned = (record: ManifestRecord, found?: Identified, prepare = (_: string) => {}) => {
    const made = plannerOf([record]);
    prepare(made.out);
    const { path: _, ...plan } = identify(made, found);
    return plan;
  };
  const make = { type: 'job', task: 'make', why: 'new', isLocal: true };
  expect(planned(done('a.jpg'), { ...identified, sourceXxh128: 'another' })).toEqual(make);
  expect(planned(done('a.jpg'), { ...identified, sourceBytes: 1001 })).toEqual(make);
  expect(planned(failed('a.jpg', 'WORKER_DIED'))).toEqual(make);
  const removeThumbnail = (out: string) => fs.rmSync(path.join(out, THUMBNAIL));
  expect(planned(done('a.jpg'), identified, removeThumbnail)).toEqual(make);
});

test.each([true, false])(
  'what is no regular file, or does not exist, is a job without facts; local: %s',
  async (isLocal) => {
    const { planner, folder } = plannerOf([done('gone.jpg')]);
    fs.mkdirSync(path.join(folder, 'folder.jpg'));
    const plans = ['folder.jpg', 'gone.jpg'].map((name) => planner.plan(path.join(folder, name), isLocal));
    const job = { type: 'job', task: 'make', isLocal };
    expect(await Promise.all(plans)).toEqual([
      { ...job, why: 'new', path: path.join(folder, 'folder.jpg') },
      { ...job, why: 'changed', path: path.join(folder, 'gone.jpg') },
    ]);
  },
);

test('a local file has the same facts as another, and one below a file none', async () => {
  const { planner, folder } = plannerOf([]);
  fs.writeFileSync(path.join(folder, 'a.jpg'), 'a');
  for (const name of ['a.jpg', 'a.jpg/b.jpg']) {
    const file = path.join(folder, name);
    expect(planner.plan(file, true)).toEqual({ ...(await planner.plan(file, false)), isLocal: true });
  }
  expect(planner.plan(path.join(folder, 'a.jpg'), true)).toMatchObject({ facts: { sourceBytes: 1 } });
});

test.each([true, false])(
  'a manifest that was changed during the run rejects the plan, it does not throw; local: %s',
  async (isLocal) => {
    const { planner, folder } = plannerOf([done('a.jpg')]);
    const manifest = path.join(folder, 'manifest.jsonl');
    fs.writeFileSync(manifest, fs.readFileSync(manifest, 'utf8').replace('"status"', '"estate"'));
    const plan = planner.plan(path.join(folder, 'a.jpg'), isLocal);
    await expect(plan).rejects.toMatchObject({
      code: 'MANIFEST',
      message: expect.stringContaining('was changed'),
    });
  },
);

test('photos that are jobs are counted, unchanged ones are not', () => {
  const { planner, folder } = plannerOf([done('a.jpg')]);
  for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) planner.planFor(path.join(folder, name), facts, true);
  expect(planner.jobs).toBe(2);
});

test('there is no history without records, and none that counts with force', () => {
  expect(plannerOf([]).planner.hasNoHistory).toBe(true);
  expect(plannerOf([done('a.jpg')]).planner.hasNoHistory).toBe(false);
  expect(plannerOf([done('a.jpg')], { force: true }).planner.hasNoHistory).toBe(true);
});
