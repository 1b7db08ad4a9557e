import { expect, test, vi } from 'vitest';
import type { Job } from '../../../src/job.js';
import { temporaryFolder } from '../../support/photos.js';
import { consumersIn, dispatch, dispatcherOf, unstartable } from '../../support/pool.js';
import { until } from '../../support/processes.js';

const deaths: ReadonlyArray<readonly [name: string, how: RegExp, attempt: object]> = [
  ['kill', /signal SIGKILL/, { signal: 'SIGKILL' }],
  ['segv', /signal SIGSEGV/, { signal: 'SIGSEGV' }],
  ['abort', /signal SIGABRT/, { signal: 'SIGABRT' }],
  ['exit', /exit code 3/, { exitCode: 3, stderrTail: 'the decoder\\u001b[31m gave up' }],
  ['heap', /signal SIG(ABRT|TRAP)|exit code 1\d\d/, { stderrTail: expect.stringContaining('heap') }],
];

for (const [death, how, attempt] of deaths) {
  test(`a consumer that dies (${death}) costs one record; the rest is done without blame, and the sentinel is paid`, async () => {
    // V8 runs out of a small heap sooner; every consumer inherits it.
    vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=60');
    const { results, byName, sentinels } = await dispatch(['a', `always-${death}-b`, 'c', 'd']);
    expect(results).toEqual([
      'a: CORRUPT done',
      expect.stringMatching(
        new RegExp(
          `^always-${death}-b: WORKER_DIED the process that worked on it died: (${how.source}) \\(2 tries\\)$`,
        ),
      ),
      'c: CORRUPT done',
      'd: CORRUPT done',
    ]);
    expect(sentinels).toBe(1);
    expect(byName.get(`always-${death}-b`)?.attempt).toMatchObject({
      tries: 2,
      pid: expect.any(Number),
      ...attempt,
    });
  });
}

test('a photo whose consumer died once is tried again in a fresh consumer, with nothing queued behind it', async () => {
  const { results, byName, log } = await dispatch(['once-kill-a', 'b', 'c']);
  expect(results).toEqual(['b: CORRUPT done', 'c: CORRUPT done', 'once-kill-a: CORRUPT done']);
  const [first, second] = consumersIn(log);
  expect(first).not.toBe(second);
  expect(log.filter((line) => line.startsWith(`${second} `)).slice(0, 3)).toEqual([
    `${second} given once-kill-a`,
    `${second} begun once-kill-a`,
    `${second} done once-kill-a`,
  ]);
  expect(byName.get('once-kill-a')?.attempt).toMatchObject({ tries: 2, pid: Number(second) });
});

test('what a dead consumer had only queued goes to another consumer while the blamed photo is tried again', async () => {
  // The first consumer has the photo that kills and one behind it; the second is busy for a while, then free.
  const { results, log } = await dispatch(['always-kill-a', 'slow-b', 'queued', 'slow-c'], {
    consumers: 2,
    retries: 2,
  });
  expect(results).toHaveLength(4);
  const done = new Map(
    log
      .filter((line) => line.includes(' done '))
      .map((line) => line.split(' done '))
      .map(([pid, name]) => [name, pid]),
  );
  const killed = new Set(
    log.filter((line) => line.includes('begun always-kill-a')).map((line) => line.split(' ')[0]),
  );
  expect(killed.size).toBe(3);
  expect(killed.has(done.get('queued') ?? '')).toBe(false);
});

test('without retries the first death is the record', async () => {
  expect((await dispatch(['once-kill-a'], { retries: 0 })).results).toEqual([
    'once-kill-a: WORKER_DIED the process that worked on it died: signal SIGKILL',
  ]);
});

test('every sentinel is counted when the last photo of each consumer kills it', async () => {
  const names = ['always-kill-a', 'always-exit-b', 'always-segv-c'];
  const { results, sentinels } = await dispatch(names, { consumers: 3, retries: 0 });
  expect(results).toHaveLength(3);
  expect(sentinels).toBe(3);
});

test('the sentinel of a consumer that dies before it has passed it on is paid all the same', async () => {
  const { results, sentinels } = await dispatch(['last-a', 'last-b', 'c'], { consumers: 2 });
  expect(results).toEqual(['c: CORRUPT done', 'last-a: CORRUPT done', 'last-b: CORRUPT done']);
  expect(sentinels).toBe(2);
});

test('consumers that could not start before anybody asked for results are an error for who asks', async () => {
  const dispatcher = dispatcherOf(temporaryFolder(), { consumers: 4, entry: unstartable });
  dispatcher.prefork(4);
  await until(() => dispatcher.crashes === 4);
  async function* nothing(): AsyncGenerator<Job> {}
  await expect(dispatcher.outputs(nothing()).next()).rejects.toMatchObject({ code: 'CONSUMER' });
});

for (const consumers of [1, 4]) {
  test(`${consumers} consumers that cannot start end the run with what they said`, async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    await expect(dispatch(names, { consumers, entry: unstartable })).rejects.toMatchObject({
      code: 'CONSUMER',
      message: expect.stringMatching(
        /^Consumers cannot be started: exit code 1; stderr: .*sharp could not be loaded/,
      ),
    });
  });
}
