// Whoever reaches the queue server can write anything into it. Neither a run nor a worker may believe it.

import fs from 'node:fs';
import path from 'node:path';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { expect, onTestFinished } from 'vitest';
import { jpeg, temporaryFolder } from '../../../support/photos.js';
import { untilWritten } from '../../../support/processes/processes.js';
import {
  contentOf,
  expectNothingLeft,
  expectSameOutput,
  queuePhotos,
  startGatedRun,
  startQueueRun,
  startWorker,
} from '../../../support/processes/queue.js';
import { startRedis, type TestRedis, testWithRedis } from '../../../support/redis.js';

const RUNS = '{thumbs}:runs';
const PREFIX = '{thumbs}';

/** A terminal would turn red, ring, and lose what it shows. */
const ESCAPES = '\x1b[31mred\x07\x1b[2J\nCORRUPT forged';

/** Expects that nothing of {@link ESCAPES} has reached the terminal. */
function expectHarmless(stderr: string): void {
  expect(stderr).not.toContain('\x1b');
  expect(stderr).not.toContain('\x07');
  expect(stderr).not.toMatch(/^CORRUPT forged/m);
}

/** The id of the one run on a server. */
async function runOn(client: Redis): Promise<string> {
  for (;;) {
    const [id] = await client.hkeys(RUNS);
    if (id !== undefined) return id;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What BullMQ needs to reach a server. */
function connection(redis: TestRedis) {
  return { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null };
}

testWithRedis(
  'entries of runs that are damaged, hostile or huge stop neither a worker nor another run',
  async () => {
    const redis = await startRedis();
    const client = redis.client();
    const { folder, run, worker, expectEnd } = await startGatedRun(redis);
    const id = await runOn(client);
    const entry = JSON.parse((await client.hget(RUNS, id)) ?? '');
    const secret = temporaryFolder();
    const forged = (changes: object) => JSON.stringify({ ...entry, ...changes });
    const uuid = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    const hostile: Array<(id: string) => string> = [
      () => 'no JSON',
      () => '',
      () => 'null',
      () => '[]',
      () => '{"__proto__":{"protocol":1},"constructor":1}',
      () => `"${'x'.repeat(5_000_000)}"`,
      () => '['.repeat(100_000),
      (own) => forged({ id: own, roots: [] }),
      (own) => forged({ id: own, roots: 'photos' }),
      (own) => forged({ id: own, retries: -1 }),
      (own) => forged({ id: own, timeoutMs: null }),
      (own) => forged({ id: own, host: ESCAPES, roots: [{ path: '/etc', kind: 'folder' }] }),
      (own) => forged({ id: own, host: ESCAPES, out: ESCAPES }),
      (own) => forged({ id: own, roots: [{ path: `${folder}/photos/../../..`, kind: 'folder' }] }),
      (own) => forged({ id: own, roots: [{ path: '/proc/self', kind: 'folder' }], out: '/' }),
      (own) => forged({ id: own, out: secret }),
      (own) => forged({ id: own, out: `${folder}\0/queue` }),
      (own) => forged({ id: own, work: { ...entry.work, variants: [] } }),
      (own) => forged({ id: own, work: { ...entry.work, layout: '../..' } }),
      (own) => forged({ id: own, more: true }),
      // The run itself, under another id.
      () => forged({}),
    ];
    for (const [index, make] of hostile.entries()) await client.hset(RUNS, uuid(index), make(uuid(index)));
    await client.hset(RUNS, ESCAPES, 'x', '__proto__', '{}', 'x'.repeat(100_000), '{}');
    await untilWritten(worker, 'refused a run of');
    await untilWritten(worker, 'of another version is ignored');
    await client.hdel(
      RUNS,
      ...hostile.map((_, index) => uuid(index)),
      ESCAPES,
      '__proto__',
      'x'.repeat(100_000),
    );
    for (const index of hostile.keys()) await client.del(`{thumbs}:run-${uuid(index)}:hosts`);
    for (const { output } of [run, worker]) {
      expectHarmless(output.stderr);
      expect(output.stderr.split('\n').every((line) => line.length < 20_000)).toBe(true);
    }
    expect(fs.readdirSync(secret)).toEqual([]);
    await expectEnd();
  },
);

testWithRedis(
  'jobs that others push into a run\u2019s queue read nothing outside its photos, write nothing, and end nothing',
  async () => {
    const redis = await startRedis();
    const { folder, worker, expectEnd } = await startGatedRun(redis, { workerArgs: ['-w', '2'] });
    const photos = path.join(folder, 'photos');
    // If one of these is read, its thumbnail is in the output. One lies where the worker may read, and in no root of the run.
    const secret = path.join(temporaryFolder(), 'secret.jpg');
    const beside = path.join(folder, 'beside.jpg');
    fs.writeFileSync(secret, await jpeg(801));
    fs.writeFileSync(beside, await jpeg(802));
    const link = path.join(photos, 'link.jpg');
    fs.symlinkSync(secret, link);
    const linked = path.join(photos, 'linked');
    fs.symlinkSync(path.dirname(secret), linked);
    const id = await runOn(redis.client());
    const queue = new Queue(`run-${id}`, {
      connection: connection(redis),
      prefix: PREFIX,
      skipMetasUpdate: true,
    });
    onTestFinished(() => queue.close());
    const photo = { id: 1_000_000, root: 0, path: 'photo-1.jpg', task: 'make' };
    const outside = path.relative(photos, secret);
    const paths = [
      ...[outside, secret, `./${outside}`, `x/../${outside}`, `/${outside}`],
      ...['link.jpg', 'linked/secret.jpg'],
      ...['../beside.jpg', beside, 'x/../../beside.jpg', './../beside.jpg', '//../beside.jpg'],
    ];
    const odd = [
      '',
      '.',
      '..',
      'a//b',
      'photo-1.jpg\0',
      '\0',
      ESCAPES,
      'x'.repeat(60_000),
      `${'../'.repeat(50)}etc/passwd`,
    ];
    const batches: unknown[] = [
      ...[...paths, ...odd].map((name) => ({ protocol: 1, photos: [{ ...photo, path: name }] })),
      { protocol: 1, photos: [{ ...photo, root: 7 }] },
      { protocol: 1, photos: [{ ...photo, root: -1 }] },
      { protocol: 1, photos: [{ ...photo, root: '__proto__' }] },
      { protocol: 1, photos: [{ ...photo, task: 'remove' }] },
      { protocol: 1, photos: [{ ...photo, out: '/etc' }] },
      {
        protocol: 1,
        photos: [{ ...photo, part: { variants: ['../../x'], placeholder: false, content: 'x' } }],
      },
      { protocol: 1, photos: Array.from({ length: 1001 }, () => photo) },
      { protocol: 1, photos: [] },
      { protocol: 2, photos: [photo] },
      { protocol: 1, photos: [photo], more: 1 },
      null,
      'text',
      [1, 2],
      { __proto__: null, photos: { length: 5 } },
      // What the run knows nothing of, and what could be done.
      { protocol: 1, photos: [photo] },
    ];
    for (const [index, data] of batches.entries())
      await queue.add('evil', data, { jobId: `evil-${index}`, removeOnComplete: true, removeOnFail: true });
    await untilWritten(worker, 'A job was refused: it is not a job of thumbs');
    await untilWritten(worker, 'it is in none of the roots of its run');
    await expect
      .poll(() => queue.getJobCountByTypes('wait', 'active').then((count) => count), { timeout: 30_000 })
      .toBeLessThan(4);
    fs.rmSync(link);
    fs.rmSync(linked);
    expectHarmless(worker.output.stderr);
    await expectEnd();
  },
);

testWithRedis(
  'answers and hosts that are forged make no record, name no file and do not reach the terminal raw',
  async () => {
    const redis = await startRedis();
    const client = redis.client();
    const { folder, plain } = await queuePhotos(10);
    const run = startQueueRun(redis, { cwd: folder, args: ['-v'] });
    const id = await runOn(client);
    const host = '00000000-0000-4000-8000-000000000001';
    const facts = { sourceBytes: 1, sourceMtimeMs: 1, sourceMtimeNs: '1' };
    const attempt = { pid: 1, tries: 1, seconds: 0 };
    const thumbnail = { variant: '200x200', width: 1, height: 1, bytes: 1 };
    const done = { status: 'done', sourceFormat: 'jpeg', sourceWidth: 1, sourceHeight: 1, ...facts };
    const record = (file: string) => ({
      id: 0,
      outcome: { ...done, thumbnails: [{ ...thumbnail, file }] },
      attempt,
    });
    const answers: unknown[] = [
      ...['../../x.png', '/etc/passwd', `${'0'.repeat(64)}.png/../x`, `\0${'0'.repeat(64)}.png`].map(
        (file) => ({ host, results: [record(file)] }),
      ),
      { host, results: [{ id: 0, outcome: { status: 'failed', code: 'NONE', reason: 'x' }, attempt }] },
      { host, results: [{ id: 0, outcome: { status: 'gone' }, attempt }] },
      { host, results: [{ id: '__proto__', unseen: 'x' }] },
      { host, results: [{ id: 4711, unseen: 'x' }] },
      { host: ESCAPES, results: [] },
      { host, results: 'x'.repeat(1_000_000) },
      { host, results: [] },
      [],
      undefined,
      null,
      'text',
    ];
    let answered = 0;
    const forger = new Worker(
      `run-${id}`,
      async () => {
        answered += 1;
        return answers[answered % answers.length];
      },
      { connection: connection(redis), prefix: PREFIX, skipStalledCheck: true, drainDelay: 1 },
    );
    forger.on('error', () => {});
    onTestFinished(() => forger.close(true));
    const entry = { name: ESCAPES, beat: 1, standing: 'refused', consumers: 0, reason: ESCAPES };
    const hosts: Array<[id: string, entry: string]> = [
      [host, JSON.stringify(entry)],
      [
        '00000000-0000-4000-8000-000000000002',
        JSON.stringify({ ...entry, consumers: 1e9, standing: 'joined' }),
      ],
      ['00000000-0000-4000-8000-000000000003', 'no JSON'],
      ['__proto__', JSON.stringify({ ...entry, standing: 'busy' })],
      [ESCAPES, JSON.stringify({ ...entry, beat: -1 })],
    ];
    for (const [own, text] of hosts) await client.hset(`{thumbs}:run-${id}:hosts`, own, text);
    await untilWritten(run, 'is refused: ');
    // Each forged answer: the batch is given out again.
    await expect.poll(() => answered, { timeout: 30_000 }).toBeGreaterThan(answers.length);
    await forger.close();
    const worker = await startWorker(redis, { cwd: folder });
    const { code, stderr } = await run.finished;
    expect(code).toBe(1);
    expectHarmless(stderr);
    expectSameOutput(path.join(folder, 'queue'), plain);
    expect([...contentOf(folder).keys()].filter((name) => name.endsWith('x.png'))).toEqual([]);
    await expectNothingLeft(redis, worker);
  },
);

testWithRedis('keys of another type where ours should be are said, and do not end a worker', async () => {
  const redis = await startRedis();
  const client = redis.client();
  const worker = await startWorker(redis);
  await client.set(RUNS, 'text');
  const { folder, plain } = await queuePhotos(5);
  const run = startQueueRun(redis, { cwd: folder });
  await untilWritten(run, 'Waiting for ');
  await client.del(RUNS);
  worker.child.kill('SIGTERM');
  await worker.finished;
  const able = await startWorker(redis, { cwd: folder });
  expect((await run.finished).code).toBe(1);
  expectSameOutput(path.join(folder, 'queue'), plain);
  await expectNothingLeft(redis, able);
});
