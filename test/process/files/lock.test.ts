import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Lock } from '../../../src/files/locks/lock.js';
import { lockOf, NO_PROCESS, putLock } from '../../support/locks.js';
import { builtFixture } from '../../support/paths.js';
import { temporaryFolder } from '../../support/photos.js';
import {
  answerOf,
  expectOneWinner,
  lockHolder,
  takeInProcess,
} from '../../support/processes/lock-processes.js';
import { start, until } from '../../support/processes/processes.js';
import { testWith } from '../../support/requirements.js';

test('a second process is refused with the first one’s id and start time until the first releases the lock', async () => {
  const folder = temporaryFolder();
  const first = await takeInProcess(folder);
  expect(first.answer).toBe('taken');
  const second = await takeInProcess(folder);
  expect(second.answer).toMatch(
    new RegExp(
      `^LOCKED ${folder} is in use by another run, process ${first.child.pid}, since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d$`,
    ),
  );
  first.child.kill('SIGTERM');
  await until(() => !fs.existsSync(lockOf(folder)));
  expect((await takeInProcess(folder)).answer).toBe('taken');
});

test('the lock of a killed process is taken over at once', async () => {
  const folder = temporaryFolder();
  const { child } = await takeInProcess(folder);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.on('exit', resolve));
  expect((await takeInProcess(folder)).answer).toBe('took over');
  expect((await takeInProcess(folder)).answer).toMatch(/^LOCKED /);
});

for (const found of ['no lock', 'a dead lock'] as const) {
  test(`of 8 processes that take the lock at once exactly one gets it, ${found} found`, async () => {
    await expectOneWinner(8, found);
  });
}

for (const hardLinks of ['yes', 'no']) {
  test(`a process killed before any step of a take leaves a lock that the next takes over, hard links: ${hardLinks}`, async () => {
    const takeUntil = (folder: string, step: number) => {
      putLock(folder, { pid: NO_PROCESS });
      return start(process.execPath, [builtFixture('lock-steps'), folder, hardLinks, String(step)]).finished;
    };
    const steps = Number((await takeUntil(temporaryFolder(), -1)).stdout);
    expect(steps).toBeGreaterThan(8);
    const folders = Array.from({ length: steps }, temporaryFolder);
    const killed = await Promise.all(folders.map(takeUntil));
    expect(killed.map(({ signal }) => signal)).toEqual(folders.map(() => 'SIGKILL'));
    for (const folder of folders) {
      // An incomplete lock names nobody, and is in use for a minute.
      const old = new Date(Date.now() - 70_000);
      for (const name of fs.readdirSync(folder)) fs.utimesSync(path.join(folder, name), old, old);
      const lock = Lock.take(folder);
      expect(lock.tookOver).toBe(true);
      lock.release();
      expect(fs.readdirSync(folder).filter((name) => !name.endsWith('.tmp'))).toEqual([]);
    }
  });
}

const asOther = ['setpriv', '--reuid', '1234', '--regid', '1234', '--clear-groups'];
const hidden = ['-m', 'sh', '-c', 'mount -t proc -o hidepid=2 proc /proc && exec "$@"', 'sh', ...asOther];
const canHide =
  spawnSync('unshare', [...hidden, 'head', '-c1', lockHolder], { encoding: 'utf8' }).stdout === '/';

testWith(canHide, 'unshare, setpriv and the right to mount')(
  'the lock of another user’s process that /proc does not show is in use',
  async () => {
    const folder = temporaryFolder();
    fs.chmodSync(folder, 0o777);
    expect((await takeInProcess(folder)).answer).toBe('taken');
    const { child } = start('unshare', [...hidden, process.execPath, lockHolder, folder]);
    expect(await answerOf(child)).toMatch(/^LOCKED .* another run, process \d+, since /);
  },
);
