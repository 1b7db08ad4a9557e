import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { runFolder } from '../../support/in-process/run.js';
import { expectSound, expectWhole, recordsIn } from '../../support/output.js';
import { command } from '../../support/paths.js';
import {
  BLOCKED_ARGS,
  BLOCKED_PHOTOS,
  deepPhotoFolder,
  startBlockedRun,
  testBlocked,
} from '../../support/processes/blocked-run.js';
import { eventsOf } from '../../support/processes/command.js';
import { fullPipe } from '../../support/processes/full-pipe.js';
import {
  childrenOf,
  processesLeft,
  start,
  suspend,
  until,
  untilWritten,
} from '../../support/processes/processes.js';
import { testWithPrograms } from '../../support/requirements.js';

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 143],
] as const) {
  testBlocked(
    `the first ${signal} finishes the running images, completes the manifest and says that the same command continues, exit ${exitCode}`,
    async () => {
      const run = await startBlockedRun(['-w', '2']);
      const { folder, out } = run;
      run.child.kill(signal);
      await untilWritten(run, 'Stopping: ');
      const stdout = await run.pipe.read();
      const { code, stderr } = await run.finished;
      expect(code).toBe(exitCode);
      const done = recordsIn(out).length;
      expect(done).toBeGreaterThan(0);
      expect(done).toBeLessThan(BLOCKED_PHOTOS);
      const notReached = BLOCKED_PHOTOS - done;
      expect(stderr.split('\n')).toContain(
        `Stopped: ${notReached} photos not reached. The manifest has what was done; the same command continues.`,
      );
      expect(stderr.split('\n').filter((line) => line.startsWith('done '))).toHaveLength(done);
      const events = eventsOf(stdout);
      expect(events.filter(({ type }) => type === 'done')).toHaveLength(done);
      expect(events.at(-1)).toMatchObject({ type: 'summary', stopped: 'signal', photos: done, notReached });
      await expectSound(out);
      const { summary } = await runFolder(folder);
      expect(summary).toMatchObject({ photos: BLOCKED_PHOTOS, unchanged: done, failed: 0 });
      await expectSound(out);
    },
  );
}

testWithPrograms('mkfifo', 'setsid')(
  'Ctrl-C reaches the whole process group, and still no photo is charged',
  async () => {
    const run = await startBlockedRun(['-w', '2', '--retries', '0'], { prefix: ['setsid'] });
    process.kill(-run.pid, 'SIGINT');
    await untilWritten(run, 'Stopping: ');
    await run.pipe.read();
    const { code, stderr } = await run.finished;
    expect(code).toBe(130);
    expect(stderr).toMatch(/^\d+ thumbnails made: \d+ photos/m);
    expect(stderr).not.toContain('WORKER_DIED');
    await expectSound(run.out);
  },
);

testBlocked(
  'a second signal ends the run at once; every file under its final name is whole, and the next run clears up',
  async () => {
    const run = await startBlockedRun(['-w', '2']);
    // Stopped consumers do not finish their images: without the second signal the run would wait for them.
    const consumers = childrenOf(run.pid);
    for (const pid of consumers) await suspend(pid);
    run.child.kill('SIGINT');
    await untilWritten(run, 'Stopping: ');
    run.child.kill('SIGTERM');
    expect((await run.finished).code).toBe(143);
    for (const pid of consumers) process.kill(pid, 'SIGCONT');
    await until(() => processesLeft().length === 0);
    await expectWhole(run.out);
    const { summary } = await runFolder(run.folder);
    expect(summary).toMatchObject({ photos: BLOCKED_PHOTOS, failed: 0 });
    await expectSound(run.out);
  },
);

testBlocked('a reader that leaves while the run waits for it ends the output, not the run', async () => {
  const run = await startBlockedRun(['-w', '2']);
  run.pipe.leave();
  const { code, stderr } = await run.finished;
  expect(code).toBe(0);
  expect(stderr).not.toMatch(/EPIPE| at /);
  expect(recordsIn(run.out)).toHaveLength(BLOCKED_PHOTOS);
  await expectSound(run.out);
});

testWithPrograms('mkfifo', 'script')(
  'a terminal that is closed stops the run in order, as SIGTERM does',
  async () => {
    const { folder, out } = deepPhotoFolder();
    const pipe = fullPipe();
    // `script` is the terminal. The shell passes the hang-up on, as shells do, and writes the exit code.
    const run = `${process.execPath} ${command} ${BLOCKED_ARGS.join(' ')} -w 2 > ${pipe.path}`;
    const line = `trap 'kill -HUP $!' HUP; ${run} & echo $! > pid; wait $!; wait $!; echo $? > code`;
    const { child, output } = start('script', ['-qec', line, '/dev/null'], {
      cwd: folder,
      env: { NO_COLOR: '1' },
    });
    await until(() => output.stdout.includes('done '));
    const pid = Number(fs.readFileSync(path.join(folder, 'pid'), 'utf8'));
    child.kill('SIGKILL');
    await until(() => childrenOf(pid).length === 0);
    await pipe.read();
    await until(() => fs.existsSync(path.join(folder, 'code')) && processesLeft().length === 0);
    expect(fs.readFileSync(path.join(folder, 'code'), 'utf8')).toBe('143\n');
    expect(recordsIn(out).length).toBeLessThan(BLOCKED_PHOTOS);
    await expectSound(out);
  },
);
