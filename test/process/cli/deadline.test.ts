import { expect } from 'vitest';
import { expectSound, recordsIn } from '../../support/output.js';
import { BLOCKED_PHOTOS, startBlockedRun, testBlocked } from '../../support/processes/blocked-run.js';
import { eventsOf, thumbs } from '../../support/processes/command.js';

testBlocked(
  'after the deadline no photo is started, exit 124, and the summary says how many were not reached',
  async () => {
    const run = await startBlockedRun(['-w', '1', '--deadline', '1.5'], { when: 'The deadline passed: ' });
    const stdout = await run.pipe.read();
    const { code, stderr } = await run.finished;
    expect(code).toBe(124);
    const done = recordsIn(run.out).length;
    expect(done).toBeLessThan(BLOCKED_PHOTOS);
    const notReached = BLOCKED_PHOTOS - done;
    expect(stderr.split('\n')).toContain(
      `The deadline passed: ${notReached} photos not reached. The manifest has what was done; the same command continues.`,
    );
    expect(eventsOf(stdout).at(-1)).toMatchObject({
      type: 'summary',
      stopped: 'deadline',
      notReached,
      photos: done,
      failed: 0,
      walked: true,
    });
    await expectSound(run.out);
    // A deadline that is not reached does not keep the process alive.
    expect((await thumbs(['photos', '--deadline', '600'], { cwd: run.folder })).code).toBe(0);
    expect(recordsIn(run.out)).toHaveLength(BLOCKED_PHOTOS);
    await expectSound(run.out);
  },
);
