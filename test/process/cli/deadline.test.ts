import { expect, test } from 'vitest';
import { startRun, thumbs } from '../../support/command.js';
import { expectSound, recordsIn } from '../../support/output.js';
import { photoFolder } from '../../support/photos.js';
import { childrenOf } from '../../support/processes.js';

test('after the deadline no photo is begun, exit 124, and the summary says how many were not reached', async () => {
  const { folder, out } = await photoFolder(400);
  const { code, stderr, stdout } = await thumbs(['photos', '-w', '1', '--deadline', '0.6', '--json'], {
    cwd: folder,
  });
  expect(code).toBe(124);
  const done = recordsIn(out).length;
  expect(done).toBeLessThan(400);
  expect(stderr.split('\n')).toContain(
    `The deadline passed: ${400 - done} photos not reached. The manifest has what was done; the same command continues.`,
  );
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
    type: 'summary',
    stopped: 'deadline',
    notReached: 400 - done,
    photos: done,
    failed: 0,
    walked: true,
  });
  await expectSound(out);
  const second = await thumbs(['photos', '--deadline', '600'], { cwd: folder });
  expect(second.code).toBe(0);
  expect(recordsIn(out)).toHaveLength(400);
});

test('a photo in work at the deadline has its own time still, and no more', async () => {
  const { folder, out } = await photoFolder(400);
  const args = ['photos', '-w', '2', '--deadline', '1.5', '--timeout', '2', '--retries', '0'];
  const { child, finished } = await startRun(args, { cwd: folder });
  for (const pid of childrenOf(child.pid ?? 0)) process.kill(pid, 'SIGSTOP');
  const { code } = await finished;
  expect(code).toBe(124);
  expect(
    recordsIn(out)
      .flatMap((record) => (record.status === 'failed' ? record.error.code : []))
      .every((each) => each === 'TIMEOUT'),
  ).toBe(true);
  await expectSound(out);
});
