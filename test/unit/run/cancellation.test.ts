import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { Cancellation, type CancellationOptions } from '../../../src/run/cancellation.js';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

/** A cancellation and the graces, in milliseconds, that it has drained with. */
function watch(options: Partial<CancellationOptions>) {
  const graces: number[] = [];
  const cancellation = new Cancellation(
    { signal: undefined, deadlineMs: undefined, timeoutMs: 30_000, ...options },
    (graceMs) => graces.push(graceMs),
  );
  return { cancellation, graces };
}

test('without a signal and a deadline nothing is cancelled', () => {
  const { cancellation, graces } = watch({});
  vi.advanceTimersByTime(1e9);
  expect([cancellation.reason, cancellation.signal.aborted, graces]).toEqual([undefined, false, []]);
});

test('a signal ends the walk and gives running images five seconds', () => {
  const caller = new AbortController();
  const { cancellation, graces } = watch({ signal: caller.signal, timeoutMs: 60_000 });
  expect([cancellation.reason, cancellation.signal.aborted, graces]).toEqual([undefined, false, []]);
  caller.abort();
  expect([cancellation.reason, cancellation.signal.aborted, graces]).toEqual(['signal', true, [5000]]);
});

test('a signal that was aborted before the run cancels it at once', () => {
  const { cancellation, graces } = watch({ signal: AbortSignal.abort() });
  expect([cancellation.reason, cancellation.signal.aborted, graces]).toEqual(['signal', true, [5000]]);
});

test('a deadline ends the walk and gives running images the time that one image may take', () => {
  const { cancellation, graces } = watch({ deadlineMs: 600, timeoutMs: 30_000 });
  vi.advanceTimersByTime(599);
  expect([cancellation.reason, graces]).toEqual([undefined, []]);
  vi.advanceTimersByTime(1);
  expect([cancellation.reason, cancellation.signal.aborted, graces]).toEqual(['deadline', true, [30_000]]);
});

test('a deadline that has passed before the run cancels it', () => {
  const { cancellation, graces } = watch({ deadlineMs: -100 });
  vi.advanceTimersByTime(1);
  expect([cancellation.reason, graces]).toEqual(['deadline', [30_000]]);
});

test('a signal after the deadline shortens the grace, and the deadline stays the reason', () => {
  const caller = new AbortController();
  const { cancellation, graces } = watch({ signal: caller.signal, deadlineMs: 600 });
  vi.advanceTimersByTime(600);
  caller.abort();
  expect([cancellation.reason, graces]).toEqual(['deadline', [30_000, 5000]]);
});

test('a deadline after the signal changes nothing', () => {
  const caller = new AbortController();
  const { cancellation, graces } = watch({ signal: caller.signal, deadlineMs: 600 });
  caller.abort();
  vi.advanceTimersByTime(600);
  expect([cancellation.reason, graces]).toEqual(['signal', [5000]]);
});

test('after the run the walk ends, neither the signal nor the deadline has an effect, and no timer is left', () => {
  const caller = new AbortController();
  const { cancellation, graces } = watch({ signal: caller.signal, deadlineMs: 600 });
  cancellation.end();
  expect(vi.getTimerCount()).toBe(0);
  caller.abort();
  expect([cancellation.reason, cancellation.signal.aborted, graces]).toEqual([undefined, true, []]);
});
