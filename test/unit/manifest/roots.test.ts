// The folders that runs were given, as the output folder's marker has them.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { MARKER_NAME } from '../../../src/files/folder-marker.js';
import { noteRoots, rootsOf } from '../../../src/manifest/folder-manifests.js';
import { temporaryFolder } from '../../support/photos.js';

function place() {
  const out = fs.realpathSync(temporaryFolder());
  return { out, manifest: path.join(out, 'manifest.jsonl') };
}

test('roots of all runs are remembered, by manifest; one in another is not', () => {
  const { out, manifest } = place();
  noteRoots(out, manifest, [path.join(out, '../photos/2024')]);
  noteRoots(out, manifest, ['/mnt/scans', path.join(out, '../photos')]);
  noteRoots(out, path.join(out, 'other.jsonl'), ['/other']);
  expect(rootsOf({ out, manifest })).toEqual([path.relative(out, '/mnt/scans'), '../photos']);
  expect(rootsOf({ out, manifest: path.join(out, 'other.jsonl') })).toEqual([path.relative(out, '/other')]);
});

test('names that are not UTF-8 are remembered with their bytes', () => {
  const { out, manifest } = place();
  noteRoots(out, manifest, [path.join(out, 'caf\udce9')]);
  expect(rootsOf({ out, manifest })).toEqual(['caf\udce9']);
});

test('a shell that gives thousands of files in as many folders makes no large marker', () => {
  const { out, manifest } = place();
  for (const run of [0, 1, 2])
    noteRoots(
      out,
      manifest,
      Array.from({ length: 2000 }, (_, index) => `/photos/${run}/${'x'.repeat(200)}-${index}`),
    );
  expect(rootsOf({ out, manifest }).map((name) => path.resolve(out, name))).toEqual([
    '/photos/0',
    '/photos/1',
    '/photos/2',
  ]);
  expect(fs.statSync(path.join(out, MARKER_NAME)).size).toBeLessThan(1000);
});
