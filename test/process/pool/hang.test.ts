import { expect, test } from 'vitest';
import { consumersIn, dispatch } from '../../support/pool.js';

function busyFor(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

for (const hang of ['hang', 'stop']) {
  test(`a photo on which its consumer hangs (${hang}) is ended by its time, not tried again, and the rest is done`, async () => {
    const { results, byName, sentinels } = await dispatch([`${hang}-a`, 'b', 'c'], { timeoutMs: 500 });
    expect(results).toEqual([
      'b: CORRUPT done',
      'c: CORRUPT done',
      `${hang}-a: TIMEOUT not finished after 0.5 s`,
    ]);
    expect(sentinels).toBe(1);
    expect(byName.get(`${hang}-a`)?.attempt).toMatchObject({ tries: 1, signal: 'SIGKILL' });
    expect(byName.get(`${hang}-a`)?.attempt.seconds).toBeGreaterThanOrEqual(0.4);
  });
}

test('the time runs for the photo in work, not for one that waits behind it', async () => {
  // Each takes 0.33 s, and the last has waited for two thirds of a second when it is begun.
  const names = ['slow-a', 'slow-b', 'slow-c'];
  const { results } = await dispatch(names, { timeoutMs: 1000 });
  expect(results).toEqual(names.map((name) => `${name}: CORRUPT done`));
});

test('a parent that was busy for longer than the timeout blames nobody whose result is already there', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `photo-${index}`);
  let outputs = 0;
  const { results, log } = await dispatch(names, {
    timeoutMs: 400,
    retries: 0,
    // A caller that is busy, or a terminal that is not read, holds the whole process up.
    onOutput: () => {
      outputs += 1;
      if (outputs === 3) busyFor(1500);
    },
  });
  expect(results).toEqual(names.map((name) => `${name}: CORRUPT done`).sort());
  // Nor is the consumer killed that has done its work.
  expect(consumersIn(log)).toHaveLength(1);
});

test('a result that came while the parent was busy counts, though the time has passed when the parent looks', async () => {
  // The second photo takes a third of a second; the parent is away from just before that until long after its time.
  const { results } = await dispatch(['a', 'slow-b'], {
    timeoutMs: 400,
    onOutput: ({ type }) => {
      if (type === 'result') setTimeout(() => busyFor(1200), 280);
    },
  });
  expect(results).toEqual(['a: CORRUPT done', 'slow-b: CORRUPT done']);
});

test('a consumer that hangs before it begins a photo is replaced, and nobody is blamed', async () => {
  const { results, log } = await dispatch(['a', 'unbegun-b', 'c'], { idleTimeoutMs: 700, retries: 0 });
  expect(results).toEqual(['a: CORRUPT done', 'c: CORRUPT done', 'unbegun-b: CORRUPT done']);
  expect(consumersIn(log).length).toBe(2);
});

test('a run in which nothing moves any more says so and ends, instead of waiting for ever', async () => {
  // The consumer is dead and a process of its own still holds its channel: neither a result nor its end can come.
  await expect(
    dispatch(['haunt-a', 'b'], { timeoutMs: 500, idleTimeoutMs: 500, stallMs: 1000 }),
  ).rejects.toMatchObject({
    code: 'CONSUMER',
    message: expect.stringMatching(
      /^Stalled: no consumer sent anything for 1\.5 s; waiting for consumer \d+: .*haunt-a$/,
    ),
  });
});
