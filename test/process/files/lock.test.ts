import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Lock } from '../../../src/files/locks/lock.js';
import { isAlive, ownIdentity } from '../../../src/files/process-identity.js';
import { builtFixture } from '../../support/paths.js';
import { temporaryFolder } from '../../support/photos.js';
import { start, until } from '../../support/processes.js';

const holder = builtFixture('lock-holder');
const steps = builtFixture('lock-steps');

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

/** A lock as another process writes it. */
function lockText(fields: object): string {
  const startedAt = new Date(0).toISOString();
  return `${JSON.stringify({ thumbs: 'lock', startedAt, host: 'attic', ...ownIdentity(), ...fields })}\n`;
}

/** Puts a lock there, as somebody else's. */
function putLock(folder: string, fields: object, ageMs = 0): void {
  fs.writeFileSync(lockOf(folder), lockText(fields));
  const time = new Date(Date.now() - ageMs);
  fs.utimesSync(lockOf(folder), time, time);
}

/** One more than Linux gives. */
const NO_PROCESS = 2 ** 22 + 1;

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

test('what cannot be a lock, and a folder that is not there, give the path and the cause', () => {
  const folder = temporaryFolder();
  fs.mkdirSync(lockOf(folder));
  const causes = () => {
    expect(() => Lock.take(folder)).toThrow(
      expect.objectContaining({
        code: 'OUTPUT',
        message: `Cannot write to ${lockOf(folder)}: it is not a lock file`,
      }),
    );
  };
  causes();
  fs.rmdirSync(lockOf(folder));
  execFileSync('mkfifo', [lockOf(folder)]);
  causes();
  expect(() => Lock.take(path.join(folder, 'gone', 'photos.jsonl'))).toThrow(
    expect.objectContaining({
      code: 'OUTPUT',
      message: expect.stringMatching(/photos\.jsonl: no such file/),
    }),
  );
});

for (const left of ['no lock', 'a dead one’s lock'] as const) {
  test(`of 20 processes let go at once exactly one gets the lock, where there is ${left}`, async () => {
    for (let round = 0; round < 3; round += 1) {
      const folder = temporaryFolder();
      if (left !== 'no lock') putLock(folder, { pid: NO_PROCESS });
      const go = path.join(folder, 'go');
      const all = Array.from({ length: 20 }, () => {
        const { child } = start(process.execPath, [holder, folder, go]);
        const run = { child, said: '' };
        child.stdout?.on('data', (text) => {
          run.said += text;
        });
        return run;
      });
      await until(() => all.every(({ said }) => said === 'ready '));
      fs.writeFileSync(go, '');
      await until(() => all.every(({ said }) => said !== 'ready '));
      const winners = all.map(({ said }) => said.slice(6)).filter((said) => !said.startsWith('LOCKED'));
      expect(winners).toEqual([left === 'no lock' ? 'taken' : 'took over']);
      for (const { child } of all) child.kill('SIGKILL');
    }
  });
}

for (const links of ['yes', 'no']) {
  for (const found of [[], [lockText({ pid: NO_PROCESS })]]) {
    test(`one of three takes wins however they interleave, ${found.length} dead lock found, hard links: ${links}`, async () => {
      const { finished } = start(process.execPath, [steps, 'race', temporaryFolder(), links, ...found]);
      expect(await finished).toEqual({ code: 0, signal: null, stdout: '\n', stderr: '' });
    });
  }
  test(`a take that is killed at any step leaves a lock that the next takes over, hard links: ${links}`, async () => {
    for (let step = 0, ended = false; !ended; step += 1) {
      const folder = temporaryFolder();
      putLock(folder, { pid: NO_PROCESS });
      const args = [steps, 'kill', folder, links, String(step)];
      ended = (await start(process.execPath, args).finished).signal === null;
      // A lock that is torn names nobody, and is in use for a minute.
      const old = new Date(Date.now() - 70_000);
      for (const name of fs.readdirSync(folder)) fs.utimesSync(path.join(folder, name), old, old);
      const lock = Lock.take(folder);
      expect(lock.tookOver).toBe(true);
      lock.release();
      expect(fs.readdirSync(folder).filter((name) => !name.endsWith('.tmp'))).toEqual([]);
    }
  });
}

test('a heartbeat counts by the file system’s clock, and one that fails does no harm, nor does giving back', () => {
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

const asOther = ['setpriv', '--reuid', '1234', '--regid', '1234', '--clear-groups'];
const hidden = ['-m', 'sh', '-c', 'mount -t proc -o hidepid=2 proc /proc && exec "$@"', 'sh', ...asOther];
const canHide = spawnSync('unshare', [...hidden, 'head', '-c1', holder], { encoding: 'utf8' }).stdout === '/';

test.skipIf(!canHide)('the lock of another user’s process that /proc does not show is held', async () => {
  const folder = temporaryFolder();
  fs.chmodSync(folder, 0o777);
  expect((await taking(folder)).answer).toBe('taken');
  const { child } = start('unshare', [...hidden, process.execPath, holder, folder]);
  const answer = await new Promise((resolve) => child.stdout?.once('data', (text) => resolve(String(text))));
  expect(answer).toMatch(/^LOCKED .* another run, process \d+, since /);
});

test('a zombie is dead, this process is alive, and ids of no process are nobody', async () => {
  // It ends when its parent is a program that waits for no child.
  const child = '(until grep -q sleep /proc/$$/comm; do :; done)';
  const parent = spawn('bash', ['-c', `${child} & echo $!; exec sleep 60`]);
  onTestFinished(() => {
    parent.kill();
  });
  const zombie = Number(
    await new Promise((resolve) => parent.stdout.on('data', (text) => resolve(String(text)))),
  );
  await until(() => !isAlive(zombie));
  expect(fs.existsSync(`/proc/${zombie}`)).toBe(true);
  expect([process.pid, 0, -1, 1.5, Number.NaN].map(isAlive)).toEqual([true, false, false, false, false]);
});
