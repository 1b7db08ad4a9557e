// The waits of the command for real: the grace after a signal, the time for the last lines, a deadline, a suspension. Their policies
// are tested in test/unit with timers that the test advances.

import path from 'node:path';
import { expect, test } from 'vitest';
import { expectSound, recordsIn } from '../../support/output.js';
import { command } from '../../support/paths.js';
import { photoFolder, writeSlowImage } from '../../support/photos.js';
import { BLOCKED_PHOTOS, startBlockedRun, testBlocked } from '../../support/processes/blocked-run.js';
import { startRun } from '../../support/processes/command.js';
import {
  childrenOf,
  residentBytes,
  start,
  suspend,
  until,
  untilIdle,
} from '../../support/processes/processes.js';
import { testWithPrograms } from '../../support/requirements.js';

testBlocked(
  'a photo that is not finished five seconds after a signal is given up, and leaves no record',
  async () => {
    const { folder, out, files } = photoFolder(3);
    const slow = path.join(folder, 'photos/slow.avif');
    writeSlowImage(slow);
    const run = await startRun([...files, slow, '-w', '1', '--retries', '0'], { cwd: folder });
    for (const pid of childrenOf(run.pid)) await suspend(pid);
    run.child.kill('SIGTERM');
    const { code, stderr } = await run.finished;
    expect(code).toBe(143);
    expect(stderr).not.toMatch(/WORKER_DIED|TIMEOUT/);
    const records = recordsIn(out);
    expect(records.length).toBeLessThan(4);
    expect(records.every(({ status }) => status === 'done')).toBe(true);
    await expectSound(out);
  },
);

test('a photo that runs at the deadline has its own time, and no more', async () => {
  const { folder, out, files } = photoFolder(3);
  const slow = path.join(folder, 'photos/slow.avif');
  writeSlowImage(slow);
  const args = ['-w', '1', '--deadline', '1.5', '--timeout', '3', '--retries', '0'];
  const run = start(process.execPath, [command, slow, ...files, ...args], { cwd: folder });
  // By this much memory its decoder is known to be at work.
  await until(() => childrenOf(run.pid).some((pid) => residentBytes(pid) > 150e6));
  for (const pid of childrenOf(run.pid)) await suspend(pid);
  const { code } = await run.finished;
  expect(code).toBe(124);
  const codes = recordsIn(out).map((record) => (record.status === 'failed' ? record.error.code : 'done'));
  expect(codes).toEqual(['TIMEOUT']);
  await expectSound(out);
});

testWithPrograms('setsid')(
  'a run that was suspended (Ctrl-Z) for longer than the timeout continues, and no photo is charged',
  async () => {
    const { folder, out } = photoFolder(3);
    writeSlowImage(path.join(folder, 'photos/slow.avif'));
    const args = [process.execPath, command, 'photos', '-w', '1', '--timeout', '3', '--retries', '0'];
    const run = start('setsid', args, { cwd: folder });
    // By this much memory its decoder is known to be at work.
    await until(() => childrenOf(run.pid).some((pid) => residentBytes(pid) > 150e6));
    process.kill(-run.pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 4000));
    process.kill(-run.pid, 'SIGCONT');
    const { code, stderr } = await run.finished;
    expect([code, stderr.match(/TIMEOUT/)]).toEqual([0, null]);
    expect(recordsIn(out)).toHaveLength(4);
    await expectSound(out);
  },
);

for (const [end, exitCode] of [
  ['SIGTERM', 143],
  ['--deadline', 124],
] as const) {
  testBlocked(`a reader that never reads blocks the run, but not its end by ${end}`, async () => {
    const run = await startBlockedRun(['-w', '2', ...(end === 'SIGTERM' ? [] : [end, '3'])]);
    await untilIdle([run.pid, ...childrenOf(run.pid)]);
    if (end === 'SIGTERM') run.child.kill(end);
    expect((await run.finished).code).toBe(exitCode);
    expect(recordsIn(run.out).length).toBeGreaterThan(0);
    expect(recordsIn(run.out).length).toBeLessThan(BLOCKED_PHOTOS);
    await expectSound(run.out);
  });
}
