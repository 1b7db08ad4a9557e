// The shared lock among real processes.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readMarker } from '../../../src/files/folder-marker.js';
import { Lock } from '../../../src/files/locks/lock.js';
import { builtFixture } from '../../support/paths.js';
import { temporaryFolder } from '../../support/photos.js';
import { start } from '../../support/processes/processes.js';

const MS = 3000;

function useLock(folder: string, kind: 'exclusive' | 'shared'): ReturnType<typeof start> {
  return start(process.execPath, [builtFixture('lock-users'), folder, kind, String(MS)]);
}

/** A folder whose lock leaves nothing behind when everybody has released it. */
function lockedFolder(): string {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'inside'));
  return folder;
}

test('of processes that share a lock and others that take it alone, never two meet that must not', async () => {
  const folder = lockedFolder();
  const kinds = ['exclusive', 'shared', 'shared', 'exclusive', 'shared', 'exclusive'] as const;
  const ended = await Promise.all(kinds.map((kind) => useLock(folder, kind).finished));
  const results = ended.map(({ stdout, stderr }) => JSON.parse(stdout || JSON.stringify({ stderr })));
  expect(results.map(({ violations }) => violations)).toEqual(kinds.map(() => []));
  const held = (kind: string) =>
    results.reduce((sum, each, index) => sum + (kinds[index] === kind ? each.held : 0), 0);
  expect(held('shared')).toBeGreaterThan(20);
  expect(held('exclusive')).toBeGreaterThan(0);
  expect(fs.readdirSync(folder)).toEqual(['inside']);
});

test('processes that are killed while they share a lock, or take it, block nobody', async () => {
  const folder = lockedFolder();
  const living = [useLock(folder, 'shared'), useLock(folder, 'exclusive')];
  const killed: number[] = [];
  const until = Date.now() + MS - 1000;
  while (Date.now() < until) {
    const user = useLock(folder, killed.length % 2 === 0 ? 'shared' : 'exclusive');
    await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 60));
    user.child.kill('SIGKILL');
    await user.finished;
    killed.push(user.pid);
  }
  expect(killed.length).toBeGreaterThan(3);
  for (const user of living) {
    const { stdout, stderr } = await user.finished;
    expect(JSON.parse(stdout || JSON.stringify({ stderr }))).toMatchObject({ violations: [] });
  }
  Lock.take(folder).release();
  expect(fs.readdirSync(folder).filter((name) => name.startsWith('.thumbs.'))).toEqual([]);
});

test('no entry of the marker is lost when many shards change it at once', async () => {
  const folder = temporaryFolder();
  const names = Array.from({ length: 12 }, (_, index) => `process-${index}`);
  const count = 8;
  const ended = await Promise.all(
    names.map(
      (name) =>
        start(process.execPath, [builtFixture('marker-writer'), folder, name, String(count)]).finished,
    ),
  );
  expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(names.map(() => [0, '']));
  const wanted = names.flatMap((name) => Array.from({ length: count }, (_, index) => `${name}-${index}`));
  expect([...(readMarker(folder)?.manifests ?? [])].sort()).toEqual(wanted.sort());
});
