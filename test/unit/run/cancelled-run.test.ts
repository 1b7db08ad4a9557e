// Whole runs that end early: real files, consumers of the test's own, and timers that the test advances.

import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { ThumbsOptions } from '../../../src/options/options.js';
import { resolveOptions } from '../../../src/options/resolve.js';
import type { Transport } from '../../../src/pool/consumer.js';
import { localPool } from '../../../src/pool/local/local-pool.js';
import { run } from '../../../src/run/create-thumbnails.js';
import type { ThumbsEvent } from '../../../src/run/events.js';
import { type Outcome, TestConsumer } from '../../support/in-process/test-consumer.js';
import { failedRecord, writeRecords } from '../../support/manifests.js';
import { expectSound, recordsIn } from '../../support/output.js';
import { photoFolder, temporaryFolder } from '../../support/photos.js';

const PHOTOS = 6;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

/** A run whose one consumer finishes two photos, then works on the third until the test lets it finish. */
async function runThatHangs(options: ThumbsOptions) {
  const { out, files } = photoFolder(PHOTOS);
  let hangs = () => {};
  const hanging = new Promise<void>((resolve) => {
    hangs = resolve;
  });
  let finishThird = () => {};
  let started = 0;
  const doJob = (): Outcome | Promise<Outcome> => {
    const outcome: Outcome = { status: 'failed', code: 'CORRUPT', reason: 'damaged' };
    started += 1;
    if (started < 3) return outcome;
    hangs();
    return new Promise((resolve) => {
      finishThird = () => resolve(outcome);
    });
  };
  const transport: Transport = {
    startConsumers: () => (listener) => new TestConsumer(listener, doJob),
    residentMemory: async () => new Map(),
  };
  const events: ThumbsEvent[] = [];
  const finished = (async () => {
    const resolved = resolveOptions(files, { out, workers: 1, retries: 0, ...options });
    for await (const event of run(resolved, localPool(transport))) events.push(event);
  })();
  await hanging;
  return {
    finish: async () => {
      await finished;
      await expectSound(out);
      const codes = recordsIn(out).map((record) => (record.status === 'failed' ? record.error.code : 'done'));
      return { codes, started, summary: events.at(-1) };
    },
    finishThird: () => finishThird(),
    /** Of the events so far. */
    types: () => events.map(({ type }) => type),
  };
}

test('after the deadline no photo is started, the running one is finished, and the summary says how many were not reached', async () => {
  const { finish, finishThird } = await runThatHangs({ deadline: 10, timeout: 30 });
  await vi.advanceTimersByTimeAsync(12_000);
  finishThird();
  const { codes, started, summary } = await finish();
  expect(codes).toEqual(['CORRUPT', 'CORRUPT', 'CORRUPT']);
  expect(started).toBe(3);
  expect(summary).toMatchObject({ stopped: 'deadline', photos: 3, notReached: 3, walked: true });
});

test('a photo that runs at the deadline has its own time, and no more', async () => {
  const { finish, types } = await runThatHangs({ deadline: 10, timeout: 30 });
  await vi.advanceTimersByTimeAsync(29_000);
  expect(types()).not.toContain('summary');
  await vi.advanceTimersByTimeAsync(2_000);
  const { codes, summary } = await finish();
  expect(codes).toEqual(['CORRUPT', 'CORRUPT', 'TIMEOUT']);
  expect(summary).toMatchObject({ stopped: 'deadline', photos: 3, notReached: 3 });
});

test('after a signal the running photo is finished, and no other is started', async () => {
  const caller = new AbortController();
  const { finish, finishThird } = await runThatHangs({ signal: caller.signal });
  caller.abort();
  await vi.advanceTimersByTimeAsync(4900);
  finishThird();
  const { codes, started, summary } = await finish();
  expect(codes).toEqual(['CORRUPT', 'CORRUPT', 'CORRUPT']);
  expect(started).toBe(3);
  expect(summary).toMatchObject({ stopped: 'signal', photos: 3, notReached: 3, walked: true });
});

test('a photo that is not finished five seconds after a signal is given up, and leaves no record', async () => {
  const caller = new AbortController();
  const { finish } = await runThatHangs({ signal: caller.signal });
  caller.abort();
  await vi.advanceTimersByTimeAsync(5000);
  const { codes, summary } = await finish();
  expect(codes).toEqual(['CORRUPT', 'CORRUPT']);
  expect(summary).toMatchObject({ stopped: 'signal', photos: 2, notReached: 4 });
});

test('a run that its signal stops leaves its links as they are; one that its deadline ends brings them up to date', async () => {
  const caller = new AbortController();
  const links = path.join(temporaryFolder(), 'links');
  const stopped = await runThatHangs({ signal: caller.signal, links });
  caller.abort();
  await vi.advanceTimersByTimeAsync(5000);
  expect((await stopped.finish()).summary).not.toHaveProperty('links');
  expect(fs.existsSync(links)).toBe(false);
  const ended = await runThatHangs({ deadline: 10, timeout: 30, links });
  await vi.advanceTimersByTimeAsync(41_000);
  const { summary } = await ended.finish();
  expect(summary).toMatchObject({ stopped: 'deadline', links: { files: 0, foreign: [], missing: 0 } });
  expect(fs.existsSync(links)).toBe(true);
});

test.each(['signal', 'deadline'] as const)(
  'a %s while the manifest is read ends the run at once: it says so, and writes nothing',
  async (reason) => {
    const { out, files } = photoFolder(1);
    const manifest = path.join(out, 'manifest.jsonl');
    fs.mkdirSync(out);
    // Longer than what is read at once.
    const records = Array.from({ length: 1500 }, (_, index) => failedRecord(`../gone/${index}.jpg`));
    writeRecords(manifest, records);
    const before = fs.readFileSync(manifest, 'utf8');
    const passed = AbortSignal.abort();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => {
      // Node.js takes no other.
      expect(milliseconds).toSatisfy(Number.isInteger);
      return passed;
    });
    onTestFinished(() => timeout.mockRestore());
    const ends = reason === 'signal' ? { signal: passed } : { deadline: 10 };
    const options = resolveOptions(files, { out, workers: 3, export: [`${out}.csv`], ...ends });
    const transport: Transport = {
      startConsumers: () => () => {
        throw new Error('Expected no consumer');
      },
      residentMemory: async () => new Map(),
    };
    const events: ThumbsEvent[] = [];
    for await (const event of run(options, localPool(transport))) events.push(event);
    expect(events.map(({ type }) => type)).toEqual(['start', 'summary']);
    expect(events.at(-1)).toMatchObject({
      stopped: reason,
      photos: 0,
      workers: 3,
      exports: [],
      removed: 0,
      walked: false,
    });
    expect(fs.readFileSync(manifest, 'utf8') === before).toBe(true);
    expect(fs.readdirSync(out)).toEqual(['manifest.jsonl']);
    expect(fs.existsSync(`${out}.csv`)).toBe(false);
  },
);
