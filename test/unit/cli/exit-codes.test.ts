import { expect, test } from 'vitest';
import { exitCodeOf, exitCodeOfError } from '../../../src/cli/exit-codes.js';
import { ThumbsError } from '../../../src/errors.js';
import type { SummaryEvent } from '../../../src/run/events.js';

/** As far as the exit code depends on it. */
function summary(figures: Partial<SummaryEvent>): SummaryEvent {
  return { failed: 0, failures: {}, unreadableFolders: 0, kept: 0, ...figures } as SummaryEvent;
}

test('failures, unreadable folders, records kept for a missing disk and a refused prune are exit 1, everything done is 0', () => {
  expect(exitCodeOf(summary({}), undefined)).toBe(0);
  expect(exitCodeOf(summary({ failed: 1 }), undefined)).toBe(1);
  expect(exitCodeOf(summary({ unreadableFolders: 1 }), undefined)).toBe(1);
  expect(exitCodeOf(summary({ kept: 1 }), undefined)).toBe(1);
  expect(exitCodeOf(summary({ pruneRefused: 'a reason' }), undefined)).toBe(1);
});

test('links that could not be made, because of other files or of missing thumbnails, are exit 1', () => {
  const links = { folder: '/album', files: 1, written: 1, removed: 0, foreign: [], missing: 0 };
  expect(exitCodeOf(summary({ links }), undefined)).toBe(0);
  expect(exitCodeOf(summary({ links: { ...links, foreign: ['a.webp'] } }), undefined)).toBe(1);
  expect(exitCodeOf(summary({ links: { ...links, missing: 1 } }), undefined)).toBe(1);
});

test('a fault of the program itself is exit 70, whatever else failed', () => {
  const failures = { CORRUPT: 2, INTERNAL: 1 };
  expect(exitCodeOf(summary({ failed: 3, failures, unreadableFolders: 1 }), undefined)).toBe(70);
});

test('a run that ended early has the code of its deadline or of its signal, whatever failed', () => {
  const stopped = summary({ stopped: 'signal', failed: 1 });
  expect(exitCodeOf(stopped, 'SIGINT')).toBe(130);
  expect(exitCodeOf(stopped, 'SIGTERM')).toBe(143);
  expect(exitCodeOf(stopped, 'SIGHUP')).toBe(143);
  expect(exitCodeOf(summary({ stopped: 'deadline', failed: 1 }), undefined)).toBe(124);
  expect(exitCodeOf(summary({ stopped: 'deadline' }), 'SIGINT')).toBe(124);
});

test('a signal that came when all was done changes nothing', () => {
  expect(exitCodeOf(summary({}), 'SIGINT')).toBe(0);
});

test('an error is a usage error, a run that could not continue, or a failure', () => {
  const codes = [
    'OPTION',
    'OUTPUT',
    'MANIFEST',
    'CONSUMER',
    'LOCKED',
    'REFUSED',
    'CORRUPT',
    'TIMEOUT',
    'INTERNAL',
  ] as const;
  expect(codes.map((code) => exitCodeOfError(new ThumbsError(code, 'message')))).toEqual([
    2, 3, 3, 3, 3, 1, 1, 1, 70,
  ]);
});
