// Faults of real consumer processes. What follows from them is tested with a clock of its own in unit/pool/.

import { expect, test, vi } from 'vitest';
import { consumerFixture, describeOutcome, runForkedPool } from '../../support/processes/forked-pool.js';

test('each way in which a consumer can die is reported with its exit, and costs its image alone', async () => {
  // V8 runs out of a small heap sooner; every consumer inherits the variable.
  vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=60');
  const { results, sentinels } = await runForkedPool(
    ['a', ...['kill', 'segv', 'abort', 'exit', 'heap'].map((death) => `always-${death}-c`), 'b'],
    { consumers: 2, retries: 0 },
  );
  const died = (how: RegExp) =>
    expect.stringMatching(new RegExp(`^WORKER_DIED the process that worked on it died: (?:${how.source})$`));
  expect(Object.fromEntries([...results].map(([name, result]) => [name, describeOutcome(result)]))).toEqual({
    a: 'CORRUPT done',
    b: 'CORRUPT done',
    'always-kill-c': died(/signal SIGKILL/),
    'always-segv-c': died(/signal SIGSEGV/),
    'always-abort-c': died(/signal SIGABRT/),
    'always-exit-c': died(/exit code 3/),
    'always-heap-c': died(/signal SIG(?:ABRT|TRAP)|exit code 1\d\d/),
  });
  expect(results.get('always-exit-c')?.attempt).toMatchObject({
    tries: 1,
    pid: expect.any(Number),
    exitCode: 3,
    stderrTail: 'the decoder\\u001b[31m gave up',
  });
  expect(results.get('always-heap-c')?.attempt.stderrTail).toContain('heap');
  expect(sentinels).toBe(2);
});

test('consumers start without the certificates that NODE_EXTRA_CA_CERTS names, which nobody there uses', async () => {
  // Node.js complains of a file that it cannot read.
  vi.stubEnv('NODE_EXTRA_CA_CERTS', '/no/such/file');
  const { results } = await runForkedPool(['always-exit-a'], { retries: 0 });
  expect(results.get('always-exit-a')?.attempt.stderrTail).toBe('the decoder\\u001b[31m gave up');
});

test('a photo that the result before it announced is charged with the death of its consumer, and no other is', async () => {
  const { results, log } = await runForkedPool(['a', 'always-kill-b', 'c'], { retries: 0 });
  expect([...results.values()].map(describeOutcome)).toEqual([
    'CORRUPT done',
    expect.stringMatching(/^WORKER_DIED/),
    'CORRUPT done',
  ]);
  expect(log.filter((line) => line.endsWith('started always-kill-b'))).toHaveLength(1);
});

test('a photo whose consumer died once is done by another process', async () => {
  const { results, log } = await runForkedPool(['once-kill-a', 'b']);
  expect([...results.values()].map(describeOutcome)).toEqual(['CORRUPT done', 'CORRUPT done']);
  const starts = log.filter((line) => line.endsWith('started once-kill-a'));
  expect(new Set(starts.map((line) => line.split(' ')[0])).size).toBe(2);
});

test('a consumer that hangs, and one that is stopped, are killed when the time of their image is over', async () => {
  const { results, sentinels } = await runForkedPool(['hang-a', 'stop-b', 'c'], {
    consumers: 2,
    timeoutMs: 500,
  });
  for (const name of ['hang-a', 'stop-b']) {
    expect(describeOutcome(results.get(name))).toBe('TIMEOUT not finished after 0.5 s');
    expect(results.get(name)?.attempt).toMatchObject({ tries: 1, signal: 'SIGKILL' });
  }
  expect(describeOutcome(results.get('c'))).toBe('CORRUPT done');
  expect(sentinels).toBe(2);
});

test('a parent that was busy for longer than the timeout charges no image whose result has arrived', async () => {
  const names = Array.from({ length: 6 }, (_, index) => `photo-${index}`);
  let outputs = 0;
  const { results, log } = await runForkedPool(names, {
    timeoutMs: 400,
    retries: 0,
    onOutput: () => {
      outputs += 1;
      if (outputs === 3) for (const end = performance.now() + 900; performance.now() < end; );
    },
  });
  expect([...results.values()].map(describeOutcome)).toEqual(names.map(() => 'CORRUPT done'));
  expect(new Set(log.map((line) => line.split(' ')[0])).size).toBe(1);
});

test('a consumer whose memory grows beyond its share is killed, and its image is tried alone, with the memory of all', async () => {
  const { results, log } = await runForkedPool(['a', 'heavy-b', 'c', 'leak-d', 'e'], {
    consumers: 2,
    retries: 0,
    memory: { soft: 150e6, hard: 200e6, exclusive: 500e6 },
  });
  for (const name of ['a', 'heavy-b', 'c', 'e'])
    expect(describeOutcome(results.get(name))).toBe('CORRUPT done');
  expect(describeOutcome(results.get('leak-d'))).toMatch(
    /^TOO_LARGE its consumer had \d{3,4} MB of memory, more than the limit of 500 MB$/,
  );
  for (const name of ['heavy-b', 'leak-d']) {
    expect(log.filter((line) => line.endsWith(`started ${name}`))).toHaveLength(2);
    expect(results.get(name)?.attempt.tries).toBe(1);
  }
});

test('the sentinel of a consumer that dies of it is emitted by its slot', async () => {
  const { results, sentinels } = await runForkedPool(['last-a', 'b'], { consumers: 2 });
  expect([results.size, sentinels]).toEqual([2, 2]);
});

test('consumers that cannot start end the run with what they wrote to stderr', async () => {
  const entry = consumerFixture('unstartable');
  await expect(runForkedPool(['a', 'b', 'c'], { consumers: 2, entry })).rejects.toMatchObject({
    code: 'CONSUMER',
    message: expect.stringMatching(
      /^Consumers cannot be started: exit code 1; stderr: .*sharp could not be loaded/,
    ),
  });
});
