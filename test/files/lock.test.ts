import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Lock } from '../../src/files/lock.js';
import { isAlive, ownIdentity } from '../../src/files/process-identity.js';
import { projectFolder, start, temporaryFolder, until } from '../helpers.js';

const holder = path.join(projectFolder, 'test/fixtures/lock-holder.js');

/** A process that takes the lock of `folder`, and its answer: `taken`, `took over` or the error's words. */
async function taking(folder: string): Promise<{ child: ChildProcess; answer: string }> {
  const { child } = start(process.execPath, [holder, folder]);
  const answer = await new Promise<string>((resolve) =>
    child.stdout?.once('data', (text) => resolve(String(text))),
  );
  return { child, answer };
}

function lockOf(folder: string): string {
  return path.join(folder, '.thumbs.lock');
}

/** Puts a lock there, as somebody else's. */
function putLock(folder: string, fields: object, ageMs = 0): void {
  const content = {
    thumbs: 'lock',
    startedAt: new Date(0).toISOString(),
    host: 'attic',
    ...ownIdentity(),
    ...fields,
  };
  fs.writeFileSync(lockOf(folder), `${JSON.stringify(content)}\n`);
  const time = new Date(Date.now() - ageMs);
  fs.utimesSync(lockOf(folder), time, time);
}

test('a second process is refused with the first one’s id and start time, until that gives the lock back', async () => {
  const folder = temporaryFolder();
  const first = await taking(folder);
  expect(first.answer).toBe('taken');
  const second = await taking(folder);
  expect(second.answer).toMatch(
    new RegExp(
      `^LOCKED ${folder} is in use by another run, process ${first.child.pid}, since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d$`,
    ),
  );
  first.child.kill('SIGTERM');
  await until(() => !fs.existsSync(lockOf(folder)));
  expect((await taking(folder)).answer).toBe('taken');
});

test('the lock of a killed process is taken over at once', async () => {
  const folder = temporaryFolder();
  const { child } = await taking(folder);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.on('exit', resolve));
  expect((await taking(folder)).answer).toBe('took over');
  expect((await taking(folder)).answer).toMatch(/^LOCKED /);
});

test('two runs in one process are two', () => {
  const folder = temporaryFolder();
  const lock = Lock.take(folder);
  expect(() => Lock.take(folder)).toThrow(expect.objectContaining({ code: 'LOCKED' }));
  lock.release();
  Lock.take(folder).release();
  expect(fs.readdirSync(folder)).toEqual([]);
});

test('a folder is one under all its names, a file is locked beside it', () => {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'out'));
  fs.symlinkSync('out', path.join(folder, 'link'));
  const locks = [Lock.take(path.join(folder, 'out')), Lock.take(path.join(folder, 'photos.jsonl'))];
  expect(() => Lock.take(path.join(folder, 'link'))).toThrow(/in use/);
  expect(fs.readdirSync(folder).sort()).toEqual(['.photos.jsonl.lock', 'link', 'out']);
  for (const lock of locks) lock.release();
});

test('a process that has the id of a dead one is not taken for it', () => {
  const folder = temporaryFolder();
  const sleeper = spawn('sleep', ['60']);
  onTestFinished(() => {
    sleeper.kill();
  });
  putLock(folder, { pid: sleeper.pid, startTicks: '1' });
  const lock = Lock.take(folder);
  expect(lock.tookOver).toBe(true);
  lock.release();
});

test('a lock of another host is held while its heart beats, and says how to get rid of it', () => {
  const folder = temporaryFolder();
  putLock(folder, { place: 'another boot', pid: 7 }, 50_000);
  expect(() => Lock.take(folder)).toThrow(
    `${folder} is in use by another run, process 7 on attic, since 1970-01-01 ${new Date(0).toTimeString().slice(0, 8)}; ` +
      `if that one is dead, remove ${lockOf(folder)} or wait a minute`,
  );
  putLock(folder, { place: 'another boot', pid: 7 }, 70_000);
  const lock = Lock.take(folder);
  expect(lock.tookOver).toBe(true);
  lock.release();
});

test('a torn or hostile lock harms nobody: it is in use for a minute, and taken over then', () => {
  const folder = temporaryFolder();
  const contents = ['', '{"thumbs":"lo', 'null', '[]', '7', '{"pid":"7"}', 'a\u001b[31mb'];
  for (const content of contents) {
    fs.writeFileSync(lockOf(folder), content);
    expect(() => Lock.take(folder)).toThrow(/is in use by another run; if that one is dead, remove /);
    const old = new Date(Date.now() - 70_000);
    fs.utimesSync(lockOf(folder), old, old);
    Lock.take(folder).release();
  }
  for (const pid of [0, -1, 2 ** 31, 1.5, Number.NaN]) {
    putLock(folder, { pid });
    const lock = fs.readFileSync(lockOf(folder), 'utf8').includes('null') ? undefined : Lock.take(folder);
    lock?.release();
    fs.rmSync(lockOf(folder), { force: true });
  }
  putLock(folder, { place: 'elsewhere', host: 'evil\u001b[2J\nhost' });
  expect(() => Lock.take(folder)).toThrow('evil\\u001b[2J\\u000ahost');
});

test('what somebody else has put in the lock’s place is not removed', () => {
  const folder = temporaryFolder();
  const lock = Lock.take(folder);
  fs.rmSync(lockOf(folder));
  fs.writeFileSync(path.join(folder, 'other'), 'another lock');
  fs.renameSync(path.join(folder, 'other'), lockOf(folder));
  lock.release();
  expect(fs.readFileSync(lockOf(folder), 'utf8')).toBe('another lock');
});

test('a folder that cannot be written gives the path and the cause', () => {
  const folder = path.join(temporaryFolder(), 'a');
  fs.mkdirSync(folder);
  fs.mkdirSync(lockOf(folder));
  expect(() => Lock.take(folder)).toThrow(
    expect.objectContaining({
      code: 'OUTPUT',
      message: expect.stringMatching(/\.thumbs\.lock: illegal operation on a directory/),
    }),
  );
});

for (const left of ['no lock', 'a dead one’s lock'] as const) {
  test(`of many processes at once exactly one gets the lock, where there is ${left}`, async () => {
    for (let round = 0; round < 3; round += 1) {
      const folder = temporaryFolder();
      if (left !== 'no lock') putLock(folder, { pid: 2 ** 22 + 1 });
      const all = await Promise.all(Array.from({ length: 12 }, () => taking(folder)));
      const winners = all.filter(({ answer }) => !answer.startsWith('LOCKED'));
      // Who cleared the dead one's away need not be the one who is quicker then.
      expect(winners.map(({ answer }) => answer)).toEqual([expect.stringMatching(/^(taken|took over)$/)]);
      for (const { child } of all) child.kill('SIGKILL');
    }
  });
}

test('a zombie is dead, this process is alive, and ids of no process are nobody', async () => {
  const parent = spawn('bash', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
  onTestFinished(() => {
    parent.kill();
  });
  const zombie = Number(
    await new Promise((resolve) => parent.stdout.on('data', (text) => resolve(String(text)))),
  );
  await until(() => !isAlive(zombie));
  expect(fs.existsSync(`/proc/${zombie}`)).toBe(true);
  expect([process.pid, 0, -1, 1.5, Number.NaN].map(isAlive)).toEqual([true, false, false, false, false]);
  expect(os.hostname()).not.toBe('');
});
