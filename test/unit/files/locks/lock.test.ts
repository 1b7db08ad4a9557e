import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Lock } from '../../../../src/files/locks/lock.js';
import { Interruptions, lockOf, NO_PROCESS, putLock } from '../../../support/locks.js';
import { temporaryFolder } from '../../../support/photos.js';

test('two runs in one process exclude each other', () => {
  const folder = temporaryFolder();
  const lock = Lock.take(folder);
  expect(() => Lock.take(folder)).toThrow(expect.objectContaining({ code: 'LOCKED' }));
  lock.release();
  Lock.take(folder).release();
  expect(fs.readdirSync(folder)).toEqual([]);
});

test('all names of a folder have one lock; a file’s lock is beside it', () => {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'out'));
  fs.symlinkSync('out', path.join(folder, 'link'));
  const locks = [Lock.take(path.join(folder, 'out')), Lock.take(path.join(folder, 'photos.jsonl'))];
  expect(() => Lock.take(path.join(folder, 'link'))).toThrow(/in use/);
  expect(fs.readdirSync(folder).sort()).toEqual(['.photos.jsonl.lock', 'link', 'out']);
  for (const lock of locks) lock.release();
});

test('the lock of a dead process is taken over although a later process has the same id', () => {
  const folder = temporaryFolder();
  putLock(folder, { pid: process.ppid, startTicks: '1' });
  const lock = Lock.take(folder);
  expect(lock.tookOver).toBe(true);
  lock.release();
});

test('a lock of another host is in use until it has missed heartbeats for a minute, and the error says what to remove', () => {
  const folder = temporaryFolder();
  putLock(folder, { place: 'another boot', pid: 7 }, 50_000);
  expect(() => Lock.take(folder)).toThrow(
    `${folder} is in use by another run, process 7 on attic, since 1970-01-01 ${new Date(0).toTimeString().slice(0, 8)}; ` +
      `if that run has ended, remove ${lockOf(folder)} or wait a minute`,
  );
  putLock(folder, { place: 'another boot', pid: 7 }, 70_000);
  const lock = Lock.take(folder);
  expect(lock.tookOver).toBe(true);
  lock.release();
});

test('an incomplete lock is in use for a minute, and is then taken over', () => {
  const folder = temporaryFolder();
  for (const content of ['', '{"thumbs":"lo', '{"thumbs":"lock","pid":"7"}', '\0\0\0']) {
    fs.writeFileSync(lockOf(folder), content);
    expect(() => Lock.take(folder)).toThrow(/is in use by another run; if that run has ended, remove /);
    const old = new Date(Date.now() - 70_000);
    fs.utimesSync(lockOf(folder), old, old);
    Lock.take(folder).release();
  }
});

test('a file under the lock’s name that is no lock is left unchanged, however old it is', () => {
  const folder = temporaryFolder();
  for (const content of ['null', '[]', '7', '{"pid":"7"}', 'a\u001b[31mb']) {
    fs.writeFileSync(lockOf(folder), content);
    fs.utimesSync(lockOf(folder), 1, 1);
    expect(() => Lock.take(folder)).toThrow(
      expect.objectContaining({
        code: 'OUTPUT',
        message: `Cannot write to ${lockOf(folder)}: it is not a lock of thumbs, and is left unchanged`,
      }),
    );
    expect(fs.readFileSync(lockOf(folder), 'utf8')).toBe(content);
  }
});

test('a lock that another process has taken over, or that was removed, is not held any more', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const folder = temporaryFolder();
  const lock = Lock.take(folder);
  const later = () => vi.setSystemTime(Date.now() + 70_000);
  later();
  lock.requireHeld();
  putLock(folder, { place: 'another boot', pid: 7 });
  later();
  expect(() => lock.requireHeld()).toThrow(
    expect.objectContaining({
      code: 'LOCKED',
      message: expect.stringMatching(
        `^${folder} is in use by another run, process 7 on attic, since .*, which has taken over this run's lock: nothing more is written$`,
      ),
    }),
  );
  fs.rmSync(lockOf(folder));
  expect(() => lock.requireHeld()).toThrow(/has been removed: /);
});

test('a lock with an id that no process can have is taken over', () => {
  const folder = temporaryFolder();
  for (const pid of [0, -1, 2 ** 31, 1.5]) {
    putLock(folder, { pid });
    const lock = Lock.take(folder);
    expect(lock.tookOver).toBe(true);
    lock.release();
  }
});

test('control characters in a lock are escaped in the error', () => {
  const folder = temporaryFolder();
  putLock(folder, { place: 'elsewhere', host: 'evil\u001b[2J\nhost' });
  expect(() => Lock.take(folder)).toThrow('evil\\u001b[2J\\u000ahost');
});

test('release does not remove a lock that has replaced this one', () => {
  const folder = temporaryFolder();
  const lock = Lock.take(folder);
  fs.rmSync(lockOf(folder));
  fs.writeFileSync(path.join(folder, 'other'), 'another lock');
  fs.renameSync(path.join(folder, 'other'), lockOf(folder));
  lock.release();
  expect(fs.readFileSync(lockOf(folder), 'utf8')).toBe('another lock');
});

