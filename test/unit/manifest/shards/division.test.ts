import { expect, test } from 'vitest';
import { isOfShard } from '../../../../src/manifest/shards/division.js';
import { inProgram } from '../../../support/byte-names.js';

/** The shard of a source, which must be the only one. */
function shardOf(source: string, of: number): number {
  const all = Array.from({ length: of }, (_, index) => index + 1);
  const found = all.filter((index) => isOfShard(source, { index, of }));
  expect(found).toHaveLength(1);
  return found[0] ?? 0;
}

// By sha256sum(1): a name that another program divides otherwise would be lost.
test('the shard of a name is that which docs/machines.md defines, for ever', () => {
  // 84bc7762553e..., 0d121c7a5908..., 49e777ba0f23...
  const names = ['../photos/a/IMG_1.jpg', '../photos/ä.jpg', inProgram('../photos/caf\xe9.jpg')];
  expect(names.map((name) => [2, 3, 8, 1000].map((of) => shardOf(name, of)))).toEqual([
    [2, 2, 5, 519],
    [1, 1, 1, 52],
    [1, 1, 3, 289],
  ]);
  expect(names.map((name) => shardOf(name, 1))).toEqual([1, 1, 1]);
});

test('names are divided evenly', () => {
  const counts = new Array(8).fill(0);
  for (let photo = 0; photo < 8000; photo += 1) counts[shardOf(`photos/IMG_${photo}.jpg`, 8) - 1] += 1;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
});
