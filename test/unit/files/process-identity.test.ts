import { expect, test } from 'vitest';
import { isAlive, isRunning, ownIdentity } from '../../../src/files/process-identity.js';

test('this process is alive; 0, negative, fractional and missing ids are no process', () => {
  expect([process.pid, 0, -1, 1.5, Number.NaN].map(isAlive)).toEqual([true, false, false, false, false]);
});

test('a process is identified by its start time as well, and only where its id is valid', () => {
  const own = ownIdentity();
  expect(isRunning(own)).toBe(true);
  expect(isRunning({ ...own, startTicks: '1' })).toBe(false);
  expect(isRunning({ ...own, place: 'another boot' })).toBeUndefined();
});
