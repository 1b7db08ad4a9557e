import { expect, test } from 'vitest';
import { SourceNames, sourceName } from '../../../src/manifest/source-names.js';

test('the names of many files are those that each has by itself', () => {
  const files = [
    '/a.jpg',
    '/p/a.jpg',
    '/p/b.jpg',
    '/p/q/a.jpg',
    '/p/a.jpg',
    '/p/out/a.jpg',
    '/pp/\udce9/a.jpg',
    '/b.jpg',
  ];
  for (const manifest of ['/m.jsonl', '/p/m.jsonl', '/p/q/m.jsonl', '/p/out/deep/m.jsonl', '/x/m.jsonl']) {
    const names = new SourceNames(manifest);
    expect(files.map((file) => names.of(file))).toEqual(files.map((file) => sourceName(manifest, file)));
  }
});