test('a folder or a pipe under the lock’s name, and a missing folder, are errors with path and cause', () => {
  const folder = temporaryFolder();
  const notLockFile = expect.objectContaining({
    code: 'OUTPUT',
    message: `Cannot write to ${lockOf(folder)}: it is not a lock file`,
  });
  fs.mkdirSync(lockOf(folder));
  expect(() => Lock.take(folder)).toThrow(notLockFile);
  fs.rmdirSync(lockOf(folder));
  execFileSync('mkfifo', [lockOf(folder)]);
  expect(() => Lock.take(folder)).toThrow(notLockFile);
  expect(() => Lock.take(path.join(folder, 'gone', 'photos.jsonl'))).toThrow(
    expect.objectContaining({
      code: 'OUTPUT',
      message: expect.stringMatching(/photos\.jsonl: no such file/),
    }),
  );
});

test('a heartbeat sets the time by the file system’s clock; one that fails, and a release that fails, are ignored', () => {
  vi.useFakeTimers({ now: Date.now() - 120_000 });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const base = temporaryFolder();
  const folder = path.join(base, 'out');
  fs.mkdirSync(folder);
  const lock = Lock.take(folder);
  const text = fs.readFileSync(lockOf(folder), 'utf8');
  fs.utimesSync(lockOf(folder), 1, 1);
  fs.writeFileSync(path.join(base, 'clock'), '');
  vi.advanceTimersByTime(10_000);
  expect(fs.statSync(lockOf(folder)).mtimeMs).toBeGreaterThanOrEqual(
    fs.statSync(path.join(base, 'clock')).mtimeMs,
  );
  expect(fs.readFileSync(lockOf(folder), 'utf8')).toBe(text);
  fs.renameSync(folder, path.join(base, 'away'));
  fs.writeFileSync(folder, '');
  vi.advanceTimersByTime(10_000);
  lock.release();
});

/** While the first take holds the guard, all attempts of the second are alike. */
const STEPS_OF_TWO_ATTEMPTS = 24;

for (const hardLinks of [true, false]) {
  for (const found of ['no lock', 'a dead lock'] as const) {
    const where = `${found} found, ${hardLinks ? 'with' : 'without'} hard links`;

    test(`one of three takes wins whatever steps the others come before, ${where}`, () => {
      const { race, stepsOf } = racesOn(found, hardLinks);
      const steps = stepsOf();
      expect(steps).toBeGreaterThan(2);
      for (let second = 0; second < steps; second += 1) {
        for (let third = second; third < steps; third += 1) {
          const winners = race((take) => {
            take((step) => {
              if (step === second) take();
              if (step === third) take();
            });
          });
          expect({ second, third, winners }).toEqual({ second, third, winners: 1 });
        }
      }
    });

    test(`one of three takes wins when the second interrupts the first, and the third the second, ${where}`, () => {
      const { race, stepsOf } = racesOn(found, hardLinks);
      const steps = stepsOf();
      for (let second = 0; second < steps; second += 1) {
        for (let third = 0, last = 0; third <= last; third += 1) {
          const winners = race((take) => {
            take((step) => {
              if (step !== second) return;
              const stepsOfSecond = take((inner) => {
                if (inner === third) take();
              });
              last = Math.min(stepsOfSecond, STEPS_OF_TWO_ATTEMPTS) - 1;
            });
          });
          expect({ second, third, winners }).toEqual({ second, third, winners: 1 });
        }
      }
    });
  }
}

/** Takes the lock, and returns how many steps that took. */
type Take = (interrupt?: (step: number) => void) => number;

/** Races for the lock of one folder, in which each take stands for a process. */
function racesOn(found: 'no lock' | 'a dead lock', hardLinks: boolean) {
  const folder = temporaryFolder();
  // The takes that are interrupted cannot advance while another pauses for them.
  vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
  const interruptions = new Interruptions(hardLinks);
  onTestFinished(() => {
    interruptions.end();
    vi.restoreAllMocks();
  });

  /** Returns how many takes got the lock, and expects that the winner leaves nothing behind. */
  function race(takes: (take: Take) => void): number {
    if (found === 'a dead lock') putLock(folder, { pid: NO_PROCESS });
    const locks: Lock[] = [];
    takes((interrupt = () => {}) => {
      const { lock, steps } = interruptions.take(folder, interrupt);
      if (lock !== undefined) locks.push(lock);
      return steps;
    });
    for (const lock of locks) lock.release();
    expect(fs.readdirSync(folder)).toEqual([]);
    return locks.length;
  }

  /** The steps of a take that nothing interrupts. */
  function stepsOf(): number {
    let steps = 0;
    race((take) => {
      steps = take();
    });
    return steps;
  }

  return { race, stepsOf };
}
