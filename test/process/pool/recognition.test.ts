import path from 'node:path';
import { ThumbsError } from 'thumbs-pipeline';
import { expect, test } from 'vitest';
import type { ManifestRecord } from '../../../src/manifest/record.js';
import { dispatch } from '../../support/pool.js';

/** The record of a photo whose content, which the scripted consumer takes from its name, is known. */
function recognize(file: string): ManifestRecord | undefined {
  const source = path.basename(file);
  if (!source.includes('known')) return undefined;
  return { source, status: 'failed', error: { code: 'CORRUPT', message: 'known' } };
}

const names = ['known-a', 'b', 'known-c', 'd', 'e', 'known-f'];

for (const consumers of [1, 2, 4]) {
  test(`what is recognized needs nothing more, the rest is made; ${consumers} sentinels`, async () => {
    const { results, recognized, sentinels, log } = await dispatch(names, {
      consumers,
      task: 'identify',
      recognize,
    });
    expect(recognized).toEqual(['known-a', 'known-c', 'known-f']);
    expect(results).toEqual(['b: CORRUPT done', 'd: CORRUPT done', 'e: CORRUPT done']);
    expect(sentinels).toBe(consumers);
    // Six were identified, and three of them made.
    expect(log.filter((line) => line.includes(' done '))).toHaveLength(9);
  });
}

test('the very last photo, unknown, is made before the sentinels go their way', async () => {
  const { results, sentinels } = await dispatch(['a'], { consumers: 3, task: 'identify', recognize });
  expect([results, sentinels]).toEqual([['a: CORRUPT done'], 3]);
});

test('a consumer that dies while it identifies is replaced, and the photo identified again', async () => {
  const { results, recognized, sentinels } = await dispatch(['once-kill-known', 'always-kill-known', 'b'], {
    task: 'identify',
    recognize,
  });
  expect(recognized).toEqual(['once-kill-known']);
  expect(results).toEqual([
    'always-kill-known: WORKER_DIED the process that worked on it died: signal SIGKILL (2 tries)',
    'b: CORRUPT done',
  ]);
  expect(sentinels).toBe(1);
});

test('a manifest that cannot be read any more ends the run', async () => {
  const fails = () => {
    throw new ThumbsError('MANIFEST', 'it is gone');
  };
  await expect(dispatch(names, { task: 'identify', recognize: fails })).rejects.toMatchObject({
    code: 'MANIFEST',
  });
});
