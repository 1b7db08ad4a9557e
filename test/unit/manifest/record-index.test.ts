import { expect, onTestFinished, test } from 'vitest';
import type { ManifestRecord } from '../../../src/manifest/record.js';
import { RecordIndex } from '../../../src/manifest/record-index.js';
import {
  doneRecord,
  failedRecord,
  manifestPath,
  testDigests,
  writeRecords,
} from '../../support/manifests.js';

function known(source: string, sourceXxh128: string, more: object = {}): ManifestRecord {
  return { ...failedRecord(source), sourceBytes: 100, sourceXxh128, ...more };
}

/** The index of a manifest with these records. */
function indexOf(records: readonly ManifestRecord[]): RecordIndex {
  const file = manifestPath();
  writeRecords(file, records);
  const index = RecordIndex.openExisting(file, { digests: testDigests() });
  onTestFinished(() => index.close());
  return index;
}

test('a content is found by size and hash, and the first record of several', () => {
  const index = indexOf([
    known('a', 'one'),
    known('b', 'two'),
    known('c', 'one'),
    known('f', 'five', { sourceBytes: 200 }),
  ]);
  expect(['one', 'two', 'three'].map((hash) => index.findContent(100, hash)?.source)).toEqual([
    'a',
    'b',
    undefined,
  ]);
  expect(index.findContent(200, 'five')?.source).toBe('f');
  expect(index.findContent(200, 'one')).toBeUndefined();
});

test('of records with one content, one with a thumbnail is found before one that failed', () => {
  const index = indexOf([
    known('a', 'one'),
    { ...doneRecord('b'), sourceBytes: 100, sourceXxh128: 'one' },
    known('c', 'one'),
  ]);
  expect(index.findContent(100, 'one')?.source).toBe('b');
});

test('a content is not found by records under other options, to be made again, or without a hash', () => {
  const index = indexOf([
    known('d', 'three', { digest: 'others' }),
    known('e', 'four', { redo: true }),
    failedRecord('g'),
    { ...doneRecord('h', { digest: 'others' }), sourceBytes: 100, sourceXxh128: 'five' },
    { ...doneRecord('i', { digest: 'digest', decoder: 'others' }), sourceBytes: 100, sourceXxh128: 'six' },
  ]);
  const found = ['three', 'four', 'five', 'six'].map((hash) => index.findContent(100, hash));
  expect(found).toEqual([undefined, undefined, undefined, undefined]);
  expect(index.hasSize(100)).toBe(false);
});

test('only sizes of records that content may find are known', () => {
  const index = indexOf([known('a', 'one'), known('f', 'five', { sourceBytes: 200 })]);
  expect([100, 200, 300].map((bytes) => index.hasSize(bytes))).toEqual([true, true, false]);
});
