import path from 'node:path';
import { expect, test } from 'vitest';
import { resolveOptions } from '../../../src/options/resolve.js';
import { mergedName, shardManifest } from '../../../src/options/shard.js';

test('a shard has a manifest of its own, beside the one of all photos', () => {
  expect(resolveOptions(['photos'], { shard: '3/8' })).toMatchObject({
    manifest: path.resolve('thumbnails/manifest-3-of-8.jsonl'),
    shard: { index: 3, of: 8, merged: path.resolve('thumbnails/manifest.jsonl') },
  });
  for (const [merged, own] of [
    ['catalog.jsonl', 'catalog-10-of-12.jsonl'],
    ['a.b.jsonl', 'a.b-10-of-12.jsonl'],
    ['catalog', 'catalog-10-of-12'],
    ['.hidden', '.hidden-10-of-12'],
    ['x-1-of-2.jsonl', 'x-1-of-2-10-of-12.jsonl'],
  ] as const) {
    expect(path.basename(shardManifest(path.resolve(merged), { index: 10, of: 12 }))).toBe(own);
    expect(mergedName(own)).toBe(merged);
  }
  expect(mergedName('manifest.jsonl')).toBe(undefined);
});

test('a shard that there cannot be is refused', () => {
  const values = [
    '0/8',
    '9/8',
    '3',
    '3/',
    '/8',
    '3/8/2',
    '-1/8',
    '1.5/8',
    'a/b',
    '1/10001',
    ' 1/8',
    '1/0',
    '',
    3,
  ];
  for (const shard of values)
    expect(() => resolveOptions(['photos'], { shard: shard as string })).toThrow(
      `Expected \`shard\` to be \`i/n\`, with i from 1 to n and n up to 10000, got \`${shard}\` (${typeof shard})`,
    );
  expect(resolveOptions(['photos'], { shard: '10000/10000' }).shard?.of).toBe(10_000);
});

test('what is done by the records of all photos comes after the merge', () => {
  expect(() => resolveOptions(['photos'], { shard: '1/2', prune: true })).toThrow(
    'Expected `shard` to be without `prune`, which comes after the merge, got `1/2`',
  );
  expect(() => resolveOptions(['photos'], { shard: '1/2', export: ['all.csv'] })).toThrow(/without `export`/);
});
