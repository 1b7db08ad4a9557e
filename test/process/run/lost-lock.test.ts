import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { lockOf, putLock } from '../../support/locks.js';
import { recordsIn } from '../../support/output.js';
import { BLOCKED_PHOTOS, startBlockedRun, testBlocked } from '../../support/processes/blocked-run.js';

/** A run that has held its lock within the last second knows that it holds it. */
const UNSEEN_MS = 1100;

testBlocked(
  'a run whose lock another host has taken over appends nothing more, and leaves the other’s lock alone; exit 3',
  async () => {
    const run = await startBlockedRun(['-w', '2']);
    const manifest = path.join(run.out, 'manifest.jsonl');
    // As another host does when this one has been suspended for more than a minute.
    run.child.kill('SIGSTOP');
    putLock(run.out, { place: 'another boot', pid: 7 });
    const lock = fs.readFileSync(lockOf(run.out), 'utf8');
    const text = fs.readFileSync(manifest, 'utf8');
    expect(recordsIn(run.out).length).toBeLessThan(BLOCKED_PHOTOS);
    await sleep(UNSEEN_MS);
    run.child.kill('SIGCONT');
    await run.pipe.read();
    const { code, stderr } = await run.finished;
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^thumbs: .* is in use by another run, process 7 on attic, since .*, which has taken over this run's lock: nothing more is written$/m,
    );
    expect(fs.readFileSync(manifest, 'utf8')).toBe(text);
    expect(fs.readFileSync(lockOf(run.out), 'utf8')).toBe(lock);
  },
);
