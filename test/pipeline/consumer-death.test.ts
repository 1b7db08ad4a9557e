import fs from 'node:fs';
import { expect, test } from 'vitest';
import { Dispatcher } from '../../src/pipeline/dispatcher.js';
import { memoryLimits } from '../../src/pipeline/memory.js';
import type { Job } from '../../src/pipeline/producer.js';
import type { Output } from '../../src/pipeline/seat.js';
import { temporaryFolder } from '../helpers.js';

const scripted = new URL('../fixtures/consumers/scripted.js', import.meta.url);
const stillborn = new URL('../fixtures/consumers/stillborn.js', import.meta.url);

interface Fates {
  /** `name: code reason` of each photo, sorted. */
  readonly results: string[];
  readonly sentinels: number;
  /** What the consumers were given and did, as `<process id> given <name>`. */
  readonly log: string[];
}

/** Gives photos of these names to a consumer that does to each what its name says. */
async function dispatch(
  names: readonly string[],
  options: { consumers?: number; entry?: URL; timeoutMs?: number; retries?: number; busyMs?: number } = {},
): Promise<Fates> {
  const folder = temporaryFolder();
  const { consumers = 1, busyMs = 0 } = options;
  async function* produced(): AsyncGenerator<Job | { type: 'sentinel' }> {
    for (const name of names) yield { type: 'job', path: `${folder}/${name}` };
    for (let sent = 0; sent < consumers; sent += 1) yield { type: 'sentinel' };
  }
  const work = { out: folder, box: { width: 9, height: 9 }, maxPixels: 1e6, maxBytes: 1e6, maxMemory: 1e9 };
  const dispatcher = new Dispatcher({
    consumers,
    work,
    timeoutMs: 30_000,
    retries: 1,
    memory: memoryLimits(1e9, consumers),
    entry: scripted,
    ...options,
  });
  const outputs: Output[] = [];
  for await (const output of dispatcher.outputs(produced())) {
    outputs.push(output);
    // A caller that is busy, or a terminal that is not read, holds the whole process up.
    if (outputs.length === 3) for (const until = performance.now() + busyMs; performance.now() < until; );
    if (outputs.filter(({ type }) => type === 'sentinel').length === consumers) break;
  }
  expect(dispatcher.pids).toEqual([]);
  return {
    results: outputs
      .flatMap((output) => (output.type === 'result' ? line(output.job, output.outcome) : []))
      .sort(),
    sentinels: outputs.filter(({ type }) => type === 'sentinel').length,
    log: fs.existsSync(`${folder}/log`) ? fs.readFileSync(`${folder}/log`, 'utf8').trimEnd().split('\n') : [],
  };
}

function line(job: Job, outcome: { status: string; code?: string; reason?: string }): string {
  return `${job.path.split('/').at(-1)}: ${outcome.code} ${outcome.reason}`;
}

test('a death costs one record; what was queued behind it is done without blame, and the sentinel is paid', async () => {
  const { results, sentinels } = await dispatch(['a', 'die-always-b', 'c', 'd']);
  expect(results).toEqual([
    'a: CORRUPT done',
    'c: CORRUPT done',
    'd: CORRUPT done',
    'die-always-b: WORKER_DIED the process that worked on it died: signal SIGKILL (2 tries)',
  ]);
  expect(sentinels).toBe(1);
});

test('a photo whose consumer died once is tried again alone, in a fresh consumer, and done', async () => {
  const { results, log } = await dispatch(['die-once-a', 'b']);
  expect(results).toEqual(['b: CORRUPT done', 'die-once-a: CORRUPT done']);
  const [first, last] = [log[0]?.split(' ')[0], log.at(-1)?.split(' ')[0]];
  expect(first).not.toBe(last);
  expect(log.filter((line) => line.startsWith(`${last} `))).toEqual([
    `${last} given die-once-a`,
    `${last} done die-once-a`,
    `${last} given b`,
    `${last} done b`,
  ]);
});

test('without retries the first death is the record', async () => {
  expect((await dispatch(['die-once-a'], { retries: 0 })).results).toEqual([
    'die-once-a: WORKER_DIED the process that worked on it died: signal SIGKILL',
  ]);
});

test('the record tells the exit code and the last words, on one line and without controls', async () => {
  expect((await dispatch(['exit-3-a'], { retries: 0 })).results).toEqual([
    'exit-3-a: WORKER_DIED the process that worked on it died: exit code 3',
  ]);
});

test('a photo that hangs is ended by its time, not tried again, and the rest is done', async () => {
  const { results, sentinels } = await dispatch(['hang-a', 'b'], { timeoutMs: 500 });
  expect(results).toEqual(['b: CORRUPT done', 'hang-a: TIMEOUT not finished after 0.5 s']);
  expect(sentinels).toBe(1);
});

test('a parent that was busy for longer than the timeout blames nobody whose result is already there', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `photo-${index}`);
  const { results, log } = await dispatch(names, { timeoutMs: 400, retries: 0, busyMs: 1500 });
  expect(results).toEqual(names.map((name) => `${name}: CORRUPT done`).sort());
  // Nor is the consumer killed that has done its work.
  expect(new Set(log.map((line) => line.split(' ')[0])).size).toBe(1);
});

test('every sentinel is counted when the last photo of each consumer kills it', async () => {
  const names = ['die-always-a', 'die-always-b', 'die-always-c'];
  const { results, sentinels } = await dispatch(names, { consumers: 3, retries: 0 });
  expect(results).toHaveLength(3);
  expect(sentinels).toBe(3);
});

test('consumers that cannot start end the run with what they said', async () => {
  await expect(dispatch(['a'], { entry: stillborn })).rejects.toMatchObject({
    code: 'CONSUMER',
    message: expect.stringContaining('sharp could not be loaded'),
  });
});
