import path from 'node:path';
import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { FailureList, unreadableLine } from '../../../../src/cli/texts/failure-list.js';
import type { FailedEvent } from '../../../../src/run/events.js';

const plain = picocolors.createColors(false);
const retry = '`thumbs photos --retry-failed`';

function failure(name: string, { known = false, reason = 'the JPEG data is damaged' } = {}): FailedEvent {
  const source = `../photos/${name}`;
  return {
    type: 'failed',
    path: path.resolve('photos', name),
    reason,
    known,
    record: { source, status: 'failed', error: { code: 'CORRUPT', message: `${source}: ${reason}` } },
    progress: { finished: 1, failed: 1, worked: 1, found: 1, jobs: 1, walked: true },
  };
}

const shut = {
  type: 'unreadable-folder',
  path: path.resolve('photos/shut'),
  reason: 'permission denied (EACCES)',
} as const;

test('folders come first, then new failures, then known ones, each sorted by path', () => {
  const list = new FailureList();
  for (const event of [failure('d.jpg'), failure('c.jpg', { known: true }), failure('a.jpg')])
    list.add(event);
  list.add(failure('b.jpg', { known: true }));
  list.addFolder(shut);
  list.addFolder({ ...shut, path: path.resolve('photos/locked') });
  expect(list.takeLines(plain, retry)).toEqual([
    'UNREADABLE FOLDER photos/locked: permission denied (EACCES)',
    'UNREADABLE FOLDER photos/shut: permission denied (EACCES)',
    'CORRUPT photos/a.jpg: the JPEG data is damaged',
    'CORRUPT photos/d.jpg: the JPEG data is damaged',
    'Known from an earlier run, unchanged and not tried again (`thumbs photos --retry-failed` tries them):',
    'CORRUPT photos/b.jpg: the JPEG data is damaged',
    'CORRUPT photos/c.jpg: the JPEG data is damaged',
  ]);
});

test('lines that were taken are not given again', () => {
  const list = new FailureList();
  expect(list.takeLines(plain, retry)).toEqual([]);
  list.add(failure('a.jpg'));
  list.addFolder(shut);
  expect(list.takeLines(plain, retry)).toHaveLength(2);
  expect(list.takeLines(plain, retry)).toEqual([]);
});

test('10,000 failures are named, further ones are counted', () => {
  const list = new FailureList();
  for (let number = 0; number < 11_234; number += 1) list.add(failure(`${number}.jpg`));
  const lines = list.takeLines(plain, retry);
  expect(lines).toHaveLength(10_001);
  expect(lines.at(-1)).toBe('... and 1,234 more, which the manifest names');
  expect(list.takeLines(plain, retry)).toEqual([]);
});

test('codes are red, and a name cannot control the terminal', () => {
  const list = new FailureList();
  list.add(failure('\u001b[2J.jpg'));
  expect(list.takeLines(picocolors.createColors(true), retry)).toEqual([
    '\u001b[31mCORRUPT\u001b[39m photos/\\u001b[2J.jpg: the JPEG data is damaged',
  ]);
  expect(unreadableLine(shut, plain)).toBe('UNREADABLE FOLDER photos/shut: permission denied (EACCES)');
});

test('unexpected errors come last: each stack once, line by line, with the first photo that met it', () => {
  const list = new FailureList();
  const internal = (name: string, stack: string): FailedEvent => ({
    ...failure(name),
    attempt: { pid: 1, tries: 1, seconds: 1, stack },
  });
  list.add(internal('b.jpg', 'Error: \u001b[2Jboom\n    at render'));
  list.add(internal('a.jpg', 'Error: \u001b[2Jboom\n    at render'));
  list.add(internal('c.jpg', 'TypeError: other'));
  expect(list.takeLines(plain, retry).slice(3)).toEqual([
    'An unexpected error at photos/b.jpg:',
    'Error: \\u001b[2Jboom',
    '    at render',
    'An unexpected error at photos/c.jpg:',
    'TypeError: other',
    'INTERNAL is a fault of thumbs, not of the photo. Please report it with the lines above.',
  ]);
  expect(list.takeLines(plain, retry)).toEqual([]);
});

test('five stacks are shown at most', () => {
  const list = new FailureList();
  for (const number of [1, 2, 3, 4, 5, 6])
    list.add({
      ...failure(`${number}.jpg`),
      attempt: { pid: 1, tries: 1, seconds: 1, stack: `Error: ${number}` },
    });
  expect(list.takeLines(plain, retry).filter((line) => line.startsWith('Error: '))).toHaveLength(5);
});
