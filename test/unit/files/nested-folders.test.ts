// Sets of folders of which some lie in others.

import { expect, test } from 'vitest';
import { fewest, outermost } from '../../../src/files/nested-folders.js';

test('folders that lie in others are left out, whatever their order', () => {
  const folders = ['/a/b', '/a-b', '/a', '/a/b/c', '/b', '/a b/c', '/a'];
  const kept = ['/a', '/a b/c', '/a-b', '/b'];
  expect(outermost(folders).sort()).toEqual(kept);
  expect(outermost([...folders].reverse()).sort()).toEqual(kept);
  expect(outermost(['/x', '/', '/y/z'])).toEqual(['/']);
  expect(outermost([])).toEqual([]);
});

test('of too many folders, those above stand for those that lie deepest', () => {
  const days = Array.from({ length: 500 }, (_, day) => `/photos/2024/${day}`);
  expect(fewest(['/other', ...days], 100)).toEqual(['/other', '/photos/2024']);
  expect(fewest(days.slice(0, 100), 100)).toEqual(outermost(days.slice(0, 100)));
  const everywhere = Array.from({ length: 300 }, (_, index) => `/${index}`);
  expect(fewest(everywhere, 100)).toEqual(['/']);
});
