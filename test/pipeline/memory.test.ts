import { expect, test } from 'vitest';
import { consumersIn, dispatch } from './dispatch.js';

const limits = { soft: 250e6, hard: 400e6, alone: 800e6 };

test('a consumer over its share is killed, and its photo recorded with the figure', async () => {
  const { results, byName, sentinels } = await dispatch(['a', 'leak-b', 'c'], { memory: limits });
  expect(results).toEqual([
    'a: CORRUPT done',
    'c: CORRUPT done',
    expect.stringMatching(
      /^leak-b: TOO_LARGE its consumer had [4-9]\d\d MB of memory, more than the limit of 400 MB$/,
    ),
  ]);
  expect(byName.get('leak-b')?.attempt).toMatchObject({ tries: 1, signal: 'SIGKILL' });
  expect(sentinels).toBe(1);
});

test('a consumer that keeps more than it should between photos is replaced after the photo in work, without blame', async () => {
  const { results, log, sentinels } = await dispatch(['a', 'keep-b', 'c', 'd', 'e'], {
    memory: { ...limits, hard: 1e9 },
    retries: 0,
  });
  expect(results).toEqual(['a', 'c', 'd', 'e', 'keep-b'].map((name) => `${name}: CORRUPT done`));
  expect(sentinels).toBe(1);
  expect(consumersIn(log)).toHaveLength(2);
  // What it had begun it finished: nothing was begun twice.
  expect(log.filter((line) => line.includes(' begun '))).toHaveLength(5);
});

test('a photo that needs more than its share is done alone, with all the memory there is', async () => {
  const names = ['slow-a', 'heavy-b', 'slow-c', 'heavy-d', 'slow-e', 'slow-f'];
  const { results, log, sentinels } = await dispatch(names, { consumers: 2 });
  expect(results).toEqual([...names].sort().map((name) => `${name}: CORRUPT done`));
  expect(sentinels).toBe(2);
  const alone = log.flatMap((line, index) => (line.includes(' begun alone ') ? [index] : []));
  expect(alone).toHaveLength(2);
  for (const index of alone) {
    // Nothing was in work when it began, and nothing began before it was done.
    const before = log.slice(0, index);
    const count = (what: string) => before.filter((line) => line.includes(` ${what} `)).length;
    expect(count('begun')).toBe(count('done'));
    expect(log[index + 1]).toBe(log[index]?.replace('begun alone', 'done'));
  }
});
