import path from 'node:path';
import { expect, test } from 'vitest';
import { thumbs } from '../../support/command.js';
import { expectSound, failuresIn, recordsIn } from '../../support/output.js';
import { photoFolder, writeSlowImage } from '../../support/photos.js';
import { consumersIn, dispatch } from '../../support/pool.js';

const limits = { soft: 250e6, hard: 400e6, exclusive: 800e6 };

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
  const alone = log.flatMap((line, index) => (line.includes(' begun exclusive ') ? [index] : []));
  expect(alone).toHaveLength(2);
  for (const index of alone) {
    // Nothing was in work when it began, and nothing began before it was done.
    const before = log.slice(0, index);
    const count = (what: string) => before.filter((line) => line.includes(` ${what} `)).length;
    expect(count('begun')).toBe(count('done'));
    expect(log[index + 1]).toBe(log[index]?.replace('begun exclusive', 'done'));
  }
});

/** A folder with small photos and one that takes much. */
async function withHeavyPhoto(): Promise<string> {
  const { folder } = await photoFolder(12);
  writeSlowImage(path.join(folder, 'photos/heavy.avif'));
  return folder;
}

test('--max-memory: a photo that needs more than a consumer’s share, but not more than all, is done', async () => {
  const folder = await withHeavyPhoto();
  const args = ['photos', '-w', '2', '--max-memory', '400'];
  const { code, stderr } = await thumbs(args, { cwd: folder });
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^13 thumbnails made: /)]);
  await expectSound(path.join(folder, 'thumbnails'));
});

test('--max-memory: a photo that takes more than all is one record with the figure, and the others are done', async () => {
  const folder = await withHeavyPhoto();
  const out = path.join(folder, 'thumbnails');
  expect((await thumbs(['photos', '-w', '1', '--max-memory', '150'], { cwd: folder })).code).toBe(1);
  expect(failuresIn(out)).toEqual([
    [
      'heavy.avif',
      'TOO_LARGE',
      expect.stringMatching(
        /^\.\.\/photos\/heavy\.avif: its consumer had \d{3} MB of memory, more than the limit of 150 MB$/,
      ),
    ],
  ]);
  expect(recordsIn(out)).toHaveLength(13);
  await expectSound(out);
});
