import fs from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ThumbsError } from '../../../../src/errors.js';
import { Lock } from '../../../../src/files/locks/lock.js';
import { SharedLock } from '../../../../src/files/locks/shared-lock.js';
import { ownIdentity } from '../../../../src/files/process-identity.js';
import { Interruptions, lockOf, NO_PROCESS, putLock } from '../../../support/locks.js';
import { temporaryFolder } from '../../../support/photos.js';

const LOCKED = expect.objectContaining({ code: 'LOCKED' });

/** Writes the file of a process that shares the lock, `ageMs` ago. */
function putSharer(folder: string, fields: object, ageMs = 0): string {
  const shared = path.join(folder, '.thumbs.shared');
  fs.mkdirSync(shared, { recursive: true });
  const file = path.join(shared, `${crypto.randomUUID()}.lock`);
  const holder = {
    thumbs: 'lock',
    startedAt: new Date(0).toISOString(),
    ...{ host: 'attic', ...ownIdentity(), shard: '3/8', ...fields },
  };
  fs.writeFileSync(file, `${JSON.stringify(holder)}\n`);
  const time = new Date(Date.now() - ageMs);
  fs.utimesSync(file, time, time);
  return file;
}

function trying<T>(take: () => T): T | undefined {
  try {
    return take();
  } catch (error) {
    if (error instanceof ThumbsError && error.code === 'LOCKED') return undefined;
    throw error;
  }
}

test('many share a lock; alone nobody has it until the last one has released it, and the first alone keeps all others away', () => {
  const folder = temporaryFolder();
  const shared = ['1/3', '2/3', '3/3'].map((shard) => SharedLock.take(folder, shard));
  expect(() => Lock.take(folder)).toThrow(
    expect.objectContaining({
      code: 'LOCKED',
      message: expect.stringMatching(
        `^${folder} is in use by shard [123]/3, process ${process.pid}, since .*, and by 2 more$`,
      ),
    }),
  );
  expect(() => Lock.check(folder)).toThrow(LOCKED);
  for (const lock of shared) {
    expect(() => Lock.take(folder)).toThrow(LOCKED);
    lock.requireHeld();
    lock.release();
  }
  expect(fs.readdirSync(folder)).toEqual([]);
  Lock.check(folder);
  const alone = Lock.take(folder);
  expect(() => SharedLock.take(folder, '1/3')).toThrow(/ is in use by another run, process /);
  alone.release();
  expect(fs.readdirSync(folder)).toEqual([]);
});

test('the lock of a file is shared beside it', () => {
  const folder = temporaryFolder();
  const lock = SharedLock.take(path.join(folder, 'photos.jsonl'), '1/3');
  expect(fs.readdirSync(folder)).toEqual(['.photos.jsonl.shared']);
  expect(() => Lock.take(path.join(folder, 'photos.jsonl'))).toThrow(LOCKED);
  Lock.take(path.join(folder, 'other.jsonl')).release();
  lock.release();
  expect(fs.readdirSync(folder)).toEqual([]);
});

test('dead holders are passed by and removed: of this host at once, of another one after a minute', () => {
  for (const take of [
    (folder: string) => Lock.take(folder),
    (folder: string) => SharedLock.take(folder, '1/3'),
  ]) {
    const folder = temporaryFolder();
    const dead = [
      putSharer(folder, { pid: NO_PROCESS }),
      putSharer(folder, { place: 'another boot', pid: 7 }, 70_000),
    ];
    const lock = take(folder);
    expect(lock.tookOver).toBe(true);
    for (const file of dead) expect(fs.existsSync(file)).toBe(false);
    lock.release();
    expect(fs.readdirSync(folder)).toEqual([]);
  }
  const folder = temporaryFolder();
  const living = putSharer(folder, { place: 'another boot', pid: 7 }, 50_000);
  expect(() => Lock.take(folder)).toThrow(
    new RegExp(
      `by shard 3/8, process 7 on attic, since .*; if that run has ended, remove ${living} or wait a minute$`,
    ),
  );
  SharedLock.take(folder, '1/3').release();
  expect(fs.existsSync(living)).toBe(true);
});

test('whoever shares a lock passes by a dead holder of the exclusive one', () => {
  const folder = temporaryFolder();
  putLock(folder, { pid: NO_PROCESS });
  const lock = SharedLock.take(folder, '1/3');
  expect(lock.tookOver).toBe(true);
  expect(fs.existsSync(lockOf(folder))).toBe(false);
  lock.release();
});

test('a shared lock that another host has taken for dead is not held any more', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const folder = temporaryFolder();
  const lock = SharedLock.take(folder, '1/3');
  const shared = path.join(folder, '.thumbs.shared');
  for (const name of fs.readdirSync(shared)) fs.rmSync(path.join(shared, name));
  vi.setSystemTime(Date.now() + 70_000);
  expect(() => lock.requireHeld()).toThrow(/has been removed: nothing more is written$/);
});

test('work that is done exclusively excludes that of others, and whole runs, for that time alone', () => {
  const folder = temporaryFolder();
  const [one, other] = [SharedLock.take(folder, '1/2'), SharedLock.take(folder, '2/2')];
  const result = one.exclusively(() => {
    expect(() => Lock.take(folder)).toThrow(LOCKED);
    return fs.existsSync(lockOf(folder));
  });
  expect(result).toBe(true);
  expect(() =>
    one.exclusively(() => {
      throw new Error('a fault');
    }),
  ).toThrow('a fault');
  expect(fs.existsSync(lockOf(folder))).toBe(false);
  other.exclusively(() => {});
  one.release();
  other.release();
});

for (const hardLinks of [true, false]) {
  test(`whenever one takes a lock alone while another takes it shared, at most one gets it, hard links: ${hardLinks}`, () => {
    const interruptions = new Interruptions(hardLinks);
    onTestFinished(() => interruptions.end());
    const alone = (folder: string) => trying(() => Lock.take(folder));
    const shared = (folder: string) => trying(() => SharedLock.take(folder, '1/2'));
    for (const [outer, inner] of [
      [alone, shared],
      [shared, alone],
    ] as const) {
      const got = new Set<string>();
      for (let step = 0, steps = 1; step < steps; step += 1) {
        const folder = temporaryFolder();
        let second: Lock | SharedLock | undefined;
        const take = () => outer(folder);
        const first = interruptions.during(take, (at) => {
          if (at === step) second = inner(folder);
        });
        steps = first.steps;
        expect([step, first.result !== undefined && second !== undefined]).toEqual([step, false]);
        if (first.result !== undefined) got.add('first');
        if (second !== undefined) got.add('second');
        first.result?.release();
        second?.release();
        expect(fs.readdirSync(folder)).toEqual([]);
      }
      expect(got).toEqual(new Set(['first', 'second']));
    }
  });
}
